"""The steps of an erasure, and what stands in its way, in words: for pages and the command line."""

from collections.abc import Mapping

from records.retention.erasure_queue import ErasureProblem, ErasureStep
from translations.message import Message, translatable

STEPS: Mapping[ErasureStep, Message] = {
    ErasureStep.ROWS: translatable("Cards, numbers, history and requests"),
    ErasureStep.RECORDINGS: translatable("Voice messages, and files of contacts that nobody has read"),
    ErasureStep.EVENT_LOG: translatable("Asterisk's log of calls"),
    ErasureStep.LOGS: translatable("The other logs"),
    ErasureStep.SEARCHED: translatable("A search of every file for what is left"),
}
PROBLEMS: Mapping[str, Message] = {
    ErasureProblem.CONNECTED: translatable(
        "A call with this person is under way, or they are being called back. The erasure goes on by itself when it "
        "has ended."
    ),
    ErasureProblem.SPOOL: translatable(
        "Calls wait to be written to the database, perhaps one of this person. The erasure goes on by itself when they "
        "are written; “doctor” says why it lasts."
    ),
    ErasureProblem.FILES: translatable(
        "A file cannot be deleted or written. The erasure is tried again by itself; “doctor” says which folder has "
        "wrong permissions or is full."
    ),
    ErasureProblem.FAULT: translatable(
        "Something went wrong that nobody foresaw; the log of “webhooks” names it. The erasure is tried again by "
        "itself."
    ),
    ErasureProblem.KEY: translatable(
        "The key var/secrets/numbers is not the one of this installation, so nobody knows whom to look for in files. "
        "Put it back from a backup; the erasure then goes on by itself."
    ),
}
"""What stands in the way of an erasure, and what to do about it."""
