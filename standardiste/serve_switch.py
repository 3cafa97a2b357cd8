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
from ami.events import Events
from ami.follower import Follower
from ami.leader import SWITCH, Leader, LeaseLost
from ami.link import Account, Headers, Link, WrongPassword
from ami.members import Members
from ami.originate import Originator
from ami.overflow import Overflow
from ami.policy import Policy
from ami.queue import Queue
from ami.reconnecting import first_cause, stay_linked
from ami.waiting import Waiting
from dialplan import names
from records.wake import hung
from standardiste.heartbeat import EVERY_S, Heart
from standardiste.installation import Installation
from standardiste.rundir import AMI_USER
from standardiste.settings import Settings
from standardiste.supervision import NO_RESTART

FOLLOW_S = 0.5
log = logging.getLogger("switch")


def serve(house: Installation) -> None:
    """Returns after SIGTERM or SIGINT; leaves with NO_RESTART where only a person can help."""
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
    while True:
        await leader.elected()
        log.info("leading")
        try:
            await _lead(house, leader)
        except ExceptionGroup as ended:
            lost, others = ended.split(LeaseLost)
            if others:
                raise others from None
            log.error("no longer leading: %s", first_cause(lost or ended))


async def _lead(house: Installation, leader: Leader) -> None:
    """Everything that one process alone does; ends by an exception only."""
    base, settings = house.base, house.settings
    policy, waiting = Policy(base, house.plan), Waiting(names.STAFF_QUEUE)
    events, members = Events(base, names.STAFF_QUEUE), Members(base)
    overflow, callbacks = Overflow(policy, waiting, events), Callbacks(base, policy, waiting)
    channel_events = Log(settings.spool / "channel-events.csv", house.plan)
    follower = Follower(
        base,
        channel_events,
        recorded=settings.spool / "voicemail",
        kept=settings.voicemail,
        pid_file=settings.asterisk_pid,
    )

    def hear(event: Headers) -> None:
        for room in (members, overflow, events, callbacks):
            room.hear(event)

    def follow() -> None:
        policy.refresh()
        channel_events.plan = policy.plan
        follower.follow(datetime.now(UTC))

    asterisk = Heart(settings.heartbeats, "asterisk")

    async def work(link: Link) -> None:
        queue = Queue(link, names.STAFF_QUEUE)
        async with asyncio.TaskGroup() as tasks:
            for duty in (
                link.watch(),
                members.keep(queue),
                overflow.keep(queue),
                callbacks.keep(queue, Originator(link)),
                _beat_for(asterisk, link),
            ):
                tasks.create_task(duty)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(leader.hold())
        tasks.create_task(events.write())
        tasks.create_task(_again_and_again(follow, leader, Heart(settings.heartbeats, "switch")))
        tasks.create_task(_answer_the_bell(settings.bell, members, overflow, callbacks))
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


async def _answer_the_bell(bell: Path, *rooms: Members | Overflow | Callbacks) -> None:
    with hung(bell) as sleeper:
        while True:
            await asyncio.get_running_loop().sock_recv(sleeper, 1)
            for room in rooms:
                room.wake()
