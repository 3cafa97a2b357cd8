"""Checks of our web servers: whether visitors and staff are served, and whether the proxies before them are known."""

from collections.abc import Iterator

from callback_api.checks import check_public_server
from records.check_result import CheckResult
from standardiste.parts.web_server import has_undeclared_proxy, is_healthy, is_part_healthy
from standardiste.settings import PartName, Settings
from translations.message import translatable


def check_public(settings: Settings) -> Iterator[CheckResult]:
    """Whether visitors are served."""
    url = settings.public_local_url
    yield from check_public_server(url, answers=answers(settings, "public", url))
    yield from check_proxies(settings, "public", settings.public_url)


def check_live(settings: Settings) -> CheckResult:
    """Whether open pages of the console are told what changes."""
    if is_part_healthy(settings.health_socket("live")):
        return CheckResult("live", True, translatable("Open pages of the console are told at once what changes."))
    return CheckResult(
        "live",
        False,
        translatable("The part `live` does not answer: open pages of the console show changes some seconds later."),
        translatable("Start the server (script/server), or read the log of `live`."),
    )


def answers(settings: Settings, part: PartName, url: str) -> bool:
    """Whether a web server answers: at its private socket, which no crowd fills, or at its port."""
    return is_part_healthy(settings.health_socket(part)) or is_healthy(url)


def check_proxies(settings: Settings, part: PartName, url: str) -> Iterator[CheckResult]:
    """A warning if a proxy is before the server and no setting names it.

    `url`: the setting of its public address. We serve no TLS, so https means a proxy. Without the setting, all visitors
    have the address of the proxy, and share its limits.
    """
    if settings.trusted_proxies:
        return
    if url.startswith("https:") or has_undeclared_proxy(settings.health_socket(part)):
        yield CheckResult(
            f"{part}: proxy",
            False,
            translatable(
                "A proxy is in front of the part `%(part)s`, but trusted_proxies is 0: everybody seems to come from its"
                " address, and one of them can use up the limits of all.",
                part=part,
            ),
            translatable("Set trusted_proxies to the number of your proxies (1 for one), and restart."),
        )
