"""Each kind of change as a sentence: who did what, to what."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from translations.message import Message, translatable

SENTENCES: Mapping[str, Message] = {
    "account.invited": translatable("%(by)s invited %(subject)s."),
    "account.changed": translatable("%(by)s changed the account of %(subject)s."),
    "account.deactivated": translatable("%(by)s deactivated the account of %(subject)s."),
    "account.reset": translatable(
        "%(by)s gave %(subject)s a new link; password and two-factor authentication are removed."
    ),
    "account.link": translatable("%(by)s renewed the invitation of %(subject)s."),
    "account.password": translatable("%(by)s chose a password."),
    "account.password_by_mail": translatable("%(by)s had forgotten the password and chose a new one by e-mail."),
    "account.second_factor": translatable("%(by)s set up two-factor authentication."),
    "account.pin": translatable("%(by)s chose the telephone PIN of %(subject)s."),
    "account.pin_locked": translatable("The telephone PIN of %(subject)s was locked after too many errors."),
    "account.pin_unlocked": translatable("%(by)s unlocked the telephone PIN of %(subject)s."),
    "message.publish": translatable("%(by)s published a message in “%(subject)s”."),
    "message.approve": translatable("%(by)s approved and published a message in “%(subject)s”."),
    "message.put_back": translatable("%(by)s put an earlier message of “%(subject)s” back on air."),
    "message.move": translatable("%(by)s moved a scheduled message of “%(subject)s”."),
    "message.withdraw": translatable("%(by)s withdrew a scheduled message of “%(subject)s”."),
    "message.hand_in": translatable("%(by)s submitted a message of “%(subject)s” for approval."),
    "message.send_back": translatable("%(by)s sent a message of “%(subject)s” back to its authors."),
    "message.discard": translatable("%(by)s discarded a draft of “%(subject)s”."),
    "message.restore": translatable("%(by)s brought a discarded draft of “%(subject)s” back."),
    "embargo.impose": translatable("%(by)s scheduled a blackout period: %(subject)s."),
    "embargo.lift": translatable("%(by)s ended a blackout period: %(subject)s."),
    "prompt.replace": translatable("%(by)s replaced a prompt."),
    "plan.published": translatable("%(by)s saved version %(subject)s of the call plan."),
    "trunk.add": translatable("%(by)s added the trunk “%(subject)s”."),
    "trunk.import": translatable("%(by)s took the trunk “%(subject)s” over from the settings file."),
    "trunk.change": translatable("%(by)s changed the trunk “%(subject)s”."),
    "trunk.first": translatable("%(by)s chose the trunk “%(subject)s” for outgoing calls."),
    "trunk.remove": translatable("%(by)s removed the trunk “%(subject)s”."),
    "trunk.key": translatable("%(by)s encrypted the trunks' passwords with a new key."),
    "agent.added": translatable("%(by)s added the agent %(subject)s."),
    "agent.changed": translatable("%(by)s changed the agent %(subject)s."),
    "agent.removed": translatable("%(by)s removed the agent %(subject)s."),
    "call.first": translatable("%(by)s put the caller of the call %(subject)s first in line."),
    "call.overflow": translatable("%(by)s sent the caller of the call %(subject)s to the overflow centre."),
    "call.offer": translatable("%(by)s offered the caller of the call %(subject)s a callback or the voicemail."),
    "board_screen.added": translatable("%(by)s let the screen “%(subject)s” show the wall board."),
    "board_screen.revoked": translatable("%(by)s switched off the screen “%(subject)s” of the wall board."),
    "site_key.added": translatable("%(by)s made a key for a server that asks for callbacks (website “%(subject)s”)."),
    "site_key.revoked": translatable("%(by)s withdrew a key of a server (website “%(subject)s”)."),
    "centre_key.added": translatable("%(by)s made a key for programs of the overflow centre “%(subject)s”."),
    "centre_key.revoked": translatable("%(by)s withdrew a key of the overflow centre “%(subject)s”."),
    "centre_account.added": translatable("%(by)s gave somebody of the overflow centre “%(subject)s” an account."),
    "centre_account.link": translatable("%(by)s gave somebody of the overflow centre “%(subject)s” a new link."),
    "centre_account.closed": translatable("%(by)s closed an account of the overflow centre “%(subject)s”."),
    "tool_key.added": translatable("%(by)s made the key “%(subject)s” for a program of ours."),
    "tool_key.revoked": translatable("%(by)s withdrew the key “%(subject)s” of a program of ours."),
    "phone.issue": translatable("%(by)s prepared a telephone for the agent %(subject)s."),
    "phone.revoke": translatable("%(by)s took the telephone of the agent %(subject)s out of use."),
    "retention.purge": translatable("Personal data past their retention period were deleted."),
    "contact.change": translatable("%(by)s changed the card of contact %(subject)s."),
    "do_not_call.add": translatable("%(by)s put a number of contact %(subject)s on the do-not-call list."),
    "do_not_call.remove": translatable("%(by)s took a number of contact %(subject)s from the do-not-call list."),
    "centre.import": translatable("%(by)s imported what the overflow centre “%(subject)s” has sent."),
    "centre.outcomes": translatable("%(by)s imported what the overflow centre “%(subject)s” said became of its calls."),
    "centre.closed": translatable("The contract of the centre “%(subject)s” has ended: its access was closed."),
    "satisfaction.export": translatable("%(by)s exported the figures about satisfaction."),
    "satisfaction.allow": translatable("%(by)s allowed that a number is asked about satisfaction again."),
    "centre.export": translatable("%(by)s exported the costs of the overflow centre “%(subject)s”."),
    "call.export": translatable("%(by)s exported the list of calls."),
    "contact.add": translatable("%(by)s added contact %(subject)s to a number that several people share."),
    "contact.create": translatable("%(by)s made the card of contact %(subject)s."),
    "consent.add": translatable("%(by)s recorded a consent of contact %(subject)s."),
    "consent.withdraw": translatable("%(by)s recorded that contact %(subject)s withdrew a consent."),
    "contact.note": translatable("%(by)s wrote a note on the card of contact %(subject)s."),
    "contact.caller": translatable("%(by)s said which person made the call %(subject)s."),
    "contact.export": translatable("%(by)s exported the data of contact %(subject)s."),
    "contact.merge": translatable("%(by)s merged the cards of one person into the card of contact %(subject)s."),
    "contact.unmerge": translatable("%(by)s separated a card from the card of contact %(subject)s again."),
    "contact.distinct": translatable("%(by)s said that contact %(subject)s and another are two people."),
    "request.open_mediation": translatable("%(by)s looked at the mediator's requests in an emergency."),
    "contact.ask_erasure": translatable("%(by)s asked to erase the data of contact %(subject)s."),
    "contact.keep": translatable("%(by)s withdrew the erasure of contact %(subject)s before it began."),
    "contact.erase": translatable("%(by)s erased the data of contact %(subject)s."),
    "contacts.import": translatable("%(by)s imported a file of contacts (import %(subject)s)."),
    "contacts.undo_import": translatable("%(by)s undid an import of contacts (import %(subject)s)."),
    "contacts.export": translatable("%(by)s exported contacts to a file."),
    "switch.open": translatable("%(by)s opened the reception by hand%(subject)s."),
    "switch.open.end": translatable("%(by)s ended the opening by hand%(subject)s."),
    "switch.closed": translatable("%(by)s closed the reception by hand%(subject)s."),
    "switch.closed.end": translatable("%(by)s ended the closure by hand%(subject)s."),
    "switch.overflow": translatable("%(by)s sent calls to the overflow centre%(subject)s."),
    "switch.overflow.end": translatable("%(by)s let the team answer again%(subject)s."),
    "switch.callbacks": translatable("%(by)s paused callbacks%(subject)s."),
    "switch.callbacks.end": translatable("%(by)s resumed callbacks%(subject)s."),
    "changes.export": translatable("%(by)s exported the change log."),
}
"""By kind. %(by)s is the person, %(subject)s what was changed, as people call it."""

ABOUT_ANNOUNCEMENTS = "message."
"""Kinds that begin so have the name of an announcement as their subject."""
ABOUT_NUMBERS = "switch."
"""Kinds that begin so have one of our numbers (E.164) as their subject, or "" for all of them."""
ABOUT_USERS = "account."
"""Kinds that begin so have the e-mail address of a user as their subject."""

_OWN = {
    "account.pin": translatable("%(by)s chose a telephone PIN."),
    "account.invited": translatable("%(by)s created the first account."),
}
"""What somebody did for themselves."""
_OTHER = translatable("%(by)s made a change: %(subject)s.")
"""For a kind of an earlier or later version that this one does not know."""


@dataclass(frozen=True, slots=True)
class KindGroup:
    """Kinds that are looked for together."""

    name: str
    label: Message
    kinds: tuple[str, ...]


_GROUP_LABELS: Mapping[str, tuple[Message, tuple[str, ...]]] = {
    "people": (translatable("People"), ("account",)),
    "messages": (translatable("Messages and prompts"), ("message", "embargo", "prompt")),
    "plan": (
        translatable("Call plan and opening hours"),
        ("plan", "site_key", "tool_key", "centre", "centre_key", "centre_account"),
    ),
    "reception": (translatable("Reception"), ("switch", "override", "agent", "phone", "board_screen")),
    "trunks": (translatable("Trunks"), ("trunk",)),
    "data": (
        translatable("Personal data"),
        ("retention", "contact", "contacts", "call", "consent", "do_not_call", "request", "changes", "satisfaction"),
    ),
}


def kind_groups() -> tuple[KindGroup, ...]:
    """The groups that hold a kind."""
    groups = (
        KindGroup(name, label, tuple(kind for kind in SENTENCES if kind.partition(".")[0] in areas))
        for name, (label, areas) in _GROUP_LABELS.items()
    )
    return tuple(group for group in groups if group.kinds)


def find_kinds(name: str) -> tuple[str, ...]:
    """The kinds of a group, or the one kind of this name; empty for anything else."""
    group = next((group.kinds for group in kind_groups() if group.name == name), ())
    return group or ((name,) if name in SENTENCES else ())


def make_sentence(kind: str, *, by: object, subject: object, is_own: bool) -> Message:
    """What happened, as a sentence. `is_own`: somebody did it for themselves."""
    text = (_OWN.get(kind) if is_own else None) or SENTENCES.get(kind, _OTHER)
    return replace(text, values={"by": by, "subject": subject})
