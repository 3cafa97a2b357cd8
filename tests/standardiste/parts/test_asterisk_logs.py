"""Asterisk's logs stay small, and failed authentication is written in the form that fail2ban reads."""

import configparser
import fcntl
import re
from pathlib import Path

import pytest

from standardiste.parts import asterisk_logs
from standardiste.parts.asterisk_logs import AsteriskLogs
from standardiste.settings import CHECKOUT

FAIL2BAN = CHECKOUT / "packaging" / "fail2ban"
# As Asterisk 22 writes it; the session is the Call-ID that the client chose.
EVENT = (
    '[2030-01-07T12:00:00.582+0000] SECURITY[16548] res_security_log.c: SecurityEvent="{kind}",'
    'EventTV="2030-01-07T12:00:00.582+0000",Severity="Error",Service="PJSIP",EventVersion="1",AccountID="{account}",'
    'SessionID="0639987654-zyzomis",LocalAddress="IPV4/UDP/127.0.0.1/25732",RemoteAddress="{address}/39348",'
    'Challenge="1796061246/c7e4e9915105089d",Response="66a9bb7a9738e6e0",ExpectedResponse=""\n'
)


@pytest.fixture
def logs(tmp_path: Path) -> AsteriskLogs:
    return AsteriskLogs(
        tmp_path / "messages", tmp_path / "events", tmp_path / "telephones.log", lambda: {"7x7mqw2v9abcde": "07"}
    )


def event(kind: str = "ChallengeResponseFailed", account: str = "challenge", address: str = "192.0.2.7") -> str:
    return EVENT.format(kind=kind, account=account, address=f"IPV{6 if ':' in address else 4}/UDP/{address}")


def written(tmp_path: Path) -> list[str]:
    file = tmp_path / "telephones.log"
    return file.read_text().splitlines() if file.exists() else []


def test_a_failure_is_written_with_its_address_and_the_desk_of_a_known_account(
    logs: AsteriskLogs, tmp_path: Path
) -> None:
    events = [
        event(),
        event(account="7x7mqw2v9abcde", address="2001:db8::7"),
        event("ChallengeSent", address="192.0.2.8"),
    ]
    (tmp_path / "events").write_text("".join(events))
    logs.tend()
    said = [line.partition(" ")[2] for line in written(tmp_path)]
    assert said == [
        "a telephone failed to authenticate: address 192.0.2.7, an unknown account",
        "a telephone failed to authenticate: address 2001:db8::7, the account of the desk 07",
    ]
    logs.tend()
    assert len(written(tmp_path)) == 2 and (tmp_path / "events").stat().st_size == 0


def test_fail2ban_reads_the_address_and_the_time_of_each_line(logs: AsteriskLogs, tmp_path: Path) -> None:
    (tmp_path / "events").write_text(event() + event(account="7x7mqw2v9abcde"))
    logs.tend()
    given = configparser.ConfigParser(interpolation=configparser.BasicInterpolation())
    given.read(FAIL2BAN / "filter.d" / "standardiste-telephones.conf")
    time = given["Definition"]["datepattern"]
    for directive, form in {
        "%Y": r"\d{4}",
        "%m": r"\d\d",
        "%d": r"\d\d",
        "%H": r"\d\d",
        "%M": r"\d\d",
        "%S": r"\d\d",
    }.items():
        time = time.replace(directive, form)
    time = time.replace("%z", r"(?:Z|[+-]\d\d:?\d\d)")
    failure = given["Definition"]["failregex"].replace("<HOST>", r"(?P<host>[0-9a-fA-F.:]+)")
    for line in written(tmp_path):
        rest = re.sub(time, "", line, count=1)  # fail2ban takes the time away first
        assert rest != line
        found = re.search(failure, rest)
        assert found and found["host"] == "192.0.2.7"


def test_the_jail_names_the_filter_and_lasts_longer_each_time() -> None:
    jail = configparser.ConfigParser(interpolation=None)
    jail.read(FAIL2BAN / "jail.d" / "standardiste-telephones.conf")
    (name,) = jail.sections()
    assert (FAIL2BAN / "filter.d" / f"{jail[name]['filter']}.conf").exists()
    assert jail[name]["bantime.increment"] == "true" and jail[name]["logpath"].endswith("/telephones.log")


def test_a_flood_of_failures_makes_few_lines_and_nothing_that_a_stranger_sent_is_kept(
    logs: AsteriskLogs, tmp_path: Path
) -> None:
    (tmp_path / "events").write_text(event() * 5000 + event("InvalidAccountID", account="0639987654") * 5000)
    logs.tend()
    assert len(written(tmp_path)) == asterisk_logs.LINES_AT_ONCE
    assert not re.search(r"0639987654|zyzomis|c7e4e991", "\n".join(written(tmp_path)))
    assert (tmp_path / "events").stat().st_size == 0


def test_whatever_the_noise_is_asterisks_log_stays_bounded(
    logs: AsteriskLogs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asterisk_logs, "MAX_BYTES", 1000)
    line = b'{"logmsg": "noise"}\n'
    with (tmp_path / "messages").open("ab", buffering=0) as asterisk:  # Asterisk keeps its file open
        for _ in range(20):
            asterisk.write(line * 60)
            logs.tend()
            assert sum(file.stat().st_size for file in tmp_path.glob("messages*")) <= 2 * 60 * len(line)
        asterisk.write(line)
    assert (tmp_path / "messages").read_bytes() == line


def test_two_processes_do_not_report_the_same_failure(logs: AsteriskLogs, tmp_path: Path) -> None:
    (tmp_path / "events").write_text(event())
    with (tmp_path / "events.lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        logs.tend()
        assert written(tmp_path) == []
    logs.tend()
    assert len(written(tmp_path)) == 1
