"""The tables. Their constraints hold whatever writes to the database."""

from records.schema.board import BoardScreen
from records.schema.callbacks import (
    Callback,
    CallbackAttempt,
    CallbackRejection,
    CallbackSubmission,
    CallbackTransition,
    DoNotCall,
    ErasedDoNotCall,
    IdempotencyKey,
    SiteKey,
)
from records.schema.calls import (
    Call,
    CallEvent,
    Interaction,
    RefusedCalls,
    Request,
    RequestEntry,
    Voicemail,
    WaitingOrder,
)
from records.schema.centres import (
    CentreAccount,
    CentreCardView,
    CentreSession,
    CentreStatement,
    CentreStatementLine,
    Handoff,
    HandoffOutcome,
)
from records.schema.contact_imports import ContactImport, ContactImportColumn, ContactImportRow, ContactOrigin
from records.schema.contact_search import ContactKey, ContactWord, NumberTail, SearchCursor, Word, WordGap
from records.schema.contacts import Consent, Contact, ContactEmail, ContactLine, ContactMerge, Line, Purpose
from records.schema.duplicates import DuplicateCount, DuplicateKey, DuplicateProposal, DuplicateQueue
from records.schema.erasures import ErasureJob
from records.schema.first_run import FirstStep, TrialCall
from records.schema.inbox import InboxView
from records.schema.inquiries import Inquiry
from records.schema.mail import OutgoingMail
from records.schema.message_drafts import BlackoutMessage, BlackoutPeriod, EditedVersion, MessageDraft
from records.schema.messages import Audio, MessageListens, MessageVersion, MessageWithdrawal, PlanVersion
from records.schema.staff import (
    Agent,
    AgentPause,
    BrowserPhone,
    ClickToCall,
    PhonePairing,
    PhoneRing,
    Presence,
    SipAccount,
)
from records.schema.system import Hold, Lease, LogCursor, Override
from records.schema.table import Table
from records.schema.transfers import Transfer
from records.schema.trunks import EndpointState, Trunk
from records.schema.users import (
    Change,
    ChangeValue,
    ConsoleSession,
    Invitation,
    LoginAttempt,
    PhonePin,
    RecoveryCode,
    User,
    UserLogin,
)
from records.schema.webhooks import OutboxEvent, WebhookDelivery, WebhookEndpoint

__all__ = [
    "Agent",
    "AgentPause",
    "Audio",
    "BlackoutMessage",
    "BlackoutPeriod",
    "BoardScreen",
    "BrowserPhone",
    "Call",
    "CallEvent",
    "Callback",
    "CallbackAttempt",
    "CallbackRejection",
    "CallbackSubmission",
    "CallbackTransition",
    "CentreAccount",
    "CentreCardView",
    "CentreSession",
    "CentreStatement",
    "CentreStatementLine",
    "Change",
    "ChangeValue",
    "ClickToCall",
    "Consent",
    "ConsoleSession",
    "Contact",
    "ContactEmail",
    "ContactImport",
    "ContactImportColumn",
    "ContactImportRow",
    "ContactKey",
    "ContactLine",
    "ContactMerge",
    "ContactOrigin",
    "ContactWord",
    "DoNotCall",
    "DuplicateCount",
    "DuplicateKey",
    "DuplicateProposal",
    "DuplicateQueue",
    "EditedVersion",
    "EndpointState",
    "ErasedDoNotCall",
    "ErasureJob",
    "FirstStep",
    "Handoff",
    "HandoffOutcome",
    "Hold",
    "IdempotencyKey",
    "InboxView",
    "Inquiry",
    "Interaction",
    "Invitation",
    "Lease",
    "Line",
    "LogCursor",
    "LoginAttempt",
    "MessageDraft",
    "MessageListens",
    "MessageVersion",
    "MessageWithdrawal",
    "NumberTail",
    "OutboxEvent",
    "OutgoingMail",
    "Override",
    "PhonePairing",
    "PhonePin",
    "PhoneRing",
    "PlanVersion",
    "Presence",
    "Purpose",
    "RecoveryCode",
    "RefusedCalls",
    "Request",
    "RequestEntry",
    "SearchCursor",
    "SipAccount",
    "SiteKey",
    "Table",
    "Transfer",
    "TrialCall",
    "Trunk",
    "User",
    "UserLogin",
    "Voicemail",
    "WaitingOrder",
    "WebhookDelivery",
    "WebhookEndpoint",
    "Word",
    "WordGap",
]
