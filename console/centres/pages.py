"""What an overflow centre costs in a month under both tariffs, beside what it has sent."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as PageResponse

from console.centres import chart, labels
from console.centres.forms import OutcomesForm
from console.context import current_actor, get_context
from console.forms import FileForm
from console.guard import needs
from console.plan.current_plan import get_plan_in_force
from console.table_files import requested_format, send_table
from records.centres import ledger, statements
from records.centres.contracts import find_contracts
from records.centres.kept_days import read_days
from records.centres.statements import Statement
from routing.access.permissions import Permission
from routing.centres import outcome_files
from routing.centres.contract import Tariff
from routing.centres.day_counts import HandedOverCall
from routing.centres.disagreements import Difference, Disagreement, compare_invoice
from routing.centres.month import Month, day_after_read, first_day_read, share_month, work_out
from routing.centres.pricing import next_month
from routing.centres.statements import MAX_BYTES, StatementKind, read_statement
from routing.plan.model import Plan
from routing.plan.part_kinds import PartKind
from routing.plan.titles import find_title
from routing.tables import TableError, decode_large_table
from translations.dates import month as month_text
from translations.message import Message, OwnText, translatable
from translations.money import bare_amount, euros, quantity
from translations.web import gettext
from web.language import current_language, translate

blueprint = Blueprint("centres", __name__, template_folder="templates", url_prefix="/centres")
SHOWN = 100
"""Disagreements on the page; the exported table has all of them."""
EXPORT_TITLES = (
    *(translatable("Reference"), translatable("When"), translatable("Seconds until the answer")),
    *(translatable("Length in seconds"), translatable("By contact"), translatable("By hour")),
    *(translatable("On the invoice"), translatable("Remark"), translatable("Why it went there")),
)


@dataclass(frozen=True, slots=True)
class Account:
    """A month of a centre, what the centre has sent for it, and where that differs from ours.

    `calls` and their `shares` of the costs are read only where calls are compared or exported.
    """

    name: str
    title: str
    month: Month
    invoice: Statement | None
    calls: tuple[HandedOverCall, ...] = ()
    shares: Mapping[Tariff, Mapping[str, Decimal]] = field(default_factory=dict)
    differences: tuple[Difference, ...] = ()

    @property
    def tariff(self) -> Tariff | None:
        """What the centre is paid for; None when nothing is agreed, or not its price."""
        agreed = self.month.contract.paid_by if self.month.contract else None
        return agreed if agreed in self.month.costs else None

    @property
    def invoiced(self) -> Decimal | None:
        """The total of the invoice."""
        return sum((line.amount or Decimal(0) for line in self.invoice.lines), Decimal(0)) if self.invoice else None


@blueprint.get("")
@needs(Permission.CHECK_COSTS)
def choose() -> PageResponse | str:
    """Leads to the current month of the first centre; without a centre, a page that says what it is for."""
    names = list_names(get_plan_in_force().plan)
    if not names:
        return render_template("centres/none.html")
    return redirect(url_for("centres.show", name=next(iter(names)), month=f"{_today():%Y-%m}"), 303)


@blueprint.get("/<name>/<month>")
@needs(Permission.CHECK_COSTS)
def show(name: str, month: str) -> str:
    return render_account(read_account(name, parse_month(month)), FileForm(formdata=None))


@blueprint.post("/<name>/<month>")
@needs(Permission.CHECK_COSTS)
def import_file(name: str, month: str) -> PageResponse | tuple[str, int]:
    """Imports the invoice or the hours of the month, in place of those that were imported before."""
    form, first, context = FileForm(), parse_month(month), get_context()
    account = read_account(name, first)
    kind = StatementKind.HOURS if request.form.get("kind") == StatementKind.HOURS else StatementKind.INVOICE
    if not form.file.data or not form.file.data.filename:
        form.add_error("file", translatable("Choose a file."))
        return render_account(account, form, kind), 422
    with form.file.data.stream as stream:
        content = stream.read(MAX_BYTES + 1)
    try:
        lines = read_statement(kind, first, decode_large_table(content, MAX_BYTES))
    except TableError as error:
        form.add_error("file", error.message)
        return render_account(account, form, kind), 422
    statements.import_statement(
        context.database,
        current_actor(),
        statements.NewStatement(name, first, kind, lines, file_name=form.file.data.filename[:200]),
        at=context.clock(),
    )
    flash(gettext("%(count)s lines are imported.", count=len(lines)))
    return redirect(url_for("centres.show", name=name, month=month), 303)


@blueprint.post("/<name>/<month>/export")
@needs(Permission.CHECK_COSTS)
def export(name: str, month: str) -> Response:
    """The calls of the month with their costs, as a table; the export stands in the change log."""
    account = read_account(name, parse_month(month), call_by_call=True)
    statements.record_export(get_context().database, current_actor(), name, at=get_context().clock())
    titles = [translate(title) for title in EXPORT_TITLES]
    return send_table("-".join([gettext("costs"), name, month]), requested_format(), titles, _table_rows(account))


def read_account(name: str, first: date, *, call_by_call: bool = False) -> Account:
    """Reads counts, contracts and what the centre has sent. 404 for a centre that never existed.

    `call_by_call`: also where no invoice names calls.
    """
    plan, database, tz = get_plan_in_force().plan, get_context().database, get_context().timezone()
    names = list_names(plan)
    if name not in names:
        abort(404)
    since, after = first_day_read(first), day_after_read(first)
    contracts = find_contracts(database, name, since, after - timedelta(days=1))
    months = sorted({(since + timedelta(days=day)).replace(day=1) for day in range((after - since).days)})
    days = read_days(database, name, since, after, tz)
    month = work_out(first, contracts, days, statements.list_hours(database, name, months))
    invoice = statements.find_statement(database, name, first, StatementKind.INVOICE)
    account = Account(name, names[name], month, invoice)
    if not call_by_call and (invoice is None or account.tariff is not Tariff.CONTACT):
        return account
    calls = ledger.list_calls(database, name, first, next_month(first), tz)
    account = replace(account, calls=calls, shares=share_month(month, calls))
    return replace(account, differences=_compare(account))


def _compare(account: Account) -> tuple[Difference, ...]:
    """Call by call where calls are paid; an invoice by the hour has no calls."""
    if account.invoice is None or account.tariff is not Tariff.CONTACT:
        return ()
    lines, calls = account.invoice.lines, {call.reference: call for call in account.calls}
    others = {line.reference for line in lines} - calls.keys()
    elsewhere = ledger.find_known(get_context().database, account.name, others)
    return compare_invoice(lines, calls, account.shares[Tariff.CONTACT], elsewhere)


def render_account(
    account: Account,
    form: FileForm,
    kind: StatementKind = StatementKind.INVOICE,
    outcomes_form: OutcomesForm | None = None,
) -> str:
    """The page; of the two forms, one may have errors."""
    shown, first, language = account.differences[:SHOWN], account.month.first, current_language()
    before, after = first - timedelta(days=1), next_month(first)
    reasons = _list_reasons(account.name, [each.reference for each in shown if each.call])
    return render_template(
        "centres/costs.html",
        account=account,
        month=account.month,
        month_title=month_text(first, language),
        earlier=(f"{before:%Y-%m}", month_text(before, language)),
        later=(f"{after:%Y-%m}", month_text(after, language)) if after <= _today() else None,
        centres=list_names(get_plan_in_force().plan),
        form=form,
        outcomes_form=outcomes_form or OutcomesForm(formdata=None),
        most_outcomes=outcome_files.MAX_LINES,
        kind=kind,
        labels=labels,
        bars=chart.build_bars(account.month.weeks),
        chart=chart,
        shown=shown,
        why=lambda reference: labels.explain(reasons.get(reference), _title),
        euros=lambda amount: euros(amount, language),
        quantity=lambda amount: quantity(amount, language),
    )


def _table_rows(account: Account) -> Iterator[list[str]]:
    """A row for each call, then for each line of the invoice that is about no call of the month."""
    tz, language = get_context().timezone(), current_language()
    remarks = {(each.reference, each.kind is Disagreement.TWICE): each for each in account.differences}
    invoiced = {line.reference: line.amount for line in account.invoice.lines} if account.invoice else {}
    reasons = _list_reasons(account.name, [call.reference for call in account.calls])
    shares = [account.shares.get(tariff) for tariff in Tariff]

    def amount(value: Decimal | None) -> str:
        return "" if value is None else bare_amount(value, language)

    for call in account.calls:
        when = call.at.astimezone(tz).strftime("%Y-%m-%d %H:%M:%S")
        times = ["" if value is None else f"{value:.0f}" for value in (call.ring_s, call.talk_s)]
        amounts = [amount(share.get(call.reference)) if share else "" for share in shares]
        remark = remarks.get((call.reference, False)) or remarks.get((call.reference, True))
        words = translate(labels.DISAGREEMENTS[remark.kind]) if remark else ""
        why = translate(labels.explain(reasons.get(call.reference), _title))
        yield [call.reference, when, *times, *amounts, amount(invoiced.get(call.reference)), words, why]
    for each in account.differences:
        if each.call is None:
            words = translate(labels.DISAGREEMENTS[each.kind])
            yield [each.reference, "", "", "", "", "", amount(each.theirs), words, ""]


def _list_reasons(name: str, references: list[str]) -> Mapping[str, ledger.HandoffReason]:
    return ledger.list_reasons(get_context().database, name, references)


def _title(name: str) -> Message | OwnText:
    return find_title(get_plan_in_force().plan, PartKind.CENTRE, name)


def list_names(plan: Plan) -> dict[str, str]:
    """The centres of the plan in their order, then those that it has no more, with what people call them."""
    titles = {
        centre.name: find_title(plan, PartKind.CENTRE, centre.name).in_language(current_language())
        for centre in plan.overflow.centres
    }
    return titles | {name: name for name in ledger.list_centres(get_context().database) if name not in titles}


def parse_month(text: str) -> date:
    """The first day of a month such as 2030-06; 404 for anything else."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        abort(404)
    return first if len(text) == 7 and 2000 <= first.year <= 2100 else abort(404)


def _today() -> date:
    return get_context().clock().astimezone(get_context().timezone()).date()
