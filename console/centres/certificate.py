"""The certificate of what was taken away from an overflow centre at the end of its contract, in plain words."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, tzinfo

from flask import render_template

from records.centres.closings import ClosedAccount, Closing
from routing.centres.people import CENTRE_ROLES, CentreRole
from translations.catalogues import LANGUAGES
from translations.dates import long_date, moment
from translations.message import Message, OwnText, translatable, translatable_plural


@dataclass(frozen=True, slots=True)
class CertificatePart:
    """The certificate in one language. `removed` is a list of what was taken away, each with its details, if any."""

    language: str
    title: str
    beginning: str
    removed: tuple[tuple[str, tuple[str, ...]], ...]
    end: tuple[str, ...]


def write_certificate(closing: Closing, centre: Message | OwnText, organisation: OwnText, timezone: tzinfo) -> str:
    """One page of HTML with a part for each language of the console; it needs no other file."""
    parts = [_write_part(closing, centre, organisation, timezone, language) for language in LANGUAGES]
    return render_template("centres/certificate.html", parts=parts)


def _write_part(
    closing: Closing, centre: Message | OwnText, organisation: OwnText, timezone: tzinfo, language: str
) -> CertificatePart:
    noon = datetime.combine(closing.ended_on, time(12), UTC)
    beginning = translatable(
        "The contract of %(organisation)s with “%(centre)s” ended with %(day)s. What was taken away on %(moment)s:",
        organisation=organisation,
        centre=centre,
        day=long_date(noon, UTC, language),
        moment=moment(closing.closed_at, timezone, language),
    )
    end = (
        translatable(
            "Since then nobody of the centre can log in, and none of its programs can send anything. No card of a call"
            " can be opened: its agents had neither a list nor a search of callers, and each card closed some minutes"
            " after its call."
        ),
        translatable(
            "%(organisation)s keeps which calls the centre was given (%(calls)s), what it said became of them, and who"
            " of it looked at a card and when (%(looks)s). What identifies callers is deleted when its time is over.",
            organisation=organisation,
            calls=closing.calls,
            looks=closing.looks,
        ),
        translatable("Made by Standardiste from its records; each closing stands in the change log too."),
    )
    return CertificatePart(
        language,
        translatable("Certificate of the end of access: “%(centre)s”", centre=centre).in_language(language),
        beginning.in_language(language),
        tuple((words.in_language(language), details) for words, details in _list_removed(closing, language)),
        tuple(each.in_language(language) for each in end),
    )


def _list_removed(closing: Closing, language: str) -> list[tuple[Message, tuple[str, ...]]]:
    accounts = translatable_plural(
        "%(count)s account of a person was closed, and its password and its second factor were deleted:",
        "%(count)s accounts of people were closed, and their passwords and second factors were deleted:",
        len(closing.accounts),
    )
    sessions = translatable_plural("%(count)s session was ended.", "%(count)s sessions were ended.", closing.sessions)
    keys = translatable_plural(
        "%(count)s key of a program was withdrawn:", "%(count)s keys of programs were withdrawn:", len(closing.keys)
    )
    people = tuple(_describe(each).in_language(language) for each in closing.accounts)
    return [
        (accounts, people) if people else (translatable("No account of a person was open."), ()),
        (sessions, ()) if closing.sessions else (translatable("No session was open."), ()),
        (keys, closing.keys) if closing.keys else (translatable("No key of a program was in use."), ()),
    ]


def _describe(account: ClosedAccount) -> Message:
    who = (account.name, account.email, CENTRE_ROLES[CentreRole(account.role)])
    return translatable("%(name)s, %(email)s (%(role)s)", name=who[0], email=who[1], role=who[2])
