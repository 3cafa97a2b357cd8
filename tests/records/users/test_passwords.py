"""Passwords as different keyboards send them."""

import unicodedata

import cheap_hashes
import pytest

from records.users import passwords
from records.users.passwords import MAX_LENGTH, PasswordRejected

PASSWORD = "pâté d'été à Noël №7"
OWNER = {"name": "Margot", "email": "m@example.org"}


def test_a_password_is_hashed_as_owasp_advises(monkeypatch: pytest.MonkeyPatch) -> None:
    cheap_hashes.use_true(monkeypatch)

    password_hash = passwords.hash_password(PASSWORD, **OWNER)

    assert password_hash.startswith("$argon2id$v=19$m=47104,t=1,p=1$")
    assert passwords.verify_password(PASSWORD, password_hash)
    assert not passwords.verify_password(PASSWORD, None)


@pytest.mark.parametrize("chosen", ["NFC", "NFD", "NFKC", "NFKD"])
@pytest.mark.parametrize("typed", ["NFC", "NFD", "NFKC", "NFKD"])
def test_two_keyboards_open_one_account(chosen: str, typed: str) -> None:
    password_hash = passwords.hash_password(unicodedata.normalize(chosen, PASSWORD), **OWNER)

    assert passwords.verify_password(unicodedata.normalize(typed, PASSWORD), password_hash)
    assert not passwords.verify_password(unicodedata.normalize(typed, PASSWORD) + "x", password_hash)
    without_accents = unicodedata.normalize("NFKD", PASSWORD).encode("ascii", "ignore").decode()
    assert not passwords.verify_password(without_accents, password_hash)


@pytest.mark.parametrize("stored", ["NFC", "NFD"])
@pytest.mark.parametrize("typed", ["NFC", "NFD"])
def test_a_hash_from_before_passwords_were_normalized_still_works(stored: str, typed: str) -> None:
    former = passwords.hash_with_argon2(unicodedata.normalize(stored, PASSWORD))

    assert passwords.verify_password(unicodedata.normalize(typed, PASSWORD), former)


def test_a_space_that_does_not_break_is_a_space() -> None:
    password_hash = passwords.hash_password("lune\N{NO-BREAK SPACE}pavé citron", **OWNER)
    assert passwords.verify_password("lune pavé citron", password_hash)


def test_a_terminal_that_does_not_write_utf_8_is_no_error() -> None:
    typed = "château fort au sud".encode("latin-1").decode(errors="surrogateescape")
    password_hash = passwords.hash_password(typed, **OWNER)
    assert passwords.verify_password(typed, password_hash)
    assert not passwords.verify_password("château fort au sud", password_hash)


def test_the_length_counts_letters_and_not_how_a_keyboard_sends_them() -> None:
    varied = "éàüèïôâê" * (MAX_LENGTH // 8)
    assert len(varied) == MAX_LENGTH
    password_hash = passwords.hash_password(unicodedata.normalize("NFD", varied), **OWNER)
    assert passwords.verify_password(varied, password_hash)
    with pytest.raises(PasswordRejected, match="short"):
        passwords.hash_password(unicodedata.normalize("NFD", "éàüèïôâ"), **OWNER)
    for too_long in (varied + "é", "é" * 100_000, "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 100):
        with pytest.raises(PasswordRejected, match="long"):
            passwords.hash_password(too_long, **OWNER)


def test_a_name_is_found_in_a_password_whatever_the_keyboard() -> None:
    with pytest.raises(PasswordRejected, match="name"):
        passwords.hash_password(unicodedata.normalize("NFD", "Zénobie 2030 !"), name="Zénobie", email="z@example.org")
