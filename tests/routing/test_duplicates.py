"""Whether two cards are one person, by what they say."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from people_twice import measure, people_twice
from thorough import examples

from routing.duplicates import (
    LIKELY,
    POSSIBLE,
    Address,
    Likeness,
    Person,
    Reason,
    blocking_keys,
    compare,
    normal_email,
)
from routing.split_names import SplitName, split_name

MOBILE, FIXED, MAIL = "+33639980001", "+33199000001", "famille@example.org"
HOME = Address("12 rue de la Paix", "75002", "Paris")
HOUSEHOLD = {"lines": (FIXED,), "emails": (MAIL,), "addresses": (HOME,)}

SPLIT = {
    "Jean-Pierre de La Tour": ("jean pierre", "tour"),
    "DUPONT Jean": ("jean", "dupont"),
    "Dupont, Jean": ("jean", "dupont"),
    "JEAN DUPONT": ("jean", "dupont"),
    "Dupont Jean": ("jean", "dupont"),
    "Mme Marie Dupont née Durand": ("marie", "dupont durand"),
    "Le Goff Yann": ("yann", "goff"),
    "J.-P. Durand": ("j p", "durand"),
    "Marie": ("marie", ""),
    "Dupont": ("", "dupont"),
    "": ("", ""),
}


@pytest.mark.parametrize("name", SPLIT)
def test_first_name_and_surname_are_told_apart_in_any_order(name: str) -> None:
    parts = split_name(name)
    assert (" ".join(parts.first), " ".join(parts.last)) == SPLIT[name]


def test_two_words_that_may_both_be_first_names_are_not_certain() -> None:
    assert split_name("Martin Bernard") == SplitName(("martin",), ("bernard",), is_certain=False)


def both(one: str, other: str, **shared: object) -> Likeness:
    return compare(Person((one,), **shared), Person((other,), **shared))


ONE_PERSON = [
    ("Jean Dupont", "DUPONT Jean"),
    ("Hélène Lefèvre", "Lefebvre Helene"),
    ("Paul Roux", "Pual Roux"),
    ("Anne-Marie Martin", "anne marie martin"),
    ("Martin Bernard", "Bernard Martin"),
    ("Thibault Leroy", "Tibo Leroy"),
    ("M. Éric Moreau", "Éric Moreaux"),
    ("Marie Dupont-Durand", "Marie Durand"),
]


@pytest.mark.parametrize(("one", "other"), ONE_PERSON)
def test_a_name_in_another_spelling_or_order_with_the_same_mobile_number_is_one_person(one: str, other: str) -> None:
    assert both(one, other, lines=(MOBILE,)).is_likely


TWO_PEOPLE = [
    ("Jean Dupont", "Marie Dupont"),  # a couple
    ("Léa Martin", "Léo Martin"),  # twins
    ("Michel Roche", "Michèle Roche"),
    ("Daniel Petit", "Danielle Petit"),
    ("Wei Chen", "Li Chen"),  # first names that no list has
    ("Chen Wei", "Chen Li"),
    ("Jean Dupont", "Marie Durand"),
]


@pytest.mark.parametrize(("one", "other"), TWO_PEOPLE)
def test_people_who_share_line_mailbox_and_address_are_not_proposed(one: str, other: str) -> None:
    assert both(one, other, **HOUSEHOLD).score < POSSIBLE


def test_parent_and_child_of_one_name_are_not_very_probable_where_the_name_says_so() -> None:
    assert both("Paul Roux père", "Paul Roux fils", **HOUSEHOLD).score < LIKELY


def test_a_surname_alone_may_be_anybody_of_the_household() -> None:
    found = both("M. Dupont", "Jean Dupont", **HOUSEHOLD)
    assert POSSIBLE <= found.score < LIKELY and Reason.NO_FIRST_NAME in found.reasons


def test_another_surname_with_the_same_first_name_number_and_mailbox_is_a_marriage() -> None:
    found = both("Marie Dupont", "Marie Durand", lines=(MOBILE,), emails=(MAIL,))
    assert found.is_likely and Reason.OTHER_SURNAME in found.reasons


def test_a_card_that_a_call_has_made_is_the_person_with_that_mobile_number() -> None:
    assert compare(Person(lines=(MOBILE,)), Person(("Jean Dupont",), (MOBILE,))).is_likely
    assert not compare(Person(lines=(FIXED,)), Person(("Jean Dupont",), (FIXED,))).is_likely
    assert compare(Person(), Person(("Jean Dupont",))).score == 0


def test_a_name_alone_is_possible_and_a_frequent_one_is_nothing() -> None:
    one = Person(("Jean Dupont",))
    assert POSSIBLE <= compare(one, one).score < LIKELY
    assert compare(one, one, namesakes=10).score < POSSIBLE


ONE_STREET = [
    ("12 av. du Gal Leclerc", "12 Avenue du Général-Leclerc"),
    ("3 bd de l'Église", "3 boulevard eglise"),
    ("12, rue de la Paix", "12 RUE DE LA PAIX"),
    ("12 rue Victor Hugo", "12 rue Victor Hgo"),
]


@pytest.mark.parametrize(("one", "other"), ONE_STREET)
def test_a_street_in_another_spelling_is_the_same(one: str, other: str) -> None:
    first, second = (Person(("Anne Roy",), addresses=(Address(street, "75 014"),)) for street in (one, other))
    assert Reason.SAME_ADDRESS in compare(first, second).reasons
    assert blocking_keys(first) & blocking_keys(second)


def test_another_house_number_is_another_address() -> None:
    first, second = (Person(("Anne Roy",), addresses=(Address(f"{n} rue de la Paix", "75002"),)) for n in (12, 21))
    assert Reason.OTHER_ADDRESS in compare(first, second).reasons


def test_a_mailbox_has_one_address() -> None:
    assert normal_email("Jean.Dupont+ville@GMail.com") == normal_email("jeandupont@googlemail.com")
    assert normal_email("jean.dupont@example.org") != normal_email("jeandupont@example.org")


names = st.sampled_from([name for pair in (*ONE_PERSON, *TWO_PEOPLE) for name in pair]) | st.text("abé -.", max_size=12)
people = st.builds(
    Person,
    st.lists(names, max_size=2).map(tuple),
    st.lists(st.sampled_from([MOBILE, FIXED, "+4915123456"]), max_size=2).map(tuple),
    st.lists(st.sampled_from([MAIL, "a@example.org", "@"]), max_size=2).map(tuple),
    st.sampled_from(["", "Mairie", "!"]),
    st.lists(
        st.builds(
            Address, st.sampled_from(["12 rue de la Paix", "12", "!"]), st.sampled_from(["", "75002"]), st.just("Paris")
        ),
        max_size=2,
    ).map(tuple),
)


@settings(max_examples=examples(25))
@given(one=people, other=people)
def test_the_order_of_two_cards_does_not_matter(one: Person, other: Person) -> None:
    found = compare(one, other)
    assert 0 <= found.score <= 100 and found.score == compare(other, one).score
    assert found.score < LIKELY or Reason.OTHER_FIRST_NAME not in found.reasons


def test_of_generated_people_the_very_probable_pairs_are_right_and_most_are_found() -> None:
    found = measure(people_twice(2_500))
    assert found.precision >= 0.98
    assert found.recall >= 0.70
