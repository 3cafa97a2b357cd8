"""The callbacks of a plan."""

import re

import pytest

from routing.callbacks.limits import CallbackLimits
from routing.callbacks.rules import CallbackRules, CallbackSite, DialFirst
from routing.plan.errors import PlanError
from routing.plan.parsing import parse_plan


def with_callbacks(default_plan_text: str, *lines: str) -> str:
    return default_plan_text + "\ncallbacks:\n" + "\n".join(f"  {line}" for line in lines) + "\n"


def refusal(text: str) -> str:
    with pytest.raises(PlanError) as error:
        parse_plan(text)
    return str(error.value)


def test_the_commented_section_of_the_default_plan_states_the_defaults(default_plan_text: str) -> None:
    section = default_plan_text[default_plan_text.index("# callbacks:") :]
    rules = parse_plan(default_plan_text + re.sub(r"^# ?", "", section, flags=re.M)).callbacks

    [site] = rules.sites
    assert rules == CallbackRules(sites=(site,))
    assert (site.name, site.number, site.origins) == ("www", "+33199000000", ("https://www.example.org",))
    assert site.topics == {"fr": ("Une question", "Un rendez-vous"), "en": ("A question", "An appointment")}
    fields = [*CallbackRules.__dataclass_fields__, *CallbackLimits.__dataclass_fields__]
    assert [field for field in fields if f" {field}:" not in section] == []


def test_by_default_there_is_one_site_with_the_first_presentable_number(default_plan_text: str) -> None:
    assert parse_plan(default_plan_text).callbacks == CallbackRules(sites=(CallbackSite("www", "+33199000000"),))

    number = default_plan_text[
        default_plan_text.index('  "+33199000000":') : default_plan_text.index("  # A special-rate")
    ]
    special = number.replace('"+33199000000":', '"+33899000000":').replace('["+33199000000"]', '["+33199000001"]')
    surcharged_first = default_plan_text.replace(
        number, special.replace("language", "surcharged: true\n    language") + number
    )
    assert [each.e164 for each in parse_plan(surcharged_first).numbers] == ["+33899000000", "+33199000000"]
    assert parse_plan(surcharged_first).callbacks.sites == (CallbackSite("www", "+33199000000"),)


def test_what_is_not_written_has_its_default(default_plan_text: str) -> None:
    text = with_callbacks(default_plan_text, "first: visitor", "retry_after_min: [5]", "limits: {number_day: 9}")

    rules = parse_plan(text).callbacks
    assert (rules.first, rules.retry_after_min, rules.attempts) == (DialFirst.VISITOR, (5,), 2)
    assert rules.limits == CallbackLimits(number_day=9)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("first: robot", "callbacks.first: 'robot' is not one who can be rung first; choose agent or visitor"),
        ("attempts: 9", "'9' is not a whole number of attempts from 1 to 5"),
        ("slot_min: 45", "choose 10, 15, 20, 30 or 60"),
        ("ranges: [moon]", "'moon' is not a range; choose metropolitan, guadeloupe"),
        ("ranges: []", "needs a list"),
        ("limits: {number_day: 0}", "'0' is not a whole number of callbacks from 1"),
        ("limits: {euros_day: x}", "whole number of euros"),
        ("limits: {number_year: 1}", "'number_year' is not known here"),
        ("retries: 3", "'retries' is not known here"),
        ('sites: [{name: www, number: "+33199000099"}]', "is not a number of this plan that may be shown"),
        ('sites: [{name: Www, number: "+33199000000"}]', "'Www' is not a name"),
        ("sites: [{name: www}]", "lacks number"),
        (
            'sites: [{name: a, number: "+33199000000"}, {name: a, number: "+33199000000"}]',
            "'a' is already the name of a site",
        ),
        *(
            (f'sites: [{{name: www, number: "+33199000000", origins: ["{origin}"]}}]', "is not a website's origin")
            for origin in ("http://www.example.org", "https://www.example.org/", "*", "https://", "www.example.org")
        ),
        (
            'sites: [{name: www, number: "+33199000000", topics: {fr: [a, b], en: [a]}}]',
            "needs the same topics in each language",
        ),
    ],
)
def test_a_wrong_value_is_refused_with_its_reason(default_plan_text: str, line: str, reason: str) -> None:
    assert reason in refusal(with_callbacks(default_plan_text, line))


@pytest.mark.parametrize("origin", ["https://www.example.org", "https://example.org:8443", "http://localhost:5000"])
def test_an_origin_is_that_of_a_website_or_of_localhost(default_plan_text: str, origin: str) -> None:
    line = f'sites: [{{name: www, number: "+33199000000", origins: ["{origin}"]}}]'

    assert parse_plan(with_callbacks(default_plan_text, line)).callbacks.sites[0].origins == (origin,)
