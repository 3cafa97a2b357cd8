"""No page, loop or call reads all that has ever happened: the database is asked how it would find each answer."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import year_of_calls
from api_programs import Program
from console_client import NOON, ConsoleApp, ConsoleUser
from example_pages import Names, example_console, fill_in, pages
from named_contacts import describe_contact
from page_forms import PageForm, all_forms
from public_server import PLAN, serve_public
from recorded_calls import PUBLIC_NUMBER
from sqlalchemy import Connection, event

from records import changes, holds, mail_queue, overrides
from records.actor import command_line_actor
from records.call_events import CallEvent, CallEventKind, Disposition
from records.callbacks import callback_attempts, expiry, staff_actions
from records.calls import call_detail, call_list, calls, handling_time, statistics
from records.calls.call_list import CallFilter, CallPosition
from records.changes import ChangeFilter
from records.contacts import contact_cards
from records.contacts.duplicates.following import propose_duplicates
from records.contacts.duplicates.proposals import count_proposals
from records.contacts.search.following import follow_calls
from records.database.engine import Database
from records.inbox import inbox
from records.inbox.escalation import escalate_overdue
from records.inbox.filters import InboxFilter
from records.messages import blackout_periods, message_versions
from records.plan.reader import PlanReader
from records.requests import balance, due_times, requests
from records.requests.notices import tell_due
from records.site_keys import CALLS_SCOPE, CONTACTS_SCOPE, REQUESTS_SCOPE
from records.staff import agents, presence
from records.webhooks import deliveries, endpoints
from routing.access.permissions import Role
from routing.plan.parsing import parse_plan
from web.access import LoginStage

# The list of duplicates is left out: people shorten it, and to count it is to read it.
GROWING = (
    "call|call_event|call_trait|interaction|contact|contact_line|line|request|voicemail|callback|callback_attempt|"
    "callback_transition|duplicate_key|message_version|message_listens|audio|outbox_event|webhook_delivery|change|"
    "callback_rejection|callback_submission|idempotency_key|refused_calls|do_not_call|request_entry|handoff|inquiry|"
    "handoff_outcome|centre_statement_line|click_to_call|phone_ring|change_value|contact_email|contact_import_row|"
    "contact_key|contact_merge|contact_origin|contact_word|consent|duplicate_queue|number_tail|word|word_gap|edited_version|"
    "message_withdrawal|plan_version|outgoing_mail|erasure_job|user_login|login_attempt|console_session|trial_call|"
    "satisfaction_survey|satisfaction_answer|satisfaction_asked"
)
SCANS = {
    "sqlite": re.compile(rf"^SCAN ({GROWING})(_\d+)?\b", re.MULTILINE),
    # PostgreSQL reads small tables from end to end: only those count that were filled.
    "postgresql": re.compile(rf"Seq Scan on ({'|'.join(year_of_calls.TABLES)})\b"),
}
# The first rows of an index in its own order: the statement ends after them. What is equal there may be sorted.
SORTS = re.compile(r"TEMP B-TREE FOR(?! RIGHT PART)|\bSort\b")
BY_OUTCOME = "ix_call_disposition_started_at"
SEARCHES = (
    *("/contacts?q=anne+martin", "/contacts?q=0610000007", "/contacts?q=ane+marton", "/contacts/7/same-as?q=anne"),
    *("/calls?period=year&key=1&agent=1&centre=north", "/calls?q=0610000007&key=1"),
    *("/calls?q=0610000007", "/calls?q=7.1", "/calls?period=week", "/calls?outcome=abandoned&period=month"),
    *("/inbox?state=closed", "/inbox?state=closed&topic=voirie", "/contacts/duplicates?show=likely"),
    *("/changes?before=7", "/changes?user=1", "/contacts/7/changes?before=7", "/contacts/import/1?only=problems"),
)
PLAUSIBLE = {
    **dict.fromkeys(("text", "search", "textarea"), "Exemple"),
    **{"email": "anne@example.org", "tel": "06 39 98 00 09", "url": "https://example.org", "number": "2"},
    **{"password": "un mot de passe assez long", "time": "09:00"},
    **{"date": "2030-03-05", "datetime-local": "2030-03-05T09:00"},
}
READS_ALL = (
    "FROM outbox_event \nWHERE CAST(JSON_EXTRACT(",  # everything that is known of one person, asked for by hand
    "FROM (SELECT contact.id AS id",  # how many cards a file of all cards holds
)
WITHOUT_EXAMPLE = ["/plan/sound/<name>.wav"]  # a preview, made when it is asked for
WITHOUT_CONTENT = {
    *("/calls/7.1/voicemail.wav", "/contacts/7/erase/refresh", "/message/version/7.wav"),
    *("/plan/call/heard.wav", "/prompts/fr/apology.wav", "/browser-phone", "/satisfaction/words/1.wav"),
}
"""Their statements are run, and find nothing, or no file."""

Asked = dict[str, object]


@contextmanager
def recorded(database: Database) -> Iterator[Asked]:
    """The statements that the database is asked in this block, each with its first parameters."""
    asked: Asked = {}

    def record(connection: Connection, cursor: object, statement: str, parameters: object, *_: object) -> None:
        many = isinstance(parameters, list)
        asked.setdefault(statement, parameters[0] if many and parameters else parameters)

    event.listen(database._engine, "before_cursor_execute", record)
    yield asked
    event.remove(database._engine, "before_cursor_execute", record)


def scans(database: Database, asked: Asked) -> list[str]:
    """The statements that read a table that grows from one end to the other, with the database's plan for them."""
    dialect = database.url.get_backend_name()
    found = []
    for statement, parameters in asked.items():
        if not re.match(r"\s*(WITH|SELECT|UPDATE|DELETE)", statement):
            continue
        plan = explain(database, statement, parameters)
        bounded = "LIMIT" in statement and not SORTS.search(plan)
        if SCANS[dialect].search(plan) and not bounded:
            found.append(f"{statement}\n{plan}")
    return found


def explain(database: Database, statement: str, parameters: object) -> str:
    """The database's plan for a statement, a step on each line."""
    words = {"sqlite": "EXPLAIN QUERY PLAN ", "postgresql": "EXPLAIN "}[database.url.get_backend_name()]
    with database.read() as connection:
        return "\n".join(str(row[-1]) for row in connection.exec_driver_sql(words + statement, parameters).all())


def drive_console(console: ConsoleApp, names: Names) -> None:
    """Every page that an administrator can get, of things that exist; then every form of these pages, filled in."""
    # A call, its card and its request of the year; what people made lately is beside them.
    names = {**names, "ref": "7.1", "contact_id": 7, "one": 7, "other": 8, "request_id": 7, "version_id": 7}
    administrator = console.sign_in(Role.ADMINISTRATOR)
    missing, answers = [], {}
    for url in console.app.url_map.iter_rules():
        if "GET" not in url.methods or console.app.view_functions[url.endpoint].access_rule.stage is LoginStage.PUBLIC:
            continue
        if path := fill_in(url, names):
            answers[path] = administrator.get(path, buffered=True).status_code
        else:
            missing.append(url.rule)
    assert missing == WITHOUT_EXAMPLE
    assert {path for path, status in answers.items() if status not in (200, 301, 302, 303)} == WITHOUT_CONTENT
    for typed in SEARCHES:
        assert administrator.get(typed).status_code == 200, typed
    forms = {
        (re.sub(r"\d+", "0", form.action), *form.values): form  # one of each kind
        for _, form in all_forms(pages(console, names), administrator)
        if form.method == "post" and form.action != "/logout"
    }
    statuses = Counter(send(administrator, form) for form in forms.values())
    assert max(statuses) < 500 and statuses[303] > 25, statuses


def send(staff: ConsoleUser, form: PageForm) -> int:
    """What a form answers that somebody filled in: its status."""
    values = dict(form.values) | {each.name: PLAUSIBLE[each.kind] for each in form.typed if not each.value}
    return staff.client.post(form.action, data={**values, **dict(form.buttons[:1])}, buffered=True).status_code


def drive_loops(database: Database, now: datetime) -> None:
    """What the processes ask each second or each minute."""
    since = now - timedelta(hours=1)
    for question in LOOPS:
        question(database, now, since)


WITH_ESCALATION = parse_plan(f"{PLAN}\nrequests: {{escalate_h: 0}}\n")
READER = command_line_actor("test")
Question = Callable[[Database, datetime, datetime], object]
LOOPS: tuple[Question, ...] = (
    lambda database, now, since: message_versions.list_current_versions(database, "daily", now),
    lambda database, now, since: handling_time.mean_handling_time(database),
    lambda database, now, since: agents.list_agents(database),
    lambda database, now, since: presence.list_presences(database),
    lambda database, now, since: overrides.list_overrides(database),
    lambda database, now, since: blackout_periods.list_blackout_periods(database),
    lambda database, now, since: PlanReader(database).read(),
    lambda database, now, since: statistics.current_load(database, now),
    lambda database, now, since: statistics.count_dispositions(database, since, now),
    lambda database, now, since: calls.list_open_calls(database, before=now),
    lambda database, now, since: calls.close_interrupted_calls(database, before=since),
    lambda database, now, since: holds.list_holds(database, now),
    lambda database, now, since: expiry.expire_callbacks(database, at=now),
    lambda database, now, since: callback_attempts.list_active_attempts(database),
    lambda database, now, since: staff_actions.list_callbacks_to_review(database),
    lambda database, now, since: deliveries.find_due_endpoints(database, now),
    lambda database, now, since: deliveries.claim_delivery(database, 1, at=now, until=now),
    lambda database, now, since: endpoints.list_endpoint_statuses(database, count_delivered=False),
    lambda database, now, since: endpoints.purge_events(database, now - timedelta(days=800)),
    lambda database, now, since: requests.list_open_requests(database),
    lambda database, now, since: due_times.fill_due_times(database, parse_plan(PLAN).due_time),
    lambda database, now, since: escalate_overdue(database, WITH_ESCALATION, now),
    lambda database, now, since: tell_due(database, now),
    lambda database, now, since: inbox.count_each(database, READER, [InboxFilter(due_before=now)]),
    lambda database, now, since: balance.count_balance(database, READER, since),
    lambda database, now, since: propose_duplicates(database, now),
    lambda database, now, since: count_proposals(database),
    lambda database, now, since: mail_queue.claim_mail(database, at=now),
    lambda database, now, since: changes.list_changes(database, READER, wanted=ChangeFilter(user_id=7)),
    lambda database, now, since: changes.list_changes(database, READER, wanted=ChangeFilter(by_machine=True)),
    lambda database, now, since: changes.list_changes(
        database, READER, wanted=ChangeFilter(kinds=("plan.published", "trunk.add"), since=since, until=now)
    ),
)


def drive_call(database: Database, now: datetime) -> None:
    """A call of somebody who called before, from its beginning to its end."""
    calls.open_call(
        database,
        "new.1",
        landing="+33199000000",
        public_number="+33199000000",
        caller="+33610000007",
        withheld=False,
        language="fr",
        plan_version=1,
        at=now,
    )
    heard = CallEvent(now, CallEventKind.MESSAGE_HEARD, {"version": 7, "seconds": 3.0, "whole": False})
    calls.add_events(database, "new.1", [CallEvent(now, CallEventKind.QUEUE_ENTERED), heard])
    calls.close_call(database, "new.1", at=now, disposition=None, cause="16")
    call_detail.get_call_detail(database, "new.1")
    card = contact_cards.find_cards(database, "+33610000007")[0]
    describe_contact(database, card.id, name="Anne Martin")
    describe_contact(database, card.id, emails=("anne@example.org",))
    follow_calls(database)
    for typed in ("anne martin", "martin an", "ane marton", "0000 07", "anne@example.org", "1700000000.1"):
        contact_cards.find_cards(database, typed)


OF_PROGRAMS = (
    *("/v1/calls", "/v1/calls?since=2030-03-04T00:00:00Z&until=2030-03-05T00:00:00Z", "/v1/calls/7.1"),
    *("/v1/calls?key=1", "/v1/calls?agent=1&outcome=answered", "/v1/calls?centre=north"),
    *("/v1/requests?kind=missed&level=1", "/v1/requests?owner=nobody&late=true&cursor=7"),
    *("/v1/contacts", "/v1/contacts?cursor=100", "/v1/contacts?q=0610000007", "/v1/contacts/7"),
    *("/v1/requests?state=all", "/v1/requests", "/v1/requests?state=closed&cursor=100", "/v1/requests/7"),
)


def find_scans(database: Database, url: str, folder: Path, calls_made: int, versions: int) -> list[str]:
    year_of_calls.fill(database, calls_made, versions)
    process, console, names = example_console(database, url, folder)
    database = console.database
    with closing(process), recorded(database) as asked:
        drive_console(console, names)
        drive_loops(database, NOON)
        drive_call(database, NOON)
        with serve_public(database) as visitor:
            for path in ("/callback", "/inquiry", "/message", "/v1/slots?site=www"):
                assert visitor.get(path).status < 500, path
            program = Program(visitor, database, CALLS_SCOPE, CONTACTS_SCOPE, REQUESTS_SCOPE)
            for path in OF_PROGRAMS:
                assert program.get(path).status == 200, path
    assert len(asked) > 300  # the console, the loops and the call were recorded
    return [found for found in scans(database, asked) if not any(known in found for known in READS_ALL)]


@pytest.mark.engine("sqlite")
def test_no_page_loop_or_call_reads_all_of_a_table_that_grows(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    assert find_scans(database, database_url, tmp_path, 200, 50) == []


RARE = CallFilter(since=NOON - timedelta(days=365), dispositions=(Disposition.STAFF, Disposition.OVERFLOW))


def call_plans(database: Database, *wanted: CallFilter) -> list[str]:
    """How the first and the second page of these calls are found."""
    with recorded(database) as asked:
        for each in wanted:
            call_list.list_calls(database, READER, each)
            call_list.list_calls(database, READER, each, before=CallPosition(NOON, "7.1"))
    return [explain(database, text, parameters) for text, parameters in asked.items() if text.startswith("SELECT")]


@pytest.mark.engine("sqlite")
def test_calls_of_a_rare_outcome_are_found_without_those_of_others(database: Database) -> None:
    year_of_calls.fill(database, 200, 50)
    assert [plan.count(BY_OUTCOME) for plan in call_plans(database, RARE)] == [2, 2]


@pytest.mark.engine("sqlite")
def test_calls_of_an_outcome_and_a_number_are_found_by_the_number(database: Database) -> None:
    year_of_calls.fill(database, 200, 50)
    of_number = replace(RARE, digits=("33610000007",))
    assert ["ix_call_line_id" in plan for plan in call_plans(database, of_number)] == [True, True]


def trait_plans(database: Database) -> list[str]:
    """How calls are found by key, agent and centre, alone, together, and with what only the call itself says."""
    period, number = RARE.since, PUBLIC_NUMBER
    return call_plans(
        database,
        CallFilter(since=period, key="1"),
        CallFilter(since=period, agent_id=1, key="1"),
        replace(RARE, centre="north"),
        replace(RARE, agent_id=1, centre="north", key="1", public_number=number),
    )


@pytest.mark.engine("sqlite")
def test_calls_of_a_key_an_agent_or_a_centre_are_found_by_it(database: Database) -> None:
    year_of_calls.fill(database, 200, 50)
    plans = trait_plans(database)
    assert len(plans) == 8
    for plan in plans:
        assert "SEARCH call_trait USING PRIMARY KEY (kind=? AND value=?" in plan, plan
        assert "SCAN" not in re.sub(r"SCAN anon_\d", "", plan), plan


@pytest.mark.long
@pytest.mark.engine("postgresql")
def test_calls_of_a_key_an_agent_or_a_centre_are_found_by_it_on_postgresql(database: Database) -> None:
    year_of_calls.fill(database, 20_000, 50)
    for plan in trait_plans(database):
        assert "pk_call_trait" in plan and "Seq Scan" not in plan, plan


@pytest.mark.long
@pytest.mark.engine("postgresql")
def test_calls_of_a_rare_outcome_are_found_without_those_of_others_on_postgresql(database: Database) -> None:
    year_of_calls.fill(database, 20_000, 50)
    assert [plan.count(BY_OUTCOME) for plan in call_plans(database, RARE)] == [2, 2]


@pytest.mark.engine("sqlite")
def test_a_statement_that_reads_all_calls_is_found(database: Database) -> None:
    with recorded(database) as asked, database.read() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM call_event WHERE detail LIKE '%7%'")
    assert len(scans(database, asked)) == 1


@pytest.mark.long
@pytest.mark.engine("postgresql")
def test_a_year_of_calls_is_not_read_on_postgresql(database: Database, database_url: str, tmp_path: Path) -> None:
    assert find_scans(database, database_url, tmp_path, 1_000_000, 5_000) == []
