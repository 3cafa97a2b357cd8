"""The tables. Their constraints hold whatever writes to the database."""

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
from records.schema.calls import Call, CallEvent, Interaction, RefusedCalls, Request, Voicemail
from records.schema.contacts import Consent, Contact, ContactLine, ContactMerge, Line, Purpose
from records.schema.message_drafts import BlackoutMessage, BlackoutPeriod, MessageDraft
from records.schema.messages import Audio, MessageListens, MessageVersion, PlanVersion
from records.schema.staff import Agent, ClickToCall, Presence, SipAccount
from records.schema.system import Hold, Lease, LogCursor, Override
from records.schema.table import Table
from records.schema.users import Change, ConsoleSession, Invitation, LoginAttempt, PhonePin, RecoveryCode, User
from records.schema.webhooks import OutboxEvent, WebhookDelivery, WebhookEndpoint

__all__ = [
    "Agent",
    "Audio",
    "BlackoutMessage",
    "BlackoutPeriod",
    "Call",
    "CallEvent",
    "Callback",
    "CallbackAttempt",
    "CallbackRejection",
    "CallbackSubmission",
    "CallbackTransition",
    "Change",
    "ClickToCall",
    "Consent",
    "ConsoleSession",
    "Contact",
    "ContactLine",
    "ContactMerge",
    "DoNotCall",
    "ErasedDoNotCall",
    "Hold",
    "IdempotencyKey",
    "Interaction",
    "Invitation",
    "Lease",
    "Line",
    "LogCursor",
    "LoginAttempt",
    "MessageDraft",
    "MessageListens",
    "MessageVersion",
    "OutboxEvent",
    "Override",
    "PhonePin",
    "PlanVersion",
    "Presence",
    "Purpose",
    "RecoveryCode",
    "RefusedCalls",
    "Request",
    "SipAccount",
    "SiteKey",
    "Table",
    "User",
    "Voicemail",
    "WebhookDelivery",
    "WebhookEndpoint",
]
