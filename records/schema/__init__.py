"""The tables. What they promise is written as constraints, so that it holds whoever writes."""

from records.schema.callbacks import (
    Callback,
    CallbackAttempt,
    CallbackDecline,
    CallbackMove,
    CallbackPost,
    Idempotency,
    Opposition,
    SiteKey,
)
from records.schema.calls import Call, CallEvent, Interaction, Request, Voicemail
from records.schema.console import Account, Change, ConsoleSession, Invitation, LoginTry, RecoveryCode
from records.schema.contacts import Consent, Contact, ContactLine, ContactMerge, Line, Purpose
from records.schema.house import Cursor, Lease, Person, PhoneAccount, Presence, Switch
from records.schema.message_desk import Embargo, EmbargoMessage, MessageDraft
from records.schema.messages import Audio, MessageVersion, PlanVersion
from records.schema.staff_line import DeskRing, PhonePin
from records.schema.table import Table
from records.schema.webhooks import OutboxEvent, WebhookDelivery, WebhookEndpoint

__all__ = [
    "Account",
    "Audio",
    "Call",
    "CallEvent",
    "Callback",
    "CallbackAttempt",
    "CallbackDecline",
    "CallbackMove",
    "CallbackPost",
    "Change",
    "Consent",
    "ConsoleSession",
    "Contact",
    "ContactLine",
    "ContactMerge",
    "Cursor",
    "DeskRing",
    "Embargo",
    "EmbargoMessage",
    "Idempotency",
    "Interaction",
    "Invitation",
    "Lease",
    "Line",
    "LoginTry",
    "MessageDraft",
    "MessageVersion",
    "Opposition",
    "OutboxEvent",
    "Person",
    "PhoneAccount",
    "PhonePin",
    "PlanVersion",
    "Presence",
    "Purpose",
    "RecoveryCode",
    "Request",
    "SiteKey",
    "Switch",
    "Table",
    "Voicemail",
    "WebhookDelivery",
    "WebhookEndpoint",
]
