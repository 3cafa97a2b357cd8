"""What the first page shows, put together for one user: each part only with the permission for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from console.badges import count_badges
from console.context import current_actor, current_session, get_context
from console.reception_state import NumberState, get_number_states, list_current_overrides, list_current_presences
from console.services import AudioServices
from records.callbacks import staff_actions
from records.calls import live_calls
from records.calls.live_calls import WaitingCaller
from records.messages import blackout_periods, listen_statistics, message_audio, message_versions
from records.messages.listen_statistics import ListenStatistics
from records.staff.presence import Presence, PresenceState
from routing.access.permissions import Permission
from routing.messages import OnAir, find_on_air, is_overdue
from routing.overrides import Override
from routing.plan.model import Announcement, Plan

STATE_ORDER = (PresenceState.READY, PresenceState.PAUSED, PresenceState.OUT)


@dataclass(frozen=True, slots=True)
class TeamMember:
    """An agent: their presence, and since when they talk with a caller."""

    presence: Presence
    talking_since: datetime | None


@dataclass(frozen=True, slots=True)
class AnnouncementOnAir:
    """What callers hear on one key; `is_late`: it should have been renewed today."""

    announcement: Announcement
    on_air: OnAir
    listens: ListenStatistics
    is_late: bool


@dataclass(frozen=True, slots=True)
class Today:
    """The whole page. `to_check`: callbacks on which a person must decide; `approvals`: messages that wait."""

    now: datetime
    plan: Plan
    numbers: tuple[NumberState, ...]
    switched: tuple[Override, ...]
    waiting: tuple[WaitingCaller, ...]
    team: tuple[TeamMember, ...]
    announcements: tuple[AnnouncementOnAir, ...]
    approvals: int
    requests: int
    to_check: int


def build_today(services: AudioServices) -> Today:
    """The page of the user of this request, who may see the reception."""
    context, actor = get_context(), current_actor()
    now, database, plan = context.clock(), context.database, services.plan()
    switched = tuple(each for each in list_current_overrides() if each.is_in_force(now))
    calls, badges = live_calls.list_live_calls(database, now), count_badges()
    agents = [TeamMember(one, calls.talking.get(one.sip_account)) for one in list_current_presences()]
    return Today(
        now,
        plan,
        get_number_states(plan, switched, now),
        switched,
        calls.waiting,
        tuple(sorted(agents, key=_team_order)),
        tuple(_list_on_air(services, plan, now)) if actor.may(Permission.HEAR_MESSAGES) else (),
        badges.get("message", 0),
        badges.get("inbox", 0),
        len(staff_actions.list_callbacks_to_review(database)),
    )


def is_me(member: TeamMember) -> bool:
    """Whether the user of this request is that agent."""
    return member.presence.agent_id == current_session().user.agent_id


def _team_order(member: TeamMember) -> tuple[int, str]:
    return STATE_ORDER.index(member.presence.state), member.presence.name


def _list_on_air(services: AudioServices, plan: Plan, now: datetime) -> Iterator[AnnouncementOnAir]:
    database = get_context().database
    blackouts = blackout_periods.list_blackout_periods(database)
    for announcement in plan.announcements.values():
        versions = message_versions.list_current_versions(database, announcement.name, now)
        on_air = find_on_air(versions, announcement.name, now, announcement.when_none_valid, blackouts)
        listens = ListenStatistics()
        if on_air.version:
            lengths = message_audio.get_audio_lengths(database, [on_air.version])
            seconds = lengths.get(on_air.version.audio, 0.0)
            listens = listen_statistics.get_listen_statistics(database, on_air.version.id, seconds)
        late = is_overdue(on_air, now, plan.timezone, announcement.renew_by)
        yield AnnouncementOnAir(announcement, on_air, listens, late)
