"""What would happen to a call, as sentences: the moment, what is heard, what each key does."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from console.door import door
from console.moments import moment_text
from console.plan_sentences import choice_text, key_text, menu_end
from console.words import word
from prompts.catalogue import all_prompts
from records import embargoes, messages, switches
from records.switches import SwitchName
from routing.destinations import Destination
from routing.foresight import Foreseen, KeyForeseen, foreseen
from routing.numbers import displayed
from routing.plan import Number, Plan
from routing.sentences import sentences

FORM = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True, slots=True)
class Asked:
    """A call to be told about; `wrong`: the word for what is wrong with the moment, else ""."""

    number: Number
    at: datetime
    wrong: str = ""

    def form(self, plan: Plan) -> str:
        return self.at.astimezone(plan.timezone).strftime(FORM)


@dataclass(frozen=True, slots=True)
class Story:
    """`heard`: what is spoken until a key is pressed, in the number's language. `keys`: each key and what it does."""

    asked: Asked
    opening: str
    heard: tuple[str, ...]
    keys: tuple[tuple[str, tuple[str, ...]], ...]
    end: str
    foreseen: Foreseen


def asked(plan: Plan, values: Mapping[str, str]) -> Asked:
    """What the fields `number` and `at` ask for; the first number and this moment where they do not."""
    number = next((each for each in plan.numbers if each.public == values.get("number")), plan.numbers[0])
    now = door().clock()
    if not values.get("at"):
        return Asked(number, now)
    try:
        local = datetime.strptime(values["at"][:16], FORM).replace(tzinfo=plan.timezone)
        return Asked(number, local.astimezone(UTC))
    except (ValueError, OverflowError):
        return Asked(number, now, "plan-at-wrong")


def story(plan: Plan, asked: Asked, language: str) -> Story:
    base = door().base
    by_hand = switches.current(base)
    found = foreseen(
        plan,
        asked.number,
        asked.at,
        closed_now=by_hand[SwitchName.CLOSED].on,
        switched=by_hand[SwitchName.OVERFLOW].on,
        messages=[version for slot in plan.slots for version in messages.versions(base, slot)],
        embargoes=embargoes.all(base),
    )
    spoken = texts(plan)
    heard = tuple(spoken[key][asked.number.language] for key in found.prompts)
    keys = tuple((key_text(each.choice.key, language), _key(plan, each, language)) for each in found.keys)
    menu = plan.menus[asked.number.menu]
    end = menu_end(menu, language) if found.answered else word("plan-call-refused", language)
    closed_by_hand = by_hand[SwitchName.CLOSED].on
    return Story(asked, _opening(plan, found, closed_by_hand, language), heard, keys, end, found)


def texts(plan: Plan) -> dict[str, Mapping[str, str]]:
    """Every sentence of the house under this plan, by key, then language."""
    return {prompt.key: prompt.texts for prompt in all_prompts(sentences(plan))}


def _opening(plan: Plan, found: Foreseen, by_hand: bool, language: str) -> str:
    kind = "open" if found.is_open else "closed-by-hand" if by_hand else "closed"
    number = displayed(found.number.public, plan.country)
    when = moment_text(found.at, tz=plan.timezone, language=language)
    return word(f"plan-call-{kind}", language, number=number, when=when, hours=found.number.hours)


def _key(plan: Plan, key: KeyForeseen, language: str) -> tuple[str, ...]:
    """What a key does, then."""
    first = choice_text(key.choice, language)
    if key.message is not None:
        return (first, _message(key, language))
    if not key.staffed:
        return (first,)
    with_team, without = (_ways(ways, language) for ways in (key.staffed, key.unstaffed))
    if with_team == without:
        return (first, word("plan-call-always", language, ways=with_team))
    return (
        first,
        word("plan-call-team", language, ways=with_team),
        word("plan-call-nobody", language, ways=without),
    )


def _message(key: KeyForeseen, language: str) -> str:
    version = key.message.version if key.message else None
    if version is None:
        return word("plan-call-no-message", language)
    kind = "plan-call-stale" if key.message and key.message.stale else "plan-call-message"
    name, text = version.published_by, version.text or word("plan-call-no-transcript", language)
    when = moment_text(version.valid_from, tz=door().timezone(), language=language)
    return word(kind, language, name=name, when=when, text=text)


def _ways(ways: tuple[Destination, ...], language: str) -> str:
    return word("plan-then", language).join(word(f"plan-to-{way}", language) for way in ways)
