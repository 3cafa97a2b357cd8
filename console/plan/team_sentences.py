"""What a plan says of the team, as sentences in the language of the current request."""

from collections.abc import Iterator

from routing.plan.model import OTHER_LANGUAGES_LEVEL, Plan
from translations.web import gettext
from web.language import current_language


def describe_team(plan: Plan) -> Iterator[str]:
    """How long telephones ring and agents pause, and who is rung later than others."""
    staff = plan.staff
    if staff.strategy == "ringall":
        yield gettext("All telephones ring at once, for %(seconds)s s.", seconds=staff.ring_s)
    else:
        yield gettext("Telephones ring one after the other, %(seconds)s s each.", seconds=staff.ring_s)
    for step in staff.escalation:
        if step.level == OTHER_LANGUAGES_LEVEL:
            yield gettext(
                "After %(seconds)s s of waiting, agents who do not speak the caller's language are rung too.",
                seconds=step.after_s,
            )
        else:
            yield gettext(
                "After %(seconds)s s of waiting, agents of rank %(rank)s are rung too.",
                seconds=step.after_s,
                rank=step.level,
            )
    yield gettext("After each call an agent has %(seconds)s s of wrap-up time.", seconds=staff.wrapup_s)
    if staff.more_wrapup_s:
        yield gettext("They may lengthen it by %(seconds)s s, a few times.", seconds=staff.more_wrapup_s)
    yield gettext("Who answers in the browser is away %(seconds)s s after it was closed.", seconds=staff.browser_away_s)
    if staff.outcome_required:
        yield gettext("They say what became of the call; without that, a request stays with them.")
    yield gettext(
        "The service level counts callers who are answered within %(seconds)s s.", seconds=staff.answer_within_s
    )
    if staff.max_missed_calls:
        yield gettext("An agent who misses %(calls)s calls in a row is paused.", calls=staff.max_missed_calls)
    if reasons := ", ".join(title.in_language(current_language()) for title in staff.pause_titles.values()):
        yield gettext("Reasons for a break: %(names)s.", names=reasons)
