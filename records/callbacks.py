"""Callbacks, for the doors: what visitors and staff may do with them. For the switch: callback_attempts.py and its
neighbours callback_queue.py and callback_results.py."""

from records.callback_acceptance import accept
from records.callback_links import CallbackView, cancel, move, seen
from records.callback_slots import taken
from records.callback_staff import (
    CallbackMoved,
    CallbackRow,
    CallbackStory,
    CallbackTried,
    cancel_by_staff,
    retry,
    show,
    to_check,
    treat,
    waiting,
)
from records.callback_wish import Accepted, CallbackChannel, ConsentGiven, SlotGone, TooLate, TooMany, Wish

__all__ = [
    "Accepted",
    "CallbackChannel",
    "CallbackMoved",
    "CallbackRow",
    "CallbackStory",
    "CallbackTried",
    "CallbackView",
    "ConsentGiven",
    "SlotGone",
    "TooLate",
    "TooMany",
    "Wish",
    "accept",
    "cancel",
    "cancel_by_staff",
    "move",
    "retry",
    "seen",
    "show",
    "taken",
    "to_check",
    "treat",
    "waiting",
]
