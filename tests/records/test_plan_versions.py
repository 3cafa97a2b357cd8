from datetime import datetime

from records.base import Base
from records.plans import current, history, save


def test_a_new_base_has_no_plan(base: Base) -> None:
    assert current(base) is None


def test_the_last_plan_saved_is_in_force_and_the_others_are_kept(base: Base, noon: datetime) -> None:
    first = save(base, "numbers: one", author="Anne", at=noon)
    second = save(base, "numbers: two", author="Basile", at=noon)
    assert current(base) == second
    assert history(base) == (second, first)


def test_the_same_plan_again_is_no_new_version(base: Base, noon: datetime) -> None:
    first = save(base, "numbers: one", author="Anne", at=noon)
    assert save(base, "numbers: one", author="Basile", at=noon) == first
    save(base, "numbers: two", author="Anne", at=noon)
    assert save(base, "numbers: one", author="Anne", at=noon).version == 3
