"""Errors whose text is one sentence for the person who typed."""

from agi.watchdog import WorkerFailed
from caller.baresip import BaresipError
from caller.phone import PhoneError
from prompts.audio import AudioFailure, AudioRefused
from prompts.catalogue import PromptError
from prompts.publishing import PublishError
from prompts.voice import VoiceError
from records.errors import RecordsError
from routing.ical import IcalError
from routing.people_file import PeopleFileError
from routing.plan_edit import PlanEditError
from routing.plan_text import PlanError
from standardiste.archive import ArchiveError
from standardiste.asterisk import AsteriskMissing
from standardiste.restore import CannotRestore
from standardiste.server import CannotStart
from standardiste.settings import SettingsError
from standardiste.staff_file import StaffFileError
from webhooks.addresses import AddressRefused
from webhooks.delivery import AuthoritiesUnreadable

TOLD = (
    *(SettingsError, AsteriskMissing, CannotStart, WorkerFailed, RecordsError, PlanError),
    *(PlanEditError, IcalError, StaffFileError, PeopleFileError, AddressRefused, AuthoritiesUnreadable),
    *(ArchiveError, CannotRestore),
    *(PromptError, VoiceError, AudioRefused, AudioFailure, PublishError, BaresipError, PhoneError),
)
