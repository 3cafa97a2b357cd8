"""All checks of the installation, each in one sentence with its remedy."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime

import click

import agi.checks
import ami.checks
import caller.checks
import centre.checks
import console.checks
import correspondence.checks
import prompts.checks
import records.checks
import webhooks.checks
from records.check_result import CheckResult
from records.errors import RecordsError
from routing.plan.errors import PlanError
from standardiste.commands.options import AS_JSON
from standardiste.doctor import (
    browser_phone_checks,
    call_check,
    capacity_checks,
    guessing_checks,
    installation_checks,
    phone_checks,
    plan_checks,
    web_checks,
)
from standardiste.full_check import FullCheck
from standardiste.installation import Installation
from standardiste.mail_settings import mail_server
from standardiste.sound_library import list_sound_files
from standardiste.stored_checks import StoredChecks, save_checks
from standardiste.switchboard.ami_login import ami_login
from translations.message import Message, translatable, translatable_in_context

STATUS_MARKS = {"en": ("ok  ", "WRONG"), "fr": ("ok  ", "ERREUR")}


@click.command
@AS_JSON
@click.option(
    "--language", type=click.Choice(["fr", "en"]), default="en", show_default=True, help="Language of the sentences."
)
@click.option("--call", "by_call", is_flag=True, help="Place a call to ourselves too, and listen.")
@click.option("--full", is_flag=True, help="Read the whole database now; else its last check, made at night, counts.")
@click.pass_obj
def doctor(installation: Installation, as_json: bool, language: str, by_call: bool, full: bool) -> None:
    """Check everything; exit code 1 when something is wrong."""
    checks = tuple(_run_checks(installation, by_call, full))
    with suppress(OSError):  # a doctor of another user, or before anything was prepared
        save_checks(installation.settings.doctor_file, StoredChecks(datetime.now(UTC), checks))
    if as_json:
        click.echo(json.dumps([_to_json(check, language) for check in checks], indent=2, ensure_ascii=False))
    else:
        for check in checks:
            message, remedy = check.in_language(language)
            good, wrong = STATUS_MARKS[language]
            click.echo(f"{good if check.ok else wrong} {check.name}: {message}")
            if remedy:
                click.echo(f"      {remedy}")
    sys.exit(0 if all(check.ok for check in checks) else 1)


def _to_json(check: CheckResult, language: str) -> dict[str, object]:
    message, remedy = check.in_language(language)
    return {"name": check.name, "ok": check.ok, "sentence": message, "mend": remedy}


def _run_checks(installation: Installation, by_call: bool, full: bool) -> Iterator[CheckResult]:
    yield from installation_checks.checks(installation)
    yield from _guarded_checks("trunks", lambda: installation_checks.check_trunks(installation))
    yield from _guarded_checks("database", lambda: records.checks.quick_checks(installation.database))
    yield from _guarded_checks("database: full check", lambda: _check_whole_database(installation, full))
    yield from _guarded_checks("telephone accounts", lambda: installation_checks.check_account_names(installation))
    yield from _guarded_checks("telephones", lambda: [phone_checks.check_phones_behind_nat(installation)])
    yield from _guarded_checks("password guessing", lambda: guessing_checks.check_guessing(installation))
    yield from _guarded_checks("plan", lambda: plan_checks.checks(installation))
    yield from _guarded_checks("overflow centres", lambda: installation_checks.check_overflow_centres(installation))
    yield from _guarded_checks("capacity", lambda: capacity_checks.checks(installation, datetime.now(UTC)))
    yield from _guarded_checks("callbacks", lambda: installation_checks.check_callbacks(installation))
    yield from prompts.checks.check_programs()
    yield from _guarded_checks("prompts and messages", lambda: _check_sounds(installation))
    parts = installation.settings.parts
    if "calls" in parts:
        yield from agi.checks.check_fastagi_server(installation.settings.agi_port)
        yield from agi.checks.check_peer_lookup()
    if "public" in parts:
        yield from web_checks.check_public(installation.settings)
    if "console" in parts:
        yield from _guarded_checks("console", lambda: _check_console(installation))
    if "live" in parts:
        yield web_checks.check_live(installation.settings)
    if "centre" in parts:
        yield from _guarded_checks("centre", lambda: _check_centre(installation))
    if "asterisk" in parts:
        yield browser_phone_checks.check_browser_phones(installation.settings)
    yield from _guarded_checks("mail", lambda: _check_mail(installation))
    if "switch" in parts:
        yield from _guarded_checks("manager interface", lambda: _check_switch(installation))
    yield from _guarded_checks(
        "webhooks", lambda: webhooks.checks.check_endpoints(installation.database, datetime.now(UTC))
    )
    yield from _guarded_checks(
        "retention", lambda: installation_checks.check_retention(installation, datetime.now(UTC))
    )
    yield from _guarded_checks("erasures", lambda: installation_checks.check_erasures(installation, datetime.now(UTC)))
    yield from _guarded_checks("backup", lambda: installation_checks.check_backups(installation, datetime.now(UTC)))
    yield from caller.checks.checks()
    if by_call:
        yield from _guarded_checks("call", lambda: [_check_call(installation)])


def _check_whole_database(installation: Installation, renew: bool) -> Iterable[CheckResult]:
    whole = FullCheck(installation.database, installation.settings.full_check_file)
    return whole.results(datetime.now(UTC), renew=renew)


def _check_call(installation: Installation) -> CheckResult:
    return call_check.check_call(installation, list_sound_files(installation, installation.plan.numbers[0].language))


def _check_console(installation: Installation) -> Iterable[CheckResult]:
    settings = installation.settings
    in_clear = not settings.console_address.is_loopback and not settings.console_url.startswith("https:")
    here = settings.console_local_url
    is_reachable = web_checks.answers(settings, "console", here)
    yield from console.checks.checks(installation.database, here, is_reachable=is_reachable, is_unencrypted=in_clear)
    yield from web_checks.check_proxies(settings, "console", settings.console_url)


def _check_centre(installation: Installation) -> Iterable[CheckResult]:
    settings = installation.settings
    here, in_clear = settings.centre_local_url, not settings.centre_address.is_loopback
    yield from centre.checks.checks(
        installation.database,
        installation.plan.overflow,
        here,
        datetime.now(UTC),
        is_reachable=web_checks.answers(settings, "centre", here),
        is_unencrypted=in_clear and not settings.centre_url.startswith("https:"),
        sends_mail=settings.sends_mail,
    )
    yield from web_checks.check_proxies(settings, "centre", settings.centre_url)


def _check_mail(installation: Installation) -> Iterable[CheckResult]:
    return correspondence.checks.check_mail(installation.database, mail_server(installation.settings))


def _check_switch(installation: Installation) -> Iterable[CheckResult]:
    login = ami_login(installation.settings)  # fails where nothing is prepared, before the file of leases is created
    return ami.checks.check_manager_interface(installation.switch_leases, login, datetime.now(UTC))


def _check_sounds(installation: Installation) -> Iterable[CheckResult]:
    announcements = {each.name: each.when_none_valid for each in installation.plan.announcements.values()}
    folder, now = installation.settings.messages, datetime.now(UTC)
    sounds, plan = installation.settings.sounds, installation.plan
    yield from prompts.checks.check_library(sounds, installation.prompts, plan.languages)
    yield from prompts.checks.check_voices(sounds, installation.voice_settings, plan.languages, plan.voices)
    yield prompts.checks.check_key_wait(sounds, plan.languages, plan.while_choosing)
    yield from prompts.checks.check_messages(installation.database, folder, announcements, now)


def _guarded_checks(name: str, checks: Callable[[], Iterable[CheckResult]]) -> Iterator[CheckResult]:
    """The checks; or one that they cannot be made, if what they look at is itself missing or broken."""
    try:
        yield from checks()
    except OSError as error:
        yield CheckResult(name, False, *_explain_file(error))
    except (RecordsError, PlanError) as error:
        yield CheckResult(name, False, _unmade(error), installation_checks.START_SERVER)


def _explain_file(error: OSError) -> tuple[Message, Message]:
    """What is wrong with the file that a check reads, and what to do."""
    if error.filename is None:
        return _unmade(error), installation_checks.START_SERVER
    if isinstance(error, FileNotFoundError):
        missing = translatable("There is no %(file)s yet; the first start makes it.", file=error.filename)
        return missing, installation_checks.START_SERVER
    unread = translatable("%(file)s cannot be read (%(reason)s).", file=error.filename, reason=error.strerror)
    return unread, translatable("Run this as the user of the server, or correct the permissions of the file.")


def _unmade(error: Exception) -> Message:
    return translatable_in_context("check that cannot be made", "%(error)s", error=error)
