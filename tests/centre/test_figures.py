"""The supervisor of a centre sees its own figures, those that the organisation sees."""

from datetime import timedelta

from centre_client import CentreApp
from centre_people import end, ring, tell
from page_markup import markup_faults

from records.call_events import CallEventKind
from routing.centres.people import CentreRole


def test_a_supervisor_sees_the_figures_of_their_centre_alone(centre: CentreApp) -> None:
    ring(centre.database, 1, centre.now)
    tell(centre.database, 1, centre.now + timedelta(seconds=4), CallEventKind.CENTRE_ANSWERED)
    end(centre.database, 1, centre.now + timedelta(seconds=64))
    ring(centre.database, 2, centre.now, centre="south", caller="+33639980002")
    zoe = centre.sign_in(CentreRole.SUPERVISOR)
    assert zoe.get("/figures").location == f"/figures/{centre.now:%Y-%m}"
    page = " ".join(zoe.text(f"/figures/{centre.now:%Y-%m}").split())
    assert "<dt>Appels envoyés au centre</dt><dd>1</dd>" in page
    assert "1 min 00 s" in page and '1 (100&nbsp;%, <span class="together">convenu : 80 %</span>)' in page
    assert '<dt>Répondus, résultat manquant</dt><dd><a href="/missing">1</a></dd>' in page
    assert markup_faults(page) == []


def test_an_agent_sees_no_figures_and_a_month_that_nobody_can_mean_is_not_found(centre: CentreApp) -> None:
    agent, supervisor = centre.sign_in(), centre.sign_in(CentreRole.SUPERVISOR)
    assert agent.get("/figures/2030-01").status_code == agent.get("/figures").status_code == 404
    assert {supervisor.get(f"/figures/{month}").status_code for month in ("2030-13", "x", "0000-01", "2030-1")} == {404}
    assert "Chiffres" not in agent.text("/") and "Chiffres" in supervisor.text("/")
