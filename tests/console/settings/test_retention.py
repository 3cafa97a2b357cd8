"""The page of retention: how long what is kept, and what the nights have deleted."""

from datetime import timedelta

from console_client import ConsoleApp

from console.settings.retention import describe_purge
from records.retention import purge
from records.retention.purge import PurgeReport
from routing.access.permissions import Role

PAGE = "/settings/retention"


def test_a_supervisor_reads_what_each_night_deleted_and_goes_to_the_days(console: ConsoleApp) -> None:
    night = console.now - timedelta(hours=9)
    purge.record_purge(console.database, PurgeReport(), at=night - timedelta(days=1))
    purge.record_purge(console.database, PurgeReport(calls=12, voicemails=1), at=night)
    page = console.sign_in(Role.SUPERVISOR).get(PAGE).text
    assert "12 appels ne disent plus qui appelait<br>1 message vocal supprimé</dd>" in page
    assert page.index("12 appels") < page.index("Rien n&#39;était assez ancien.")
    assert "365 jours" in page and 'href="/plan/retention"' in page
    assert "un jour et demi" not in page


def test_everything_that_a_purge_counts_is_told(console: ConsoleApp) -> None:
    counted = {name: 1 for name in PurgeReport().counts() if name != "kept_open"}
    with console.app.test_request_context():
        assert len(describe_purge(counted)) == len(counted)


def test_nights_without_a_purge_are_said_on_the_page(console: ConsoleApp) -> None:
    purge.record_purge(console.database, PurgeReport(), at=console.now - timedelta(hours=37))
    assert "un jour et demi" in console.sign_in(Role.ADMINISTRATOR).get(PAGE).text


def test_a_new_reception_is_told_when_its_first_purge_comes(console: ConsoleApp) -> None:
    page = console.sign_in(Role.ADMINISTRATOR).get(PAGE).text
    assert "la nuit qui suit le démarrage" in page and "un jour et demi" not in page
