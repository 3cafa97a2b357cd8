"""The contract with an overflow centre as a form: its tariffs, its dates, what it has promised."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from console.plan.forms import Entries, Fields
from console.plan.settings.entries import get_entry, remove_entry
from console.plan.settings.fields import ChecksField, ChoiceField, FieldGroup, LineField, NumberField, SpokenField
from console.plan.settings.form import SettingsForm
from routing.centres.contract import AnsweredBy, CentreContract, CodeTold, RoundedOn, Tariff
from routing.plan import bounds
from routing.plan.errors import PlanProblem
from routing.plan.model import Plan
from routing.plan.part_kinds import PartKind
from routing.plan.titles import find_title
from translations.message import Message, translatable

PAID_BY: Mapping[str, Message] = {
    "": translatable("Nothing is agreed yet"),
    Tariff.CONTACT: translatable("For each contact"),
    Tariff.HOUR: translatable("For each hour of its agents"),
}
ANSWERED_BY: Mapping[str, Message] = {
    AnsweredBy.AGENT: translatable("An agent"),
    AnsweredBy.ACD: translatable("A telephone system, where the caller waits in a queue of the centre"),
}
CODE: Mapping[str, Message] = {
    CodeTold.HIDDEN: translatable("Not at all"),
    CodeTold.SHOWN: translatable("Their telephone shows it as the name of the caller"),
    CodeTold.SPOKEN: translatable("It is said to them before the caller is put through, and shown"),
}
ROUNDED_ON: Mapping[str, Message] = {
    RoundedOn.TOTAL: translatable("The total of a month alone"),
    RoundedOn.LINE: translatable("Each line of the invoice"),
}
_USUAL = CentreContract()
_PLACE = re.compile(r"overflow\.centres\.[^.]+\.?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionalNumberField(NumberField):
    """A whole number, or nothing."""

    def to_plan(self, fields: Fields, old: Entries, plan: Plan) -> Entries:
        if fields.get(self.path, "-").strip():
            # By name: super() does not work in a dataclass with slots.
            return NumberField.to_plan(self, fields, old, plan)
        return remove_entry(old, self.path) if get_entry(old, self.path) is not None else old


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionalChoiceField(ChoiceField):
    """One of several words, or nothing, which "" stands for."""

    def to_plan(self, fields: Fields, old: Entries, plan: Plan) -> Entries:
        if fields.get(self.path, "-"):
            return ChoiceField.to_plan(self, fields, old, plan)
        return remove_entry(old, self.path) if get_entry(old, self.path) is not None else old


@dataclass(frozen=True, slots=True)
class ContractForm(SettingsForm):
    """The contract of one centre, whose entries hold it."""

    template: str = "plan/contract.html"

    def find_field(self, problem: PlanProblem, fields: Fields) -> str:
        return SettingsForm.find_field(self, replace(problem, path=_PLACE.sub("", problem.path)), fields)


def contract_form(name: str, old: Entries, plan: Plan) -> ContractForm:
    """The form of the contract of this centre."""
    return ContractForm(
        translatable("Contract"),
        translatable(
            "What the centre costs and has promised, which calls it is given, and what its agents see of them."
        ),
        (_what_is_agreed(plan), _calls(plan), _cards(), _contacts(), _hours(), _service()),
        plan,
    )


def _what_is_agreed(plan: Plan) -> FieldGroup:
    outcomes = {name: title for name, title in plan.requests.outcome_titles.items()}
    return FieldGroup(
        translatable("What is agreed"),
        (
            OptionalChoiceField("contract.paid_by", translatable("The centre is paid"), options=PAID_BY, default=""),
            _day(
                "from",
                translatable("First day of the contract"),
                translatable("Before that day no call is given to the centre."),
            ),
            _day(
                "until",
                translatable("Last day of the contract"),
                translatable("After that day no call is given to the centre, and nobody of it can sign in."),
            ),
            _price("set_up", translatable("Set-up, in euros"), translatable("Paid once, in the first month.")),
            ChoiceField(
                "contract.rounded_on",
                translatable("What is rounded to the cent"),
                options=ROUNDED_ON,
                default=str(_USUAL.rounded_on),
            ),
            ChoiceField(
                "contract.answered_by",
                translatable("Who answers there"),
                translatable(
                    "Where a telephone system answers, a conversation includes the wait in the centre's queue."
                ),
                options=ANSWERED_BY,
                default=str(_USUAL.answered_by),
            ),
            ChecksField(
                "contract.outcomes",
                translatable("What it may report as the outcome of a call"),
                options=outcomes,  # type: ignore[arg-type]
                default=tuple(outcomes),
                missing=translatable("leave at least one"),
            ),
            _number(
                "outcome_h",
                translatable("It says what became of a call within"),
                translatable("Then its supervisors are reminded once a day. 0: nobody is."),
            ),
        ),
        translatable("Both tariffs are always worked out, so that you see which one would have cost less."),
    )


def _calls(plan: Plan) -> FieldGroup:
    hours = {name: find_title(plan, PartKind.CALENDAR, name) for name in plan.hours}
    return FieldGroup(
        translatable("Which calls it is given"),
        (
            OptionalChoiceField(
                "contract.hours",
                translatable("When it takes calls"),
                translatable("By opening hours of the plan. At other times no call is offered to it."),
                options={"": translatable("At any time"), **hours},  # type: ignore[dict-item]
                default="",
            ),
            _number(
                "priority",
                translatable("Its place among the centres"),
                translatable("Centres of place 1 are tried first. Several may have the same place."),
            ),
            _number(
                "share",
                translatable("Its part of the calls for its place"),
                translatable(
                    "The parts of one place make 100 together. With 0 it is only given what the others do not take."
                ),
            ),
            _number(
                "capacity",
                translatable("Calls at once"),
                translatable("One more goes to the next centre. 0: any number."),
            ),
        ),
        translatable("A call is offered to the next centre when one is closed, full, fails or does not answer."),
    )


def _cards() -> FieldGroup:
    return FieldGroup(
        translatable("What its agents see of a call"),
        (
            SpokenField(
                path="contract.script",
                label=translatable("What they are to say and to ask"),
                hint=translatable("One or two sentences. Leave it empty to have none."),
            ),
            ChoiceField(
                "contract.code",
                translatable("How they learn the code that opens the card"),
                translatable("Only a person hears it: where a telephone system answers, it can only be shown."),
                options=CODE,
                default=str(_USUAL.code),
            ),
            _number("card_min", translatable("The card of a call closes so long after its end")),
        ),
        translatable("Name, keys and wait of the caller, these sentences, and what became of the last call."),
    )


def _contacts() -> FieldGroup:
    return FieldGroup(
        translatable("Paid by contact"),
        (
            _price("contact_price", translatable("Price of a contact, in euros"), None),
            _number("contact_free_s", translatable("A conversation costs nothing if it is shorter than")),
            _number("contacts_min", translatable("Least number of contacts paid a month")),
        ),
    )


def _hours() -> FieldGroup:
    return FieldGroup(
        translatable("Paid by hour"),
        (
            _price("hour_price", translatable("Price of an hour of an agent, in euros"), None),
            _number(
                "hours_planned",
                translatable("Hours of agents that are planned, a month"),
                translatable("They count until the centre's own hours are imported."),
            ),
            _number("hours_min", translatable("Least number of hours paid a month")),
            _number("hour_step_min", translatable("The hours of a day are rounded up to")),
        ),
    )


def _service() -> FieldGroup:
    return FieldGroup(
        translatable("Service level"),
        (
            _number("service_percent", translatable("Of the calls, so many are to be answered")),
            _number("service_s", translatable("within")),
            _number(
                "penalty_percent",
                translatable("Taken off in a month in which they are not"),
                translatable("Of all that the month costs, without the set-up."),
            ),
        ),
    )


def _number(name: str, label: Message, hint: Message | None = None) -> NumberField:
    usual: int | None = getattr(_USUAL, name)
    kind = NumberField if usual is not None else OptionalNumberField
    return kind(f"contract.{name}", label, hint, bounds=bounds.CONTRACT[name], default=usual)


def _price(name: str, label: Message, hint: Message | None) -> LineField:
    return LineField(f"contract.{name}", label, hint or translatable("Such as 2.45; without tax."))


def _day(name: str, label: Message, hint: Message) -> LineField:
    return LineField(f"contract.{name}", label, hint, input_type="date")
