"""An entry that stands in the text of a plan as a comment is uncommented in its place when a form writes it."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st
from thorough import examples

from routing.plan.commented_defaults import uncomment
from routing.plan.editing import plain_value, replace_value
from routing.plan.parsing import parse_plan, parse_tree

KEYS = re.compile(r"^(?:# *)?(\w+):", re.MULTILINE)


def write(text: str, **entries: object) -> str:
    """The text with these top entries, those of a mapping beside the ones that it has."""
    whole = plain_value(parse_tree(text))
    merged = {
        name: {**(whole.get(name) or {}), **value} if isinstance(value, dict) else value
        for name, value in entries.items()
    }
    return replace_value(text, (), {**whole, **merged})


def changed_lines(before: str, after: str) -> tuple[list[str], list[str]]:
    old, new = before.splitlines(), after.splitlines()
    return [line for line in old if line not in new], [line for line in new if line not in old]


def test_a_commented_section_is_uncommented_with_only_what_differs(default_plan_text: str):
    new = write(default_plan_text, callbacks={"attempts": "3", "limits": {"number_day": "1"}})
    removed, added = changed_lines(default_plan_text, new)
    assert [line.split(":")[0] for line in removed] == ["# callbacks", "#   attempts", "#   limits", "#     number_day"]
    assert [line.partition("#")[0].rstrip() for line in added] == [
        "callbacks:",
        "  attempts: 3",
        "  limits:",
        "    number_day: 1",
    ]
    assert added[1].endswith("# how often a visitor who is not reached is rung")
    assert parse_plan(new).callbacks.attempts == 3


def test_the_neighbours_can_be_uncommented_by_hand_afterwards(default_plan_text: str):
    new = write(default_plan_text, callbacks={"attempts": "3"})
    by_hand = new.replace("#   at_once: 5 ", "  at_once: 7 ").replace("#   limits:", "  limits:")
    assert parse_plan(by_hand.replace("#     all_day: 3000", "    all_day: 9")).callbacks.limits.all_day == 9


def test_each_commented_section_of_the_default_plan_can_be_written(default_plan_text: str):
    new = default_plan_text
    for entries in (
        {"callbacks": {"sites": ({"name": "www", "number": "+33199000000"},)}},
        {"staff_line": "+33199000009"},
        {"retention": {"voicemail": "30"}},
        {"requests": {"topics": ({"name": "urgent", "title": "Urgent"},)}},
        {"organisation": {"name": {"fr": "Mairie", "en": "Town hall"}, "privacy_email": "a@example.org"}},
        {"overflow": {"centres": ({"name": "sud", "number": "+33199000050"},)}},
        {"overflow": {"rules": ({"when": "closed"},)}},
        {"staff": {"relax": ("2 after 30",)}},
    ):
        new = write(new, **entries)
    plan = parse_plan(new)
    assert (plan.staff_line, plan.retention.voicemail, len(plan.overflow.centres)) == ("+33199000009", 30, 1)
    for key in ("organisation", "staff_line", "retention", "requests", "overflow", "callbacks"):
        assert KEYS.findall(new).count(key) == 1, key
    assert new.count("relax:") == 1
    remarks = [line for line in default_plan_text.splitlines() if re.match(r"# [A-Z]", line)]
    assert [line for line in new.splitlines() if re.match(r"# [A-Z]", line)] == remarks


def test_a_list_below_an_uncommented_name_has_a_line_for_each_item(default_plan_text: str):
    new = write(default_plan_text, overflow={"centres": ({"name": "sud", "number": "+33199000050"},)})
    assert '  centres:\n    - {name: sud, number: "+33199000050"}\n' in new


def test_words_in_a_comment_that_only_look_like_an_entry_stay():
    text = "a: 1\n# note: say who (and why: not\nb:\n  # note: 3\n  c: 1\n"
    assert uncomment(text, {"a": "1", "note": "x", "b": {"c": "1"}}) == (text, frozenset())
    assert uncomment(text, {"a": "1", "b": {"c": "1", "note": "x"}})[0] == text.replace("  # note: 3", "  note: 3")
    flow = "a: {b: 1}\n# c: 2\n"
    assert uncomment(flow, {"a": {"b": "1", "c": "2"}}) == (flow, frozenset())


@settings(max_examples=examples(10))
@given(
    st.dictionaries(
        st.sampled_from(["attempts", "ring_s", "line_s", "at_once", "per_slot", "days_ahead", "expires_h"]),
        st.integers(5, 60).map(lambda number: str(number * 2)),
        min_size=1,
    ),
    st.booleans(),
)
def test_any_entries_are_written_once_with_their_values(default_plan_text: str, counts: dict, has_line: bool):
    entries = {"callbacks": counts, **({"staff_line": "+33199000009"} if has_line else {})}
    new = write(default_plan_text, **entries)
    assert plain_value(parse_tree(new))["callbacks"] == counts
    assert len(new.splitlines()) == len(default_plan_text.splitlines())
    again = write(new, callbacks={"first": "visitor"})
    assert plain_value(parse_tree(again))["callbacks"] == {**counts, "first": "visitor"}
