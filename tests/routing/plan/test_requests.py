"""What a plan says of requests: topics, outcomes, due times."""

from datetime import date, timedelta

import pytest

from routing.plan.errors import PlanError
from routing.plan.model import Plan
from routing.plan.parsing import parse_plan
from routing.request_rules import Escalation, EscalationAudience, RequestRules


def read(default_plan_text: str, written: str) -> RequestRules:
    return parse_plan(f"{default_plan_text}\nrequests: {written}\n").requests


def test_a_plan_that_says_nothing_of_requests_has_the_usual_outcomes(default_plan: Plan):
    rules = default_plan.requests
    assert (rules.topics, rules.due_hours(None), len(rules.outcome_titles)) == ((), 8, 6)
    assert rules.outcome_titles["called_back"].in_language("fr") == "Rappelé"


def test_a_topic_has_its_level_and_its_time_else_those_of_all(default_plan_text: str):
    topics = "[{name: bill, title: Facture, level: 2, due_h: 4}, {name: other, title: {fr: Autre, en: Other}}]"
    rules = read(default_plan_text, f"{{due_h: 20, topics: {topics}}}")
    assert [(topic.name, topic.level, rules.due_hours(topic.name)) for topic in rules.topics] == [
        ("bill", 2, 4),
        ("other", 1, 20),
    ]
    assert rules.find_topic("gone") is None and rules.due_hours("gone") == 20
    assert rules.topics[0].title == {"fr": "Facture", "en": "Facture"}


def test_a_topic_goes_up_only_by_a_rule_of_its_own(default_plan_text: str):
    topics = "[{name: bill, title: Facture, escalate_h: 0, escalate_tell: everybody}, {name: other, title: Autre}]"
    rules = read(default_plan_text, f"{{escalate_h: 8, topics: {topics}}}")
    assert rules.find_escalation("bill") == Escalation(0, EscalationAudience.EVERYBODY)
    assert rules.find_escalation("other") is None
    assert rules.find_escalation(None) == rules.find_escalation("gone") == Escalation(8, EscalationAudience.SUPERVISORS)


def test_the_hours_after_the_due_time_are_hours_of_opening(default_plan_text: str):
    text = default_plan_text.replace("mon-sun: 00:00-24:00", "mon-sun: 09:00-12:00")
    plan = parse_plan(f"{text}\nrequests: {{escalate_h: 2}}\n")
    calendar = plan.get_calendar(plan.numbers[0])
    (opens, closes), *_ = calendar.open_intervals(date(2030, 3, 4))
    late = plan.escalation_time(None, None, closes - timedelta(hours=1))
    assert late == opens + timedelta(days=1, hours=1)
    assert plan.escalation_time(None, None, opens) == opens + timedelta(hours=2)


def test_the_outcomes_of_a_plan_replace_the_usual_ones(default_plan_text: str):
    rules = read(default_plan_text, "{outcomes: [{name: done, title: {fr: Fait, en: Done}}]}")
    assert {name: title.in_language("fr") for name, title in rules.outcome_titles.items()} == {"done": "Fait"}


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("{topics: [{name: Bill, title: Facture}]}", "is not a name"),
        ("{topics: [{name: bill, title: A}, {name: bill, title: B}]}", "is used twice"),
        ("{topics: [{name: bill, title: {fr: Facture}}]}", "the text in English is missing"),
        ("{topics: [{name: bill, title: A, level: 4}]}", "is not a whole number from 1 to 3"),
        ("{topics: [{name: bill, title: A, due_h: 0}]}", "is not a whole number of hours from 1 to 720"),
        ("{escalate_h: 721}", "is not a whole number of hours from 0 to 720"),
        ("{escalate_tell: everybody}", "but not when"),
        ("{topics: [{name: bill, title: A, escalate_h: 1, escalate_tell: me}]}", "one of those who can be told"),
        ("{topics: [{name: bill}]}", "lacks title"),
        (f"{{outcomes: [{', '.join(f'{{name: a{n}, title: A{n}}}' for n in range(9))}]}}", "has more than 8 entries"),
    ],
)
def test_what_is_wrong_is_refused_with_its_reason(default_plan_text: str, written: str, reason: str):
    with pytest.raises(PlanError, match=reason):
        read(default_plan_text, written)
