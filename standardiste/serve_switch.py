"""The process that acts on Asterisk and follows what it does: one leads, another may wait to take over."""

import asyncio
import logging
import os
import secrets
import signal
import socket
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from ami.callbacks import Callbacks
from ami.channel_events import Log
from ami.desk_rings import DeskRings
from ami.events import Events
from ami.follower import Follower
from ami.leader import SWITCH, Leader, LeaseLost
from ami.link import Account, Headers, Link, WrongPassword
from ami.members import Members
from ami.originate import Originator
from ami.overflow import Overflow
from ami.policy import Policy
from ami.queue import Queue, queue_name
from ami.reconnecting import apart, first_cause, stay_linked
from ami.unanswered import Unanswered
from ami.waiting import Waiting
from records.wake import hung
from routing import calendars
from routing.plan import LANGUAGES
from standardiste.heartbeat import EVERY_S, Heart
from standardiste.installation import Installation
from standardiste.rundir import AMI_USER
from standardiste.settings import Settings
from standardiste.supervision import NO_RESTART

FOLLOW_S = 0.5
log = logging.getLogger("switch")


def serve(house: Installation) -> None:
    """Returns after SIGTERM or SIGINT; leaves with NO_RESTART where only a person can help."""
    calendars.make_ready(datetime.now(UTC).date())
    try:
        asyncio.run(_serve(house))
    except ExceptionGroup as ended:
        if not (refused := ended.subgroup(WrongPassword)):
            raise
        log.critical("%s", first_cause(refused))
        sys.exit(NO_RESTART)
    finally:
        house.base.close()


def ami_account(settings: Settings) -> Account:
    """Ours at Asterisk's manager interface; its password exists once the installation is prepared."""
    return Account(settings.ami_port, AMI_USER, settings.ami_secret.read_text())


async def _serve(house: Installation) -> None:
    leader = Leader(house.base, SWITCH, f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}")
    working = asyncio.create_task(_lead_again_and_again(house, leader))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, working.cancel)
    try:
        await working
    except asyncio.CancelledError:
        pass
    finally:
        await leader.resign()


async def _lead_again_and_again(house: Installation, leader: Leader) -> None:
    heart = Heart(house.settings.heartbeats, "switch")
    while True:
        await leader.elected(heart.beat)  # who stands by is alive as well
        log.info("leading")
        try:
            await apart(_lead(house, leader, heart))
        except ExceptionGroup as ended:
            lost, others = ended.split(LeaseLost)
            if others:
                raise others from None
            log.error("no longer leading: %s", first_cause(lost or ended))


async def _lead(house: Installation, leader: Leader, heart: Heart) -> None:
    """Everything that one process alone does; ends by an exception only."""
    base, settings = house.base, house.settings
    lines = [queue_name(language) for language in LANGUAGES]
    policy, waiting = Policy(base, house.plan), Waiting(lines)
    events, members, unanswered = Events(base, lines), Members(base), Unanswered(base, policy)
    overflow = Overflow(policy, waiting, events)
    callbacks = Callbacks(base, policy, waiting, leads_out=bool(settings.trunks))
    rings = DeskRings(base)
    channel_events = Log(settings.spool / "channel-events.csv", house.plan)
    follower = Follower(
        base,
        channel_events,
        recorded=settings.spool / "voicemail",
        kept=settings.voicemail,
        pid_file=settings.asterisk_pid,
    )

    def hear(event: Headers) -> None:
        for room in (members, overflow, events, callbacks, unanswered):
            room.hear(event)

    def follow() -> None:
        policy.refresh()
        channel_events.plan = policy.plan
        follower.follow(datetime.now(UTC))

    asterisk = Heart(settings.heartbeats, "asterisk")

    async def work(link: Link) -> None:
        queues = [Queue(link, language) for language in LANGUAGES]
        async with asyncio.TaskGroup() as tasks:
            for duty in (
                link.watch(),
                members.keep(queues),
                overflow.keep(queues),
                callbacks.keep(queues, Originator(link)),
                rings.keep(Originator(link)),
                _beat_for(asterisk, link),
            ):
                tasks.create_task(duty)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(leader.hold())
        tasks.create_task(events.write())
        tasks.create_task(unanswered.pause())
        tasks.create_task(_again_and_again(follow, leader, heart))
        tasks.create_task(_answer_the_bell(settings.bell, members, overflow, callbacks, rings))
        tasks.create_task(stay_linked(ami_account(settings), work, hear, allowed=leader.check))


async def _beat_for(asterisk: Heart, link: Link) -> None:
    """Asterisk's own sign of life is that it answers."""
    while True:
        await link.ask("Ping")
        asterisk.beat()
        await asyncio.sleep(EVERY_S)


async def _again_and_again(follow: Callable[[], None], leader: Leader, heart: Heart) -> None:
    while True:
        leader.check()
        await asyncio.to_thread(follow)
        heart.beat()
        await asyncio.sleep(FOLLOW_S)


async def _answer_the_bell(bell: Path, *rooms: Members | Overflow | Callbacks | DeskRings) -> None:
    with hung(bell) as sleeper:
        while True:
            await asyncio.get_running_loop().sock_recv(sleeper, 1)
            for room in rooms:
                room.wake()
