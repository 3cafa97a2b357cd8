"""The forms in which a trunk may write the number called, in the Request-URI of an INVITE."""

from collections.abc import Iterable, Mapping

from routing.numbers import dialling_prefixes, list_number_forms


def list_dialled_forms(landings: Iterable[str], country: str) -> Mapping[str, tuple[str, ...]]:
    """The forms of each landing number (E.164), digits and + only. No form leads to two of them.

    Besides those of `list_number_forms`, for +33199000000 also 199000000, without the national prefix, and
    +330199000000, with the prefix that should have been dropped.
    """
    usual = {landing: list_number_forms(landing, country) for landing in landings}
    taken = {form: landing for landing, forms in usual.items() for form in forms}
    found = {}
    for landing, forms in usual.items():
        unusual = [form for form in _unusual_forms(forms, country) if taken.setdefault(form, landing) == landing]
        found[landing] = tuple(dict.fromkeys([*forms, *unusual]))
    return found


def _unusual_forms(forms: tuple[str, ...], country: str) -> tuple[str, ...]:
    code, international, prefix = dialling_prefixes(country)
    national = forms[-1]
    if not prefix or not national.startswith(prefix) or national.startswith(international):
        return ()
    significant = national.removeprefix(prefix)
    numbers = (significant, national)
    return (significant, *(f"{start}{code}{number}" for number in numbers for start in ("+", "", international)))
