"""The form of an agent."""

from collections.abc import Iterable, Sequence

from wtforms import BooleanField, HiddenField, SelectField, SelectMultipleField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from console.forms import Form, one_of, required, strip
from records.staff.agents import Agent, NewAgent
from routing.access.invitation_file import MAX_NAME_LENGTH, name_problem
from routing.errors import InvalidTextError
from routing.plan.model import RANKS
from routing.queue.outside_numbers import OutsideNumbers
from routing.quoting import quote_word
from translations.message import Message, translatable

RANK_LABELS = {
    1: translatable("1: is rung first"),
    2: translatable("2: is rung when nobody of rank 1 is free"),
    3: translatable("3: is rung last"),
}
_NAME_MISSING = translatable("Enter the name.")
_NO_LANGUAGE = translatable("Choose at least one language.")
_ONE_PLACE = translatable("Calls ring at one place: leave this empty, or do not tick the browser.")
_NO_RANK = translatable("Choose a rank from the list.")


def _check_name(_form: Form, field: StringField) -> None:
    if name_problem(field.data or ""):
        raise ValidationError(
            translatable(
                "%(word)s cannot be a name; write 1 to %(count)s characters on one line that do not begin with = + - @",
                word=quote_word(field.data),
                count=MAX_NAME_LENGTH,
            )
        )


class AgentForm(Form):
    """`seen` is what the agent was when the page was shown, so that a change by somebody else is noticed."""

    seen = HiddenField()
    name = StringField(filters=[strip], validators=[required(_NAME_MISSING), _check_name])
    rank = SelectField(
        choices=[SelectChoice(str(rank)) for rank in RANKS],
        validate_choice=False,
        validators=[one_of([*map(str, RANKS)], _NO_RANK)],
    )
    outside = StringField(filters=[strip])
    browser = BooleanField()
    speaks = SelectMultipleField(
        validate_choice=False, option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False)
    )
    language = SelectField(validate_choice=False)

    def set_choices(self, ranks: Iterable[tuple[str, str]], languages: Sequence[tuple[str, str]]) -> None:
        """The options of the lists, each with its value and its label."""
        self.rank.choices = [SelectChoice(value, label) for value, label in ranks]
        self.speaks.choices = [SelectChoice(value, label) for value, label in languages]
        self.language.choices = [SelectChoice(value, label) for value, label in languages]

    def read(self, numbers: OutsideNumbers, languages: Sequence[str], shown_outside: str) -> NewAgent | None:
        """The agent that the fields describe; None when one of them is wrong, which is marked.

        Without a choice of `languages` the agent speaks the only one. `shown_outside` is the outside number as the
        page showed it, which is not checked again.
        """
        speaks = [code for code in languages if code in (self.speaks.data or ())] or [*languages][: len(languages) == 1]
        if not speaks:
            self._add("speaks", _NO_LANGUAGE)
        first = self.language.data if self.language.data in speaks else next(iter(speaks), "")
        number = None
        if self.outside.data and self.outside.data != shown_outside:
            try:
                number = numbers.read(self.outside.data)
            except InvalidTextError as error:
                self._add("outside", error.message)
        if self.browser.data and self.outside.data:
            self._add("outside", _ONE_PLACE)
        if self.first_errors:
            return None
        spoken = (first, *(code for code in speaks if code != first))
        return NewAgent(self.name.data, first, spoken, int(self.rank.data), number, bool(self.browser.data))

    def _add(self, field: str, error: Message) -> None:
        self.add_error(field, error)


def fingerprint(agent: Agent) -> str:
    """What an agent is, for the field `seen`."""
    return "|".join(
        (agent.name, str(agent.rank), ",".join(agent.speaks), agent.outside_number or "", "b" * agent.in_browser)
    )
