"""Publishing a plan from the console."""

import pytest
from reception import Reception

from prompts import library
from records.actor import Actor, Forbidden
from records.plan import plan_versions
from records.plan.plan_versions import PlanVersionConflict
from routing.access.permissions import Role
from standardiste.installation import Installation
from standardiste.parts import console

ANNE = Actor(None, Role.SUPERVISOR, "Anne")


def test_a_plan_saved_in_the_console_is_spoken_rendered_and_in_force(reception: Reception) -> None:
    installation = Installation(reception.settings)
    publish = console.create_app_context(installation).plan_services.publish
    greeting = library.sound_file(reception.settings.sounds, "fr", "greeting-33199000000")
    seed, before = installation.plan, greeting.read_bytes()
    text = plan_versions.get_current_version(installation.database).text
    changed = text.replace("Bonjour, vous êtes bien à l'accueil.", "Bonjour.").replace(
        "max_wait_s: 300", "max_wait_s: 200"
    )

    assert publish(ANNE, changed, 1).version == 2

    assert plan_versions.get_current_version(installation.database).author == "Anne" and greeting.read_bytes() != before
    assert "200" in (reception.settings.asterisk_etc / "extensions.conf").read_text() and seed.staff.max_wait_s == 300
    spoken = greeting.read_bytes()
    with pytest.raises(PlanVersionConflict):
        publish(ANNE, text, 1)
    with pytest.raises(Forbidden):
        publish(Actor(None, Role.STAFF, "Basile"), text, 2)
    assert greeting.read_bytes() == spoken  # else callers would hear a plan that is not in force
    installation.close()
