"""How many calls this machine takes at once: what the settings allow, and what the RTP ports carry."""

import resource

from standardiste.settings import Settings

PORTS_PER_LEG = 2  # RTP and RTCP
SPARE_LEGS = 100
"""For the staff line, calls between desk phones, and calls that are being refused: they have ports until they end."""
MAX_SHARE_KEPT = 5  # of a small range, at most a fifth is kept
FILES_PER_LEG, OTHER_FILES = 8, 512  # Asterisk's file descriptors: two sockets, a timer, alert pipes, sounds


def voice_legs(settings: Settings) -> int:
    """The legs of calls (one telephone, or the operator) that the range of ports carries at once."""
    return (settings.rtp_last - settings.rtp_first + 1) // PORTS_PER_LEG


def kept_legs(settings: Settings) -> int:
    """The legs that incoming calls leave free: two of each callback that an agent may have, and SPARE_LEGS."""
    return min(2 * settings.phones + SPARE_LEGS, voice_legs(settings) // MAX_SHARE_KEPT)


def calls_that_fit(settings: Settings) -> int:
    """Incoming calls for which the range has ports, each with a second leg to an agent or an overflow centre."""
    return max(1, (voice_legs(settings) - kept_legs(settings)) // 2)


def max_calls(settings: Settings) -> int:
    """Incoming calls that are taken at once; one more is refused before it is answered."""
    return min(settings.calls_at_once, calls_that_fit(settings))


def max_handed_over(settings: Settings) -> int:
    """Calls beyond that which go to an overflow centre at once; 0: they are refused."""
    return max(1, calls_that_fit(settings) - max_calls(settings)) if settings.when_full == "overflow" else 0


def rtp_last_for(settings: Settings) -> int:
    """The lowest last port with which the range carries `calls_at_once`."""
    legs = 2 * settings.calls_at_once
    kept = min(2 * settings.phones + SPARE_LEGS, (legs - 1) // (MAX_SHARE_KEPT - 1))
    return settings.rtp_first + PORTS_PER_LEG * (legs + kept) - 1


def needed_agi_sessions(settings: Settings) -> int:
    """Every caller in a menu, and one session of each agent's callback, presence code or staff line."""
    return max_calls(settings) + settings.phones


def needed_files(settings: Settings) -> int:
    """File descriptors that Asterisk needs with all legs in use."""
    return OTHER_FILES + FILES_PER_LEG * min(voice_legs(settings), 2 * max_calls(settings) + kept_legs(settings))


def max_open_files() -> int:
    """The most file descriptors that a process of this user may have open (the hard limit)."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return 1_000_000 if hard == resource.RLIM_INFINITY else hard


def allow_open_files(count: int) -> None:
    """Raises this process's own limit of open files, which is 1024 on most machines, as far as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, max_open_files()), hard))
