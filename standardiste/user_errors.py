"""Errors whose text is one sentence for the operator."""

from agi.watchdog import WorkerFailed
from caller.baresip import BaresipError
from caller.phone import PhoneError
from prompts.audio.refusals import AudioRefused
from prompts.audio.rendering import AudioToolError
from prompts.catalogue import PromptError
from prompts.messages.publishing import PublishError
from prompts.voices.voice import VoiceError
from records.errors import RecordsError
from routing.hours.ical import IcalError
from routing.plan.errors import PlanEditError, PlanError
from routing.tables import TableError
from standardiste.backup.archive import ArchiveError
from standardiste.backup.restore import RestoreError
from standardiste.parts.server import ServerStartError
from standardiste.settings_loading import SettingsError
from standardiste.switchboard.asterisk import AsteriskNotFound
from webhooks.destinations import AddressRefused
from webhooks.http_sender import CaFileUnreadable

USER_ERRORS = (
    *(SettingsError, AsteriskNotFound, ServerStartError, WorkerFailed, RecordsError, PlanError),
    *(PlanEditError, IcalError, TableError, AddressRefused, CaFileUnreadable),
    *(ArchiveError, RestoreError),
    *(PromptError, VoiceError, AudioRefused, AudioToolError, PublishError, BaresipError, PhoneError),
)
