"""Checks of this installation: Asterisk, parts, trunks, overflow centres, backups."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from callback_api.checks import check_privacy_contact
from prompts.callback_offer import longest_offer_s
from records import trunks
from records.callbacks import staff_actions
from records.check_result import CheckResult
from records.plan import plan_versions
from records.retention import erasure_queue, purge
from records.staff import agents
from routing.callbacks.rules import DialFirst
from standardiste.backup import backups as backup
from standardiste.doctor import asterisk_checks, machine_checks, part_checks
from standardiste.installation import Installation
from standardiste.switchboard import trunk_states
from standardiste.switchboard.asterisk import AsteriskNotFound
from translations.message import Message, translatable, translatable_in_context

START_SERVER = translatable("Start the server: script/server.")

ERASED_WITHIN = timedelta(hours=1)
BACKUP_MAX_AGE = PURGE_MAX_AGE = timedelta(hours=36)  # a day, with a margin


def checks(installation: Installation) -> Iterable[CheckResult]:
    """Versions, Asterisk and its modules, the parts, permissions, ports, clock, disk."""
    yield machine_checks.check_python()
    yield from _check_asterisk(installation)
    if not installation.settings.asterisk_etc.exists():
        yield CheckResult(
            "folders",
            False,
            translatable("Nothing is prepared in %(var)s.", var=installation.settings.var),
            START_SERVER,
        )
        return
    yield from part_checks.check_part_states(installation.settings)
    yield from part_checks.check_heartbeats(installation.settings)
    yield from machine_checks.check_permissions(installation.settings)
    yield machine_checks.check_ports(installation.settings)
    yield from machine_checks.check_clock(installation.settings)
    yield machine_checks.check_disk(installation.settings)


def _check_asterisk(installation: Installation) -> Iterator[CheckResult]:
    try:
        version = ".".join(map(str, installation.asterisk.version))
    except AsteriskNotFound as error:
        yield CheckResult(
            "asterisk",
            False,
            translatable("No usable Asterisk."),
            translatable_in_context("no usable Asterisk", "%(error)s", error=error),
        )
        return
    yield CheckResult("asterisk", True, Message(f"Asterisk {version}."))
    if installation.asterisk_cli.is_booted():
        yield CheckResult("asterisk running", True, translatable("Asterisk runs."))
        shown = installation.asterisk_cli.run("module show")
        yield asterisk_checks.check_modules(shown, has_browsers=installation.settings.browser_phone)
        yield asterisk_checks.check_codecs(installation.asterisk_cli.run("core show translation"))
    else:
        yield CheckResult(
            "asterisk running",
            False,
            translatable("Asterisk is not running: nobody is answered."),
            START_SERVER,
        )


def check_trunks(installation: Installation) -> Iterator[CheckResult]:
    """Each of the operators' trunks. Raises RecordsError."""
    stored_trunks = trunks.list_trunks(installation.database, installation.secret_box)
    for state in trunk_states.list_trunk_states(stored_trunks, installation.asterisk_cli.run):
        name = f"trunk {state.name}"
        if state.fault:
            yield CheckResult(name, False, state.fault.problem, state.fault.remedy)
        else:
            registration, contact = state.summary
            yield CheckResult(
                name,
                True,
                translatable(
                    "The trunk %(name)s: %(registration)s, %(contact)s.",
                    name=state.label,
                    registration=registration,
                    contact=contact,
                ),
            )
    yield from _check_former_entries(installation)


def _check_former_entries(installation: Installation) -> Iterator[CheckResult]:
    """Trunks that the settings still hold: they have no effect any more, and their passwords stand there in clear."""
    if former := ", ".join(installation.settings.trunks):
        yield CheckResult(
            "trunks in the settings",
            True,
            translatable(
                "The settings still hold these trunks: %(names)s. They were taken over into the database, and a change "
                "in the settings has no effect.",
                names=former,
            ),
            translatable("Remove `trunks` from the settings; change trunks in the console or by `standardiste trunk`."),
        )


def check_overflow_centres(installation: Installation) -> Iterable[CheckResult]:
    """Whether each of the plan's overflow centres can be called: by the trunk that it names, or by any trunk."""
    names = [stored.name for stored in trunks.list_trunks(installation.database)]
    for centre in installation.plan.overflow.centres:
        name = f"centre {centre.name}"
        if centre.trunk and centre.trunk not in names:
            yield CheckResult(
                name,
                False,
                translatable(
                    "The plan's centre %(name)s names the trunk %(trunk)s, which is not there.",
                    name=centre.name,
                    trunk=centre.trunk,
                ),
                translatable("Choose another one in the plan, or add it: `standardiste trunk add`."),
            )
        elif not names:
            yield CheckResult(
                name,
                False,
                translatable("No trunk leads to the centre %(name)s.", name=centre.name),
                translatable("See `standardiste trunk add`."),
            )


def check_account_names(installation: Installation) -> Iterable[CheckResult]:
    """Whether a stranger could guess the name of a telephone's account."""
    accounts = [one for one in agents.list_sip_accounts(installation.database) if one.agent is not None]
    guessable = ", ".join(one.desk for one in accounts if one.is_guessable)
    if guessable:
        yield CheckResult(
            "telephone accounts",
            False,
            translatable("The account names of these desks can be guessed: %(desks)s.", desks=guessable),
            translatable("`standardiste staff reissue --guessable`, then type the new settings into these telephones."),
        )
    else:
        yield CheckResult("telephone accounts", True, translatable("No account name in use can be guessed."))


def check_callbacks(installation: Installation) -> Iterable[CheckResult]:
    """Whether callbacks can be placed. Raises RecordsError.

    Without a trunk none can: a fault once a visitor waits. With one, agents need the time to pick up and to hear the
    whole offer of a callback.
    """
    if trunks.has_trunks(installation.database):
        yield from _check_offer_time(installation)
        yield check_privacy_contact(installation.plan.organisation)
        return
    count = len(staff_actions.list_open_callbacks(installation.database))
    yield CheckResult(
        "callbacks",
        not count,
        translatable(
            "No trunk places calls: nobody is offered a callback, and those accepted earlier wait (%(count)s).",
            count=count,
        ),
        translatable("Add your operator's trunk in the console, or by `standardiste trunk add NAME ADDRESS`."),
    )


def _check_offer_time(installation: Installation) -> Iterator[CheckResult]:
    plan, needed_s = installation.plan, 2 * longest_offer_s(installation.settings.sounds, installation.plan)
    if plan.callbacks.first is DialFirst.AGENT and plan.staff.ring_s < needed_s:
        yield CheckResult(
            "callbacks: offer",
            False,
            translatable(
                "Telephones ring for %(ring_s)s s: who picks up late for a callback is cut off in its offer.",
                ring_s=plan.staff.ring_s,
            ),
            translatable("Set staff.ring_s to %(needed_s)s or more in the plan.", needed_s=needed_s),
        )


def check_retention(installation: Installation, at: datetime) -> Iterable[CheckResult]:
    """Whether old personal data are purged every night, and what is kept because nobody has resolved it.

    Raises RecordsError.
    """
    last = purge.last_purge(installation.database)
    kept = purge.count_kept_open(installation.database, installation.plan.retention, at)
    if last is None:
        versions = plan_versions.list_plan_versions(installation.database)
        began = min((version.created_at for version in versions), default=at)
        message = translatable("Old personal data have never been deleted.")
    else:
        began = last
        hours = max(0, int((at - last) // timedelta(hours=1)))
        message = translatable("Old personal data were deleted %(hours)s hours ago.", hours=hours)
    if at - began > PURGE_MAX_AGE:
        remedy = translatable("Read the log of `webhooks`, which purges every night, or run `standardiste purge`.")
        yield CheckResult("retention", False, message, remedy)
    else:
        yield CheckResult("retention", True, message)
    if kept:
        yield CheckResult(
            "retention: not resolved",
            True,
            translatable("Requests older than the plan's retention that nobody has resolved: %(count)s.", count=kept),
            translatable("`standardiste request list` lists them: resolve them, and the next purge deletes them."),
        )


def check_erasures(installation: Installation, at: datetime) -> Iterable[CheckResult]:
    """Whether people are erased whom somebody asked to erase. Raises RecordsError."""
    if late := erasure_queue.list_unfinished(installation.database, at - ERASED_WITHIN):
        cards = ", ".join(str(job.contact_id) for job in late)
        yield CheckResult(
            "erasures",
            False,
            translatable(
                "Erasures that were asked for and are not done after an hour; contacts: %(cards)s.", cards=cards
            ),
            translatable(
                "`standardiste contact erase %(card)s` goes on with the first and says what stands in its way.",
                card=late[0].contact_id,
            ),
        )


def check_backups(installation: Installation, at: datetime) -> Iterable[CheckResult]:
    """The age of the last backup; without one, the age of the first plan. Raises RecordsError."""
    kept = backup.list_backups(installation.settings.backups)
    if kept:
        age = timedelta(seconds=at.timestamp() - kept[0].stat().st_mtime)
    else:
        versions = plan_versions.list_plan_versions(installation.database)
        age = at - min((version.created_at for version in versions), default=at)
    hours = max(0, int(age // timedelta(hours=1)))
    if kept:
        message = translatable("The last backup is %(hours)s hours old.", hours=hours)
    else:
        message = translatable("There is no backup, after %(hours)s hours.", hours=hours)
    if age < BACKUP_MAX_AGE and kept:
        yield CheckResult("backup", True, message)
    else:
        yield CheckResult(
            "backup",
            age < BACKUP_MAX_AGE,
            message,
            translatable("Run `standardiste backup` every night; docs/install-debian.md has a timer."),
        )
