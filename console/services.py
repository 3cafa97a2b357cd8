"""What pages work on beside the database: sounds, the synthetic voice, and the publication of a plan."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from prompts.messages.drafts import SoundStorage
from prompts.voices.preparation import VoicePreparation
from prompts.voices.registry import ChosenVoices, VoiceSettings
from prompts.voices.voice import Voice
from records.actor import Actor
from records.plan.plan_versions import PlanVersion
from records.trunks import StoredTrunk, TrunkUse
from routing.plan.model import Plan
from routing.trunks import Trunk
from translations.message import Message

Publish = Callable[[Actor, str, int], PlanVersion]


@dataclass(frozen=True, slots=True)
class AudioServices:
    """For the pages of messages and prompts: the plan in force, the storage of messages, the folder of prompts."""

    plan: Callable[[], Plan]
    storage: SoundStorage
    sounds: Path
    voice: Voice


@dataclass(frozen=True, slots=True)
class PlanServices:
    """For the pages of the plan. `sounds` is the folder of prompts, `previews` that of sounds only an editor hears.

    `voice` is that of the plan in force, and `voices` says which others a plan may choose.

    `publish` puts a text into force for the next call, in the place of the version of that number; it renders the new
    prompts first. Raises PlanError, PlanVersionConflict, Forbidden, VoiceError, AudioToolError.
    """

    sounds: Path
    previews: Path
    voice: Voice
    publish: Publish
    voices: VoiceSettings | None = None
    preparation: VoicePreparation = field(default_factory=VoicePreparation)

    def get_voice(self, plan: Plan) -> Voice:
        """The voice of a plan that may not be in force."""
        return ChosenVoices(self.voices, lambda: plan.voices) if self.voices else self.voice


@dataclass(frozen=True, slots=True)
class PhoneServices:
    """For the pages of agents and telephones. Telephones find us at `server` and UDP `port`.

    `apply` makes a running Asterisk know the accounts of the database; calls in progress are not disturbed.
    `has_browsers`: agents may answer in the console.
    """

    server: str
    port: int
    apply: Callable[[], None]
    has_browsers: bool = False


@dataclass(frozen=True, slots=True)
class TrunkTest:
    """A test of a trunk: what was found so far, in words, and whether it goes on. `is_good` once it has passed."""

    findings: tuple[Message, ...] = ()
    is_running: bool = True
    is_good: bool = False


class TrunkServices(Protocol):
    """What the pages of trunks do: rows, then Asterisk's files; calls in progress are not disturbed."""

    def list_trunks(self) -> tuple[StoredTrunk, ...]:
        """The trunks in their order; their passwords stay in there."""
        ...

    def list_presentable_numbers(self) -> tuple[str, ...]:
        """The plan's numbers (E.164) that may be shown as caller ID."""
        ...

    def find_private_hosts(self, trunk: Trunk) -> tuple[str, ...]:
        """Of its addresses, those of private networks and of this machine."""
        ...

    def find_impossible_hosts(self, trunk: Trunk) -> tuple[str, ...]:
        """Of its addresses, those that no operator has."""
        ...

    def add_trunk(self, actor: Actor, new: StoredTrunk) -> None:
        """Raises Forbidden, TrunkExists, TooManyTrunks."""
        ...

    def change_trunk(self, actor: Actor, now: StoredTrunk, *, keeps_password: bool) -> None:
        """Raises TrunkChanged, Forbidden, NotFound."""
        ...

    def put_first(self, actor: Actor, name: str) -> None:
        """Lets it carry callbacks and calls to outside numbers. Raises Forbidden, NotFound."""
        ...

    def find_use(self, name: str) -> TrunkUse:
        """Raises NotFound."""
        ...

    def remove_trunk(self, actor: Actor, name: str) -> None:
        """Raises Forbidden, NotFound, TrunkInUse."""
        ...

    def start_test(self, actor: Actor, name: str, *, with_call: bool) -> None:
        """Tests it in the background; nothing while a test of it goes on. Raises Forbidden, NotFound."""
        ...

    def find_test(self, name: str) -> TrunkTest | None:
        """The last test of it since this process started."""
        ...
