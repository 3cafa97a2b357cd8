import threading

import pyotp
import pytest
from staff_console import PASSWORD, Console, Staff

from records import account_changes, changes, login_tries, logins, restored
from records.login_tries import TooManyTries
from records.logins import LoginRefused
from records.newcomers import Newcomer
from records.viewer import at_machine
from routing.permissions import Role

WRONG = "soleil route orange"
ADDRESS = "192.0.2.1"


def log_in(staff: Staff, email: str, password: str = PASSWORD) -> int:
    return staff.post("/login", {"email": email, "password": password}).status_code


def test_a_password_opens_the_console_where_one_wanted_to_go(console: Console) -> None:
    account = console.account(Role.SUPERVISOR, password=PASSWORD)
    visitor = console.visitor()
    assert visitor.get("/changes?before=5").location == "/login"

    answer = visitor.post("/login", {"email": f" {account.email.upper()} ", "password": PASSWORD})

    assert (answer.status_code, answer.location) == (303, "/changes?before=5"), answer.text
    assert visitor.get("/changes").status_code == 200


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(console: Console) -> None:
    account = console.account(password=PASSWORD)
    texts = []
    for email, password in ((account.email, WRONG), ("nobody@example.org", WRONG), (account.email, PASSWORD[:-1])):
        visitor = console.visitor()
        answer = visitor.post("/login", {"email": email, "password": password})
        assert answer.status_code == 403
        texts.append(answer.text.replace(email, "").replace(visitor.token(), ""))
    assert len(set(texts)) == 1


@pytest.mark.parametrize(
    "fields", [{}, {"email": "a@example.org"}, {"password": PASSWORD}, {"email": "\0", "password": "x"}]
)
def test_what_is_missing_is_named(console: Console, fields: dict[str, object]) -> None:
    answer = console.visitor().post("/login", fields)
    assert answer.status_code in (422, 403) and ('aria-invalid="true"' in answer.text or "\0" in fields.values())


def test_five_failures_in_a_quarter_of_an_hour_close_the_account_even_for_the_right_password(console: Console) -> None:
    account = console.account(password=PASSWORD)
    for number in range(login_tries.MOST):
        assert log_in(console.visitor(f"198.51.100.{number}"), account.email, WRONG) == 403
        console.later(minutes=1)

    answer = console.visitor("203.0.113.9").post("/login", {"email": account.email, "password": PASSWORD})
    assert answer.status_code == 429 and "dans 10 min" in answer.text

    console.later(minutes=10)
    assert log_in(console.visitor(), account.email) == 303


def test_five_failures_close_an_address_whatever_accounts_were_tried(console: Console) -> None:
    account = console.account(password=PASSWORD)
    for number in range(login_tries.MOST):
        assert log_in(console.visitor(), f"guess{number}@example.org", WRONG) == 403

    assert log_in(console.visitor(), account.email) == 429
    assert log_in(console.visitor("192.0.2.2"), account.email) == 303


def test_one_customer_of_ipv6_is_one_address(console: Console) -> None:
    for number in range(login_tries.MOST):
        assert log_in(console.visitor(f"2001:db8::{number:x}"), f"guess{number}@example.org", WRONG) == 403
    assert log_in(console.visitor("2001:db8::ffff"), "other@example.org", WRONG) == 429
    assert log_in(console.visitor("2001:db8:0:1::1"), "other@example.org", WRONG) == 403


def test_who_logs_in_often_is_not_kept_out(console: Console) -> None:
    account = console.account(password=PASSWORD)
    assert {log_in(console.visitor(), account.email) for _ in range(login_tries.MOST + 2)} == {303}


def test_tries_at_the_same_moment_are_counted_as_well(console: Console) -> None:
    account, outcomes = console.account(password=PASSWORD), []

    def attempt(number: int) -> None:
        try:
            logins.log_in(console.base, account.email, WRONG, address=f"198.51.100.{number}", at=console.now)
        except (LoginRefused, TooManyTries) as error:
            outcomes.append(type(error))

    threads = [threading.Thread(target=attempt, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes.count(kind) for kind in (LoginRefused, TooManyTries)) == [3, 5]
    assert outcomes.count(LoginRefused) == login_tries.MOST


def test_login_gives_a_new_cookie_and_the_one_before_opens_nothing(console: Console) -> None:
    account = console.account(password=PASSWORD)
    visitor = console.visitor()
    visitor.get("/login")
    before, form = visitor.cookie(), visitor.token()
    assert log_in(visitor, account.email) == 303
    assert visitor.cookie() != before

    planted = console.visitor()  # whoever gave somebody a cookie of his own knows nothing of the session in it
    planted.client.set_cookie("standardiste", before)
    assert planted.get("/own").location == "/login"
    assert visitor.client.post("/own/password", data={"csrf_token": form}).status_code == 400


def test_a_cookie_opens_nothing_after_logging_out(console: Console) -> None:
    staff = console.signed_in()
    kept = staff.cookie()
    assert staff.get("/own").status_code == 200
    assert staff.post("/logout").location == "/login"

    thief = console.visitor()
    thief.client.set_cookie("standardiste", kept)
    assert thief.get("/own").location == "/login"


def test_a_session_ends_after_two_idle_hours_and_after_twelve_busy_ones(console: Console) -> None:
    idle = console.signed_in()
    console.later(hours=2)
    assert idle.get("/own").location == "/login"

    busy = console.signed_in()
    for _ in range(11):
        console.later(hours=1)
        assert busy.get("/own").status_code == 200
    console.later(hours=1)
    assert busy.get("/own").location == "/login"


def test_a_script_whose_session_has_ended_is_told_so_and_not_sent_to_a_page(console: Console) -> None:
    visitor = console.visitor()
    assert visitor.get("/own", headers={"Sec-Fetch-Dest": "empty"}).status_code == 401
    assert visitor.get("/own", headers={"Sec-Fetch-Dest": "document"}).status_code == 303


def test_a_cookie_that_we_did_not_sign_is_none(console: Console) -> None:
    staff = console.signed_in()
    payload, *rest = staff.cookie().split(".")
    for forged in ("x", f"{payload}.{'.'.join(rest)[:-2]}AA", payload + "A." + ".".join(rest)):
        thief = console.visitor()
        thief.client.set_cookie("standardiste", forged)
        assert thief.get("/own").location == "/login"


def test_the_cookie_is_for_us_alone(console: Console) -> None:
    cookie = console.visitor().get("/login").headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Domain" not in cookie and "Expires" not in cookie

    cookie = Console(console.base, "https://console.example.org").visitor().get("/login").headers["Set-Cookie"]
    assert cookie.startswith("__Host-standardiste=") and "Secure" in cookie and "Path=/" in cookie


def test_a_password_changed_ends_ones_other_sessions(console: Console) -> None:
    account = console.account(password=PASSWORD)
    here, there = console.signed_in(account=account), console.signed_in(account=account)
    wrong = here.post("/own/password", {"old": WRONG, "new": WRONG})
    assert wrong.status_code == 422 and "pas votre mot de passe actuel" in wrong.text

    assert here.post("/own/password", {"old": PASSWORD, "new": WRONG}).status_code == 303

    assert here.get("/own").status_code == 200
    assert there.get("/own").location == "/login"
    assert log_in(console.visitor(), account.email) == 403
    assert log_in(console.visitor(), account.email, WRONG) == 303


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
    console: Console, password: str, reason: str
) -> None:
    account = console.account(name="Margot", password=PASSWORD)
    answer = console.signed_in(account=account).post("/own/password", {"old": PASSWORD, "new": password})
    assert answer.status_code == 422 and reason in answer.text


def enrolled(console: Console, staff: Staff) -> tuple[pyotp.TOTP, list[str]]:
    """The application that this person has now, and the recovery codes."""
    page = staff.get("/own/second-factor").text
    secret = page.partition('class="secret">')[2].partition("<")[0].replace(" ", "")
    totp = pyotp.TOTP(secret)
    answer = staff.post("/own/second-factor", {"code": totp.at(console.now), "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return totp, [part.partition("<")[0] for part in answer.text.split("<li><code>")[1:]]


def test_an_administrator_comes_in_only_with_a_second_factor(console: Console) -> None:
    account = console.account(Role.ADMINISTRATOR, password=PASSWORD)
    staff = console.visitor()
    assert log_in(staff, account.email) == 303
    for path in ("/", "/changes", "/own"):
        assert staff.get(path).location == "/own/second-factor"
    assert staff.post("/own", {"language": "en"}).location == "/own/second-factor"

    staff.account = None
    totp, codes = enrolled(console, staff)
    assert len(set(codes)) == 10
    assert staff.get("/changes").status_code == 200

    staff = console.visitor()
    assert log_in(staff, account.email) == 303
    assert staff.get("/changes").location == "/login/second-factor"
    assert staff.get("/own/second-factor").location == "/login/second-factor"  # a password alone replaces none
    console.later(minutes=1)
    half = staff.cookie()
    answer = staff.post("/login/second-factor", {"code": totp.at(console.now)})
    assert (answer.status_code, answer.location) == (303, "/changes")
    assert staff.get("/changes").status_code == 200
    staff.client.set_cookie("standardiste", half)
    assert staff.get("/changes").location == "/login"


def test_each_code_opens_once(console: Console) -> None:
    account = console.account(password=PASSWORD)
    totp, codes = enrolled(console, console.signed_in(account=account))

    def opens(code: str) -> bool:
        staff = console.visitor()
        assert log_in(staff, account.email) == 303
        staff.account = None
        return staff.post("/login/second-factor", {"code": code}).status_code == 303

    assert not opens(totp.at(console.now))  # it was used when the second factor was turned on
    console.later(seconds=30)
    assert [opens(totp.at(console.now)) for _ in range(2)] == [True, False]
    assert [opens(codes[0].lower()) for _ in range(2)] == [True, False]
    assert opens(codes[1].replace("-", " "))
    console.later(minutes=10)
    assert not opens(totp.at(console.now, counter_offset=-3))


def test_codes_are_guessed_as_seldom_as_passwords(console: Console) -> None:
    account = console.account(password=PASSWORD)
    totp, _ = enrolled(console, console.signed_in(account=account))
    console.later(minutes=20)
    staff = console.visitor()
    assert log_in(staff, account.email) == 303
    staff.account = None
    statuses = [staff.post("/login/second-factor", {"code": "000000"}).status_code for _ in range(6)]
    assert statuses == [403] * 5 + [429]
    assert staff.post("/login/second-factor", {"code": totp.at(console.now)}).status_code == 429


def test_turning_on_a_second_factor_takes_the_password_and_ends_other_sessions(console: Console) -> None:
    account = console.account(password=PASSWORD)
    here, there = console.signed_in(account=account), console.signed_in(account=account)
    here.get("/own/second-factor")
    refused = here.post("/own/second-factor", {"code": "000000", "password": PASSWORD})
    assert refused.status_code == 422 and "pas le code affiché" in refused.text

    enrolled(console, here)

    assert here.get("/own").status_code == 200 and there.get("/own").location == "/login"
    written = changes.latest(console.base, at_machine("test"))
    assert (written[0].kind, dict(written[0].after)) == ("account.second_factor", {"second_factor": True})


def test_after_a_restore_one_logs_in_anew(console: Console) -> None:
    staff, now = console.signed_in(), console.now
    (invited,) = account_changes.invite(
        console.base, at_machine("test"), [Newcomer("Anne", "anne@example.org", Role.STAFF, "fr")], at=now
    )
    restored.settle(console.base, now, now)
    assert staff.get("/own").location == "/login"
    assert console.visitor().get(f"/welcome/{invited.secret}").status_code == 404


def test_who_is_shut_out_while_at_work_sees_no_further_page(console: Console) -> None:
    staff = console.signed_in(account=console.account(password=PASSWORD))
    account_changes.deactivate(console.base, at_machine("test"), staff.account.id, at=console.now)
    assert staff.get("/own").location == "/login"
    assert log_in(console.visitor(), staff.account.email) == 403
