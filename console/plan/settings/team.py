"""How calls reach the team: whose telephone rings and for how long, ranks, pauses."""

from collections.abc import Mapping
from dataclasses import dataclass

from console.forms import parse_number
from console.plan.forms import Entries, FieldError, FieldErrors, Fields
from console.plan.settings.entries import get_entry, remove_entry, set_entry
from console.plan.settings.fields import ChoiceField, FieldGroup, NumberField, SettingField
from console.plan.settings.form import SettingsForm
from routing.plan import bounds
from routing.plan.errors import PlanProblem
from routing.plan.model import Plan
from routing.plan.units import SECONDS
from routing.quoting import quote_word
from translations.message import Message, translatable
from web.language import translate

STRATEGIES: Mapping[str, Message] = {
    "rrmemory": translatable("Each in turn"),
    "ringall": translatable("All telephones at once"),
    "leastrecent": translatable("Whoever has been without a call for longest"),
    "fewestcalls": translatable("Whoever has answered the fewest calls"),
    "rrordered": translatable("Each in turn, in the order of the team's list"),
    "linear": translatable("Always from the top of the team's list"),
    "random": translatable("At random"),
    "wrandom": translatable("At random, the first rank more often"),
}
OUTCOMES_OF_CALLS: Mapping[str, Message] = {
    "optional": translatable("Agents may say it"),
    "required": translatable("Agents must say it"),
}

_STEP_LABELS: Mapping[str, Message] = {
    "2": translatable("Rank 2 is also rung after"),
    "3": translatable("Rank 3 is also rung after"),
    "other languages": translatable("Agents who do not speak the caller's language are also rung after"),
}


_ESCALATION_LABEL = translatable("When more agents are rung")
_ESCALATION_HINT = translatable(
    "Leave all three empty to ring everybody who is free at once, rank 1 first. A rank without seconds is rung together"
    " with the one before it."
)


@dataclass(frozen=True, slots=True)
class EscalationField:
    """After how many seconds of waiting more agents are rung: one field for each level, each may be empty."""

    path: str = "staff.relax"
    label: Message = _ESCALATION_LABEL
    hint: Message = _ESCALATION_HINT
    note: None = None
    kind: str = "escalation"
    unit: Message = SECONDS

    @property
    def steps(self) -> Mapping[str, Message]:
        """The name of each field in HTML, and its label."""
        return {self._name(level): label for level, label in _STEP_LABELS.items()}

    def to_fields(self, old: Entries, plan: Plan) -> dict[str, str]:
        written = get_entry(old, self.path)
        steps = (str(step).partition(" after ") for step in written) if isinstance(written, (tuple, list)) else ()
        return {self._name(level): seconds for level, _, seconds in steps}

    def to_plan(self, fields: Fields, old: Entries, plan: Plan) -> Entries:
        typed = {level: fields.get(self._name(level), "").strip() for level in _STEP_LABELS}
        longest = self._longest(old)
        earliest, steps = 0, []
        errors: dict[str, Message] = {}
        for level, seconds in typed.items():
            try:
                if seconds:
                    earliest = self._check(level, seconds, earliest, longest)
                    steps.append(f"{level} after {seconds}")
            except FieldError as error:
                errors |= error.reasons
        new = set_entry(old, self.path, tuple(steps)) if steps else remove_entry(old, self.path)
        if errors:
            raise FieldErrors(errors, new)
        return new

    def find_field(self, problem: PlanProblem) -> str:
        return self._name("2") if problem.path.startswith(self.path) else ""

    def field_label(self, name: str) -> str | None:
        label = self.steps.get(name)
        return translate(label) if label else None

    def _check(self, level: str, typed: str, earliest: int, longest: int) -> int:
        """The seconds of a level, which come no earlier than those of the level before. Raises FieldError."""
        seconds = parse_number(typed)
        if seconds is None or seconds >= longest:
            reason = translatable(
                "%(word)s is not a whole number of %(unit)s from %(low)s to %(high)s",
                word=quote_word(typed),
                unit=SECONDS,
                low=0,
                high=longest - 1,
            )
            raise FieldError(self._name(level), reason)
        if seconds < earliest:
            reason = translatable(
                "%(word)s is earlier than the %(seconds)s seconds of the line above; give at least as many",
                word=quote_word(typed),
                seconds=earliest,
            )
            raise FieldError(self._name(level), reason)
        return seconds

    def _longest(self, old: Entries) -> int:
        """The longest wait, in seconds: nobody waits until an agent who is rung later."""
        bounds_of_wait = bounds.STAFF["max_wait_s"]
        typed = get_entry(old, "staff.max_wait_s")
        seconds = parse_number(typed if isinstance(typed, str) else None)
        return bounds_of_wait.high if seconds is None else max(seconds, 1)

    def _name(self, level: str) -> str:
        return f"{self.path}.{level.replace(' ', '-')}"


def _note_on_misses(plan: Plan) -> Message | None:
    if plan.staff.strategy != "ringall":
        return None
    return translatable("As long as all telephones ring at once, nobody is paused, whatever is here.")


def team_form(plan: Plan) -> SettingsForm:
    """Strategy, times and ranks of the staff queue."""
    return SettingsForm(
        translatable("How calls reach the team"),
        translatable("Whose telephone rings, for how long, and how long callers wait for somebody."),
        (_rings(), _wait(), _ranks()),
        plan,
    )


def _rings() -> FieldGroup:
    return FieldGroup(
        translatable("Whose telephone rings"),
        (
            ChoiceField("staff.strategy", translatable("Who is rung first"), options=STRATEGIES),
            NumberField(
                "staff.ring_s",
                translatable("How long one telephone rings"),
                translatable("Then the next one rings. Six seconds are about two rings."),
                bounds=bounds.STAFF["ring_s"],
            ),
            *_after_a_call(),
            NumberField(
                "staff.browser_away_s",
                translatable("Away after the browser is closed"),
                translatable(
                    "Who answers in the browser is away this long after its window was closed or its network lost, and"
                    " is not rung until they take calls again. Desk and outside phones do not need the browser."
                ),
                bounds=bounds.STAFF["browser_away_s"],
                default=60,
            ),
            NumberField(
                "staff.misses",
                translatable("Missed calls before a break"),
                translatable(
                    "An agent who misses this many calls in a row is put on a break until they say that they are back."
                    " 0: never."
                ),
                note=_note_on_misses,
                bounds=bounds.STAFF["misses"],
                default=0,
            ),
        ),
        translatable("Agents notice it at the next call."),
    )


def _after_a_call() -> tuple[SettingField, ...]:
    return (
        NumberField(
            "staff.wrapup_s",
            translatable("Pause between two calls"),
            translatable(
                "After a call, an agent's telephone stays silent for this long, so that they can write it up."
            ),
            bounds=bounds.STAFF["wrapup_s"],
        ),
        NumberField(
            "staff.more_wrapup_s",
            translatable("“More time” after a call"),
            translatable(
                "Agents who have not finished writing up lengthen that pause by this much, three times at most."
                " 0: they cannot."
            ),
            bounds=bounds.STAFF["more_wrapup_s"],
            default=0,
        ),
        ChoiceField(
            "staff.outcome",
            translatable("What became of the call"),
            translatable(
                "While they write up, agents choose one of the outcomes of requests. Required: a pause that ends"
                " without one leaves a request with the agent, who then takes calls again."
            ),
            options=OUTCOMES_OF_CALLS,
            default="optional",
        ),
    )


def _wait() -> FieldGroup:
    return FieldGroup(
        translatable("How long callers wait"),
        (
            NumberField(
                "staff.answer_within_s",
                translatable("Answered in time"),
                translatable("The service level on the wall board counts callers who are answered within this time."),
                bounds=bounds.STAFF["answer_within_s"],
                default=20,
            ),
            NumberField(
                "staff.max_wait_s",
                translatable("Longest wait"),
                translatable("Then the caller is offered a callback, or may leave a voice message."),
                bounds=bounds.STAFF["max_wait_s"],
            ),
        ),
        translatable("Callers who wait notice it from the next call on."),
    )


def _ranks() -> FieldGroup:
    return FieldGroup(
        translatable("Ranks"),
        (EscalationField(),),
        translatable("Each agent has a rank, 1 to 3, on the page of the team. Rank 1 is rung first."),
    )
