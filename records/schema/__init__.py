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
from records.schema.contacts import Consent, Contact, ContactLine, ContactMerge, Line, Purpose
from records.schema.house import Cursor, Lease, Person, PhoneAccount, Presence, Switch
from records.schema.messages import Audio, MessageVersion, PlanVersion
from records.schema.table import Table
from records.schema.webhooks import OutboxEvent, WebhookDelivery, WebhookEndpoint

__all__ = [
    "Audio",
    "Call",
    "CallEvent",
    "Callback",
    "CallbackAttempt",
    "CallbackDecline",
    "CallbackMove",
    "CallbackPost",
    "Consent",
    "Contact",
    "ContactLine",
    "ContactMerge",
    "Cursor",
    "Idempotency",
    "Interaction",
    "Lease",
    "Line",
    "MessageVersion",
    "Opposition",
    "OutboxEvent",
    "Person",
    "PhoneAccount",
    "PlanVersion",
    "Presence",
    "Purpose",
    "Request",
    "SiteKey",
    "Switch",
    "Table",
    "Voicemail",
    "WebhookDelivery",
    "WebhookEndpoint",
]
