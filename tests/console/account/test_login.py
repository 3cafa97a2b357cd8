"""Login, sessions, passwords and second factors."""

import base64
import re
import threading
import zlib

import pyotp
import pytest
from console_client import PASSWORD, ConsoleApp, ConsoleUser

from records import changes
from records.actor import command_line_actor
from records.restore import reconciliation
from records.users import administration, login, login_attempts
from records.users.invitees import Invitee
from records.users.login import LoginRejected
from records.users.login_attempts import TooManyLoginAttempts
from records.users.users import User
from routing.access.permissions import Role

WRONG = "soleil route orange"
ADDRESS = "192.0.2.1"


def log_in(staff: ConsoleUser, email: str, password: str = PASSWORD) -> int:
    return staff.post("/login", {"email": email, "password": password}).status_code


def test_login_leads_to_the_requested_page(console: ConsoleApp) -> None:
    user = console.add_user(Role.SUPERVISOR, password=PASSWORD)
    visitor = console.anonymous_user()
    assert visitor.get("/changes?before=5").location == "/login"

    answer = visitor.post("/login", {"email": f" {user.email.upper()} ", "password": PASSWORD})

    assert (answer.status_code, answer.location) == (303, "/changes?before=5"), answer.text
    assert visitor.get("/changes").status_code == 200


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(console: ConsoleApp) -> None:
    user = console.add_user(password=PASSWORD)
    texts = []
    for email, password in ((user.email, WRONG), ("nobody@example.org", WRONG), (user.email, PASSWORD[:-1])):
        visitor = console.anonymous_user()
        answer = visitor.post("/login", {"email": email, "password": password})
        assert answer.status_code == 403
        texts.append(re.sub(r'name="csrf_token" value="[^"]+"', "", answer.text.replace(email, "")))
    assert len(set(texts)) == 1


@pytest.mark.parametrize(
    "fields", [{}, {"email": "a@example.org"}, {"password": PASSWORD}, {"email": "\0", "password": "x"}]
)
def test_a_missing_field_is_marked(console: ConsoleApp, fields: dict[str, object]) -> None:
    answer = console.anonymous_user().post("/login", fields)
    assert answer.status_code in (422, 403) and ('aria-invalid="true"' in answer.text or "\0" in fields.values())


def test_five_failures_in_fifteen_minutes_lock_the_account_even_for_the_right_password(
    console: ConsoleApp,
) -> None:
    user = console.add_user(password=PASSWORD)
    for number in range(login_attempts.MAX_ATTEMPTS):
        assert log_in(console.anonymous_user(f"198.51.100.{number}"), user.email, WRONG) == 403
        console.advance_clock(minutes=1)

    answer = console.anonymous_user("203.0.113.9").post("/login", {"email": user.email, "password": PASSWORD})
    assert answer.status_code == 429 and "dans 10 min" in answer.text

    console.advance_clock(minutes=10)
    assert log_in(console.anonymous_user(), user.email) == 303


def test_five_failures_lock_an_address_whatever_accounts_were_tried(console: ConsoleApp) -> None:
    user = console.add_user(password=PASSWORD)
    for number in range(login_attempts.MAX_ATTEMPTS):
        assert log_in(console.anonymous_user(), f"guess{number}@example.org", WRONG) == 403

    assert log_in(console.anonymous_user(), user.email) == 429
    assert log_in(console.anonymous_user("192.0.2.2"), user.email) == 303


def test_an_ipv6_network_of_64_bits_counts_as_one_address(console: ConsoleApp) -> None:
    for number in range(login_attempts.MAX_ATTEMPTS):
        assert log_in(console.anonymous_user(f"2001:db8::{number:x}"), f"guess{number}@example.org", WRONG) == 403
    assert log_in(console.anonymous_user("2001:db8::ffff"), "other@example.org", WRONG) == 429
    assert log_in(console.anonymous_user("2001:db8:0:1::1"), "other@example.org", WRONG) == 403


def test_successful_logins_are_not_limited(console: ConsoleApp) -> None:
    user = console.add_user(password=PASSWORD)
    assert {log_in(console.anonymous_user(), user.email) for _ in range(login_attempts.MAX_ATTEMPTS + 2)} == {303}


def test_concurrent_attempts_are_counted(console: ConsoleApp) -> None:
    user, outcomes = console.add_user(password=PASSWORD), []

    def attempt(number: int) -> None:
        try:
            login.log_in(console.database, user.email, WRONG, address=f"198.51.100.{number}", at=console.now)
        except (LoginRejected, TooManyLoginAttempts) as error:
            outcomes.append(type(error))

    threads = [threading.Thread(target=attempt, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes.count(kind) for kind in (LoginRejected, TooManyLoginAttempts)) == [3, 5]
    assert outcomes.count(LoginRejected) == login_attempts.MAX_ATTEMPTS


def known_browser(console: ConsoleApp, user: User, address: str = "192.0.2.77") -> ConsoleUser:
    """A browser in which the user has logged in once, and logged out."""
    browser = console.anonymous_user(address)
    assert log_in(browser, user.email) == 303
    assert browser.get("/own").status_code == 200
    assert browser.post("/logout").status_code == 303
    return browser


def test_strangers_cannot_keep_a_user_out_of_a_browser_in_which_they_have_logged_in_before(console: ConsoleApp) -> None:
    user = console.add_user(password=PASSWORD)
    own, colleague = known_browser(console, user), known_browser(console, console.add_user(password=PASSWORD))
    for number in range(3 * login_attempts.MAX_ATTEMPTS):
        log_in(console.anonymous_user(f"198.51.100.{number}"), user.email, WRONG)
        log_in(console.anonymous_user("192.0.2.77"), f"guess{number}@example.org", WRONG)  # behind the same router

    assert log_in(console.anonymous_user(), user.email) == 429
    assert log_in(colleague, user.email) == 429
    assert log_in(own, user.email) == 303


def test_a_known_browser_has_five_attempts_too(console: ConsoleApp) -> None:
    user = console.add_user(password=PASSWORD)
    own = known_browser(console, user)

    assert [log_in(own, user.email, WRONG) for _ in range(6)] == [403] * 5 + [429]
    assert log_in(own, user.email) == 429
    assert log_in(console.anonymous_user("203.0.113.1"), user.email) == 303


def test_a_cookie_of_a_known_browser_cannot_be_forged_and_expires(console: ConsoleApp) -> None:
    user = console.add_user(password=PASSWORD)
    own = known_browser(console, user)
    cookie = own.client.get_cookie("standardiste-browser")
    assert cookie and cookie.http_only and cookie.same_site == "Lax"
    user_id, name, since, signature = cookie.value.split(".")
    for number in range(login_attempts.MAX_ATTEMPTS):
        log_in(console.anonymous_user(f"198.51.100.{number}"), user.email, WRONG)

    for forged in ("", "x", ".", f"{user_id}.other.{since}.{signature}", f"{user_id}.{name}.{since}."):
        thief = console.anonymous_user()
        thief.client.set_cookie("standardiste-browser", forged)
        assert log_in(thief, user.email) == 429

    console.advance_clock(hours=24 * 181)
    for number in range(login_attempts.MAX_ATTEMPTS):
        log_in(console.anonymous_user(f"198.51.100.{number}"), user.email, WRONG)
    assert log_in(own, user.email) == 429


def test_strangers_cannot_keep_a_user_from_the_second_factor_or_from_their_own_account(console: ConsoleApp) -> None:
    user = console.add_user(password=PASSWORD)
    totp, _ = enable_second_factor(console, console.sign_in(user=user))
    console.advance_clock(minutes=1)
    staff = console.anonymous_user("203.0.113.1")
    assert log_in(staff, user.email) == 303
    for number in range(login_attempts.MAX_ATTEMPTS + 1):
        log_in(console.anonymous_user(f"198.51.100.{number}"), user.email, WRONG)

    staff.user = None
    assert staff.post("/login/second-factor", {"code": totp.at(console.now)}).status_code == 303
    assert staff.post("/own/password", {"old": PASSWORD, "new": WRONG}).status_code == 303


def test_the_secret_that_is_being_set_up_is_in_no_cookie(console: ConsoleApp) -> None:
    staff = console.sign_in()
    page = staff.get("/own/second-factor").text
    secret = page.partition('class="secret">')[2].partition("<")[0].replace(" ", "")
    assert len(secret) == 32 and secret in staff.get("/own/second-factor").text.replace(" ", "")

    payload = staff.cookie().lstrip(".").split(".")[0]
    read = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    read = zlib.decompress(read) if staff.cookie().startswith(".") else read
    assert b"token" in read and secret.encode() not in read
    assert secret not in console.sign_in(user=staff.user).get("/own/second-factor").text.replace(" ", "")


def test_login_replaces_the_cookie_and_the_old_cookie_is_invalid(console: ConsoleApp) -> None:
    user = console.add_user(password=PASSWORD)
    visitor = console.anonymous_user()
    visitor.get("/login")
    before, form = visitor.cookie(), visitor.csrf_token()
    assert log_in(visitor, user.email) == 303
    assert visitor.cookie() != before

    planted = console.anonymous_user()  # session fixation
    planted.client.set_cookie("standardiste", before)
    assert planted.get("/own").location == "/login"
    assert visitor.client.post("/own/password", data={"csrf_token": form}).status_code == 400


def test_a_cookie_is_worthless_after_logout(console: ConsoleApp) -> None:
    staff = console.sign_in()
    kept = staff.cookie()
    assert staff.get("/own").status_code == 200
    assert staff.post("/logout").location == "/login"

    thief = console.anonymous_user()
    thief.client.set_cookie("standardiste", kept)
    assert thief.get("/own").location == "/login"


def test_a_session_ends_after_two_idle_hours_and_after_twelve_hours_of_use(console: ConsoleApp) -> None:
    idle = console.sign_in()
    console.advance_clock(hours=2)
    assert idle.get("/own").location == "/login"

    busy = console.sign_in()
    for _ in range(11):
        console.advance_clock(hours=1)
        assert busy.get("/own").status_code == 200
    console.advance_clock(hours=1)
    assert busy.get("/own").location == "/login"


def test_a_script_without_a_session_gets_401_instead_of_a_redirect(console: ConsoleApp) -> None:
    visitor = console.anonymous_user()
    assert visitor.get("/own", headers={"Sec-Fetch-Dest": "empty"}).status_code == 401
    assert visitor.get("/own", headers={"Sec-Fetch-Dest": "document"}).status_code == 303


def test_a_forged_cookie_is_ignored(console: ConsoleApp) -> None:
    staff = console.sign_in()
    payload, *rest = staff.cookie().split(".")
    for forged in ("x", f"{payload}.{'.'.join(rest)[:-2]}AA", payload + "A." + ".".join(rest)):
        thief = console.anonymous_user()
        thief.client.set_cookie("standardiste", forged)
        assert thief.get("/own").location == "/login"


def test_the_cookie_has_strict_attributes(console: ConsoleApp) -> None:
    cookie = console.anonymous_user().get("/login").headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Domain" not in cookie and "Expires" not in cookie

    cookie = (
        ConsoleApp(console.database, "https://console.example.org").anonymous_user().get("/login").headers["Set-Cookie"]
    )
    assert cookie.startswith("__Host-standardiste=") and "Secure" in cookie and "Path=/" in cookie


def test_changing_the_password_ends_the_other_sessions(console: ConsoleApp) -> None:
    user = console.add_user(password=PASSWORD)
    here, there = console.sign_in(user=user), console.sign_in(user=user)
    wrong = here.post("/own/password", {"old": WRONG, "new": WRONG})
    assert wrong.status_code == 422 and "pas votre mot de passe actuel" in wrong.text

    assert here.post("/own/password", {"old": PASSWORD, "new": WRONG}).status_code == 303

    assert here.get("/own").status_code == 200
    assert there.get("/own").location == "/login"
    assert log_in(console.anonymous_user(), user.email) == 403
    assert log_in(console.anonymous_user(), user.email, WRONG) == 303


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("court", "trop court"),
        ("x" * 201, "trop long"),
        ("aaaaabbbbbccccc", "facile à deviner"),
        ("margot 2030 2031", "votre nom"),
    ],
)
def test_a_password_that_is_easy_to_guess_is_refused_with_the_reason(
    console: ConsoleApp, password: str, reason: str
) -> None:
    user = console.add_user(name="Margot", password=PASSWORD)
    answer = console.sign_in(user=user).post("/own/password", {"old": PASSWORD, "new": password})
    assert answer.status_code == 422 and reason in answer.text


def enable_second_factor(console: ConsoleApp, staff: ConsoleUser) -> tuple[pyotp.TOTP, list[str]]:
    """The authenticator application of the user from now on, and the recovery codes."""
    page = staff.get("/own/second-factor").text
    secret = page.partition('class="secret">')[2].partition("<")[0].replace(" ", "")
    totp = pyotp.TOTP(secret)
    answer = staff.post("/own/second-factor", {"code": totp.at(console.now), "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return totp, [part.partition("<")[0] for part in answer.text.split("<li><code>")[1:]]


def test_an_administrator_needs_a_second_factor(console: ConsoleApp) -> None:
    user = console.add_user(Role.ADMINISTRATOR, password=PASSWORD)
    staff = console.anonymous_user()
    assert log_in(staff, user.email) == 303
    for path in ("/", "/changes", "/own"):
        assert staff.get(path).location == "/own/second-factor"
    assert staff.post("/own", {"language": "en"}).location == "/own/second-factor"

    staff.user = None
    totp, codes = enable_second_factor(console, staff)
    assert len(set(codes)) == 10
    assert staff.get("/changes").status_code == 200

    staff = console.anonymous_user()
    assert log_in(staff, user.email) == 303
    assert staff.get("/changes").location == "/login/second-factor"
    assert staff.get("/own/second-factor").location == "/login/second-factor"  # a password alone does not replace it
    console.advance_clock(minutes=1)
    half = staff.cookie()
    answer = staff.post("/login/second-factor", {"code": totp.at(console.now)})
    assert (answer.status_code, answer.location) == (303, "/changes")
    assert staff.get("/changes").status_code == 200
    staff.client.set_cookie("standardiste", half)
    assert staff.get("/changes").location == "/login"


def test_each_code_works_once(console: ConsoleApp) -> None:
    user = console.add_user(password=PASSWORD)
    totp, codes = enable_second_factor(console, console.sign_in(user=user))

    def opens(code: str) -> bool:
        staff = console.anonymous_user()
        assert log_in(staff, user.email) == 303
        staff.user = None
        return staff.post("/login/second-factor", {"code": code}).status_code == 303

    assert not opens(totp.at(console.now))  # this code enabled the second factor
    console.advance_clock(seconds=30)
    assert [opens(totp.at(console.now)) for _ in range(2)] == [True, False]
    assert [opens(codes[0].lower()) for _ in range(2)] == [True, False]
    assert opens(codes[1].replace("-", " "))
    console.advance_clock(minutes=10)
    assert not opens(totp.at(console.now, counter_offset=-3))


def test_attempts_with_codes_are_limited_like_passwords(console: ConsoleApp) -> None:
    user = console.add_user(password=PASSWORD)
    totp, _ = enable_second_factor(console, console.sign_in(user=user))
    console.advance_clock(minutes=20)
    staff = console.anonymous_user()
    assert log_in(staff, user.email) == 303
    staff.user = None
    statuses = [staff.post("/login/second-factor", {"code": "000000"}).status_code for _ in range(6)]
    assert statuses == [403] * 5 + [429]
    assert staff.post("/login/second-factor", {"code": totp.at(console.now)}).status_code == 429


def test_enabling_a_second_factor_needs_the_password_and_ends_other_sessions(console: ConsoleApp) -> None:
    user = console.add_user(password=PASSWORD)
    here, there = console.sign_in(user=user), console.sign_in(user=user)
    here.get("/own/second-factor")
    refused = here.post("/own/second-factor", {"code": "000000", "password": PASSWORD})
    assert refused.status_code == 422 and "pas le code affiché" in refused.text

    enable_second_factor(console, here)

    assert here.get("/own").status_code == 200 and there.get("/own").location == "/login"
    written = changes.list_changes(console.database, command_line_actor("test"))
    assert (written[0].kind, dict(written[0].after)) == ("account.second_factor", {"second_factor": True})


def test_a_restored_backup_ends_sessions_and_invitations(console: ConsoleApp) -> None:
    staff, now = console.sign_in(), console.now
    (invited,) = administration.invite_users(
        console.database, command_line_actor("test"), [Invitee("Anne", "anne@example.org", Role.STAFF, "fr")], at=now
    )
    reconciliation.reconcile(console.database, now, now)
    assert staff.get("/own").location == "/login"
    assert console.anonymous_user().get(f"/welcome/{invited.secret}").status_code == 404


def test_deactivation_ends_the_session_of_a_user_at_work(console: ConsoleApp) -> None:
    staff = console.sign_in(user=console.add_user(password=PASSWORD))
    administration.deactivate_user(console.database, command_line_actor("test"), staff.user.id, at=console.now)
    assert staff.get("/own").location == "/login"
    assert log_in(console.anonymous_user(), staff.user.email) == 403
