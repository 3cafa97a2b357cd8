import pytest
from reception import Reception

from prompts import library
from records import plans
from records.plans import PlanChanged
from records.viewer import Forbidden, Viewer
from routing.permissions import Role
from standardiste import serve_console
from standardiste.installation import Installation

ANNE = Viewer(None, Role.SUPERVISOR, "Anne")


def test_a_plan_saved_in_the_console_is_spoken_rendered_and_in_force(reception: Reception) -> None:
    house = Installation(reception.settings)
    publish = serve_console.door(house).plan_desk.publish
    greeting = library.sound_file(reception.settings.sounds, "fr", "greeting-33199000000")
    seed, before = house.plan, greeting.read_bytes()
    text = plans.current(house.base).text
    changed = text.replace("Bonjour, vous êtes bien à l'accueil.", "Bonjour.").replace(
        "max_wait_s: 300", "max_wait_s: 200"
    )

    assert publish(ANNE, changed, 1).version == 2

    assert plans.current(house.base).author == "Anne" and greeting.read_bytes() != before
    assert "200" in (reception.settings.etc / "extensions.conf").read_text() and seed.staff.max_wait_s == 300
    spoken = greeting.read_bytes()
    with pytest.raises(PlanChanged):
        publish(ANNE, text, 1)
    with pytest.raises(Forbidden):
        publish(Viewer(None, Role.STAFF, "Basile"), text, 2)
    assert greeting.read_bytes() == spoken  # callers would have heard what is not in force
    house.close()
