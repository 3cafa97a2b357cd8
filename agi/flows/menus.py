"""The menus of a call: each key has its action, a submenu leads back, and nobody is hung up on."""

from dataclasses import dataclass, field

from agi.call import Call
from agi.config_snapshot import ConfigSnapshot, SnapshotReader
from agi.flows.announcement import play_announcement
from dialplan import names
from records.call_events import CallEventKind
from routing.destinations import Destination
from routing.menu_outcomes import find_moment
from routing.menus import InputFailure, MenuFallback, decide_after_failure, find_choice, get_menu, without_callbacks
from routing.plan.model import Menu, MenuChoice, PublicNumber
from routing.satisfaction import is_drawn
from routing.sentences import menu_prompt_keys
from routing.shares import share_draw


@dataclass(slots=True)
class MenuWalk:
    """A caller on their way through the menus of a number, under the plan that was in force when the call began.

    `way` holds the names of the menus down to the one that is heard.
    """

    call: Call
    snapshots: SnapshotReader
    snapshot: ConfigSnapshot
    number: PublicNumber
    way: list[str] = field(default_factory=list)

    def run(self, first_prompts: list[str]) -> None:
        """Plays these prompts, then menus, until the caller is routed.

        They choose a destination, or have failed too often in a menu and get its fallback.
        """
        call, before, misses, key = self.call, first_prompts, 0, None
        self.way = [self.number.menu]
        while True:
            menu = self._get_menu()
            prompts = self._menu_prompts(menu)
            key = key or call.read_key([*before, *prompts], menu.first_key_s, prompts)
            choice = find_choice(menu, key) if key else None
            if choice is None:
                misses += 1
                call.add_event(CallEventKind.WRONG_KEY if key else CallEventKind.SILENCE, key=key, menu=menu.name)
                match decide_after_failure(menu, misses, InputFailure.WRONG_KEY if key else InputFailure.NO_INPUT):
                    case MenuFallback(destination):
                        return self._route(destination)
                    case reprompt:
                        before, key = [reprompt.prompt_key], None
                continue
            misses, before = 0, []
            self._move(choice)
            moved = {} if self.way[-1] == menu.name else {"next_menu": self.way[-1]}
            call.add_event(CallEventKind.KEY, key=key, menu=menu.name, **moved)
            if choice.destination:
                return self._route(choice.destination)
            key = self._play(choice.announcement) if choice.announcement else None

    def _route(self, destination: Destination) -> None:
        """Routes the caller. What of the share of surveys needs no database is decided here, in the same command."""
        drawn = is_drawn(self.snapshot.plan.satisfaction, self.call.ref, surcharged=self.number.surcharged)
        self.call.route(destination, **({names.ASK_SATISFACTION: "1"} if drawn else {}))

    def _move(self, choice: MenuChoice) -> None:
        if choice.menu:
            self.way.append(choice.menu)
        elif choice.back:
            self.way.pop()

    def _play(self, name: str) -> str | None:
        """Plays the message that is on air now; returns the key that stopped it."""
        return play_announcement(self.call, self.snapshots.current, self.snapshot.plan.announcements[name])

    def _get_menu(self) -> Menu:
        menu = get_menu(self.snapshot.plan, self.way[-1], is_submenu=len(self.way) > 1)
        return menu if self.snapshot.has_outbound_trunk else without_callbacks(menu)

    def _menu_prompts(self, menu: Menu) -> list[str]:
        """The prompts of the menu for what its keys lead to now: the team may have closed since the call began."""
        call, plan, number = self.call, self.snapshot.plan, self.number
        overrides, draw = self.snapshots.current.get_overrides(number, call.now), share_draw(call.ref)
        callbacks = self.snapshot.has_outbound_trunk
        return list(menu_prompt_keys(menu, find_moment(plan, number, call.now, overrides, draw, callbacks=callbacks)))
