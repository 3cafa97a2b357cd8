"""The invariants, which must be true whatever fails: each function yields a sentence for each violation."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from evidence import CallerExperience, Evidence, is_sqlite, lines_of, messages_heard, query, read_calls
from request_consistency import find_inconsistencies

from caller.prompt_recognizer import HeardPrompt, Silence, Sound
from caller.tones import Tone

DEAD_AIR_S = 2.0
RESCUE_S = 3.0  # a fault may delay a caller so long, from its beginning or from the end of the prompt that plays
KEY_S = 6.5  # the time for a key after a prompt that asks for one
STAFF_KEY_S = 8.5  # the same for staff
ASKING_PROMPTS = ("menu-", "offer-", "number-", "greeting-")
ASKING_STAFF_PROMPTS = ("staff-line-account", "staff-line-pin", "record-which", "record-menu")
DISPOSITIONS = {"message_heard", "staff", "overflow", "callback", "voicemail", "goodbye", "refused", "abandoned", "cut"}
# Prompts that only ask do not count: the process that asks may be frozen.
SERVED_PROMPTS = (
    *("apology", "staff-connecting", "staff-none", "waiting-again", "closing", "voicemail-", "callback-", "goodbye"),
    "staff-line-failed",
)


def acknowledged_callbacks_are_in_the_database(evidence: Evidence) -> Iterator[str]:
    """Invariant I1."""
    rows = query(evidence.database, "SELECT e164 FROM request JOIN line ON line.id = line_id WHERE kind = 'callback'")
    kept = {line for (line,) in rows}
    for lived in evidence.experiences:
        if any(key.startswith("callback-accepted") for key in heard_keys(lived)) and lived.number not in kept:
            yield f"a callback was accepted and is not in the database:\n{lived.report}"


def nobody_is_rung_without_an_attempt(evidence: Evidence) -> Iterator[str]:
    """Invariant I2: at most one ring for each attempt; a number on the do-not-call list is never called."""
    rows = query(
        evidence.database,
        "SELECT e164 FROM callback_attempt JOIN request ON request.id = request_id JOIN line ON line.id = line_id"
        " WHERE rung_at IS NOT NULL",
    )
    attempts = Counter(line for (line,) in rows)
    for number, rings in evidence.rings.items():
        if rings > attempts[number]:
            yield f"a number was rung {rings} times for {attempts[number]} authorized attempts"


def nobody_is_left_in_silence(evidence: Evidence) -> Iterator[str]:
    """Invariant I3: the longest silence after the answer, except after a prompt that asks for a key."""
    for lived in evidence.experiences:
        if lived.answered_s is None or not lived.timed:
            continue
        for index, sound in enumerate(lived.sounds):
            if isinstance(sound, Silence) and (over := _excess_silence(lived, index, sound)):
                yield f"{over:.1f} s of dead air at {sound.start_s:.1f} s:\n{lived.report}"


def everybody_is_served(evidence: Evidence) -> Iterator[str]:
    """Invariant I3: callers during and after a fault reach staff, a callback or voicemail."""
    for lived in evidence.experiences:
        if lived.fault_s == float("inf") or _had_left(lived):
            continue
        # A prompt that was playing at the fault may be the one that was cut.
        after = [s.key for s in lived.sounds if isinstance(s, HeardPrompt) and s.start_s > lived.fault_s]
        talking = any(isinstance(s, Tone) and s.end_s > lived.fault_s for s in lived.sounds)
        if (
            not talking
            and not any(key.startswith(SERVED_PROMPTS) for key in after)
            and not _is_callers_turn(lived.sounds)
        ):
            yield f"after the fault at {lived.fault_s:.1f} s this caller was not served:\n{lived.report}"


def nobody_who_talks_is_cut(evidence: Evidence) -> Iterator[str]:
    """Invariant I3: a conversation ends only when one side hangs up; staff never hang up here."""
    for lived in evidence.experiences:
        last = next((sound for sound in reversed(lived.sounds) if not isinstance(sound, Silence)), None)
        if lived.hung_up_on and isinstance(last, Tone):
            yield f"a caller was cut off in a conversation:\n{lived.report}"


def no_channel_outlives_its_caller(evidence: Evidence) -> Iterator[str]:
    """Invariant I3: the channel of a caller who has hung up ends, whatever our code does."""
    if evidence.leftover_channels:
        yield f"Asterisk holds {evidence.leftover_channels} channels although no call is active"


def every_call_ends_in_a_known_way(evidence: Evidence) -> Iterator[str]:
    """Invariant I3."""
    for row in read_calls(evidence.database):
        if row.disposition not in DISPOSITIONS:
            yield f"call {row.ref} ended as {row.disposition}"


def one_record_for_each_invite(evidence: Evidence) -> Iterator[str]:
    """Invariant I4."""
    recorded = Counter(row.line for row in read_calls(evidence.database) if row.line)
    for number in evidence.invites | recorded:
        if evidence.invites[number] != recorded[number]:
            yield f"a number called {evidence.invites[number]} times, and {recorded[number]} calls are on record"


def a_message_on_record_was_heard(evidence: Evidence) -> Iterator[str]:
    """Invariant I3: a message that is recorded as heard was heard."""
    for lived in evidence.experiences:
        whole = any(detail["whole"] for detail in messages_heard(evidence.database, lived.number))
        if whole and not any(key.startswith("message-") for key in heard_keys(lived)):
            yield f"a message is on record as heard, and was not:\n{lived.report}"


def one_line_for_each_number(evidence: Evidence) -> Iterator[str]:
    """Invariant I4."""
    for (count,) in query(evidence.database, "SELECT count(*) FROM line GROUP BY e164 HAVING count(*) > 1"):
        yield f"a number has {count} lines"
    for (count,) in query(
        evidence.database, "SELECT count(*) FROM contact_line WHERE until IS NULL GROUP BY line_id HAVING count(*) > 1"
    ):
        yield f"a new line has {count} cards"


def _continues(before: HeardPrompt | None, sound: HeardPrompt) -> bool:
    """A stalled line parts one hearing in two; what was lost between them is not heard again."""
    return before is not None and before.key == sound.key and sound.position_start_s > before.position_end_s - 0.1


def one_whole_version_is_heard(evidence: Evidence) -> Iterator[str]:
    """I5: a message is heard from its beginning to its end, unless a key or the end of the call interrupts it."""
    for lived in evidence.experiences:
        heard = [sound for sound in lived.sounds if isinstance(sound, HeardPrompt)]
        for before, sound, follows in zip([None, *heard], heard, [*heard[1:], None], strict=False):
            if not sound.key.startswith("message-"):
                continue
            if sound.position_start_s > 0.5 and not _continues(before, sound):
                yield f"{sound.key} begins at its second {sound.position_start_s:.1f}:\n{lived.report}"
            if follows is None or sound.whole or _continues(sound, follows):
                continue
            if follows.key.startswith("message-"):
                yield f"{sound.key} goes over into {follows.key}:\n{lived.report}"


def the_database_is_intact(evidence: Evidence) -> Iterator[str]:
    """I6; on a server the engine itself sees to it."""
    if not is_sqlite(evidence.database):
        return
    for (fault,) in query(evidence.database, "PRAGMA integrity_check"):
        if fault != "ok":
            yield f"the base is damaged: {fault}"
    for row in query(evidence.database, "PRAGMA foreign_key_check"):
        yield f"a row of {row[0]} refers to nothing"


def no_caller_is_named_in_a_log(evidence: Evidence) -> Iterator[str]:
    """Invariant I7."""
    for file in evidence.logs:
        for line in lines_of(file):
            if any(canary in line for canary in evidence.canaries):
                yield f"{file.name} names a caller"
                break


def counters_balance(evidence: Evidence) -> Iterator[str]:
    """I8: what came in is done or open; of calls, open is what is still on the line: nothing."""
    rows = read_calls(evidence.database)
    came, done = sum(evidence.invites.values()), sum(row.ended for row in rows)
    if came != done:
        yield f"{came} calls came in, {done} are done, and nobody is on the line"
    yield from find_inconsistencies(evidence.database)


INVARIANTS: tuple[Callable[[Evidence], Iterator[str]], ...] = (
    acknowledged_callbacks_are_in_the_database,
    nobody_is_rung_without_an_attempt,
    nobody_is_left_in_silence,
    everybody_is_served,
    nobody_who_talks_is_cut,
    no_channel_outlives_its_caller,
    every_call_ends_in_a_known_way,
    one_record_for_each_invite,
    a_message_on_record_was_heard,
    one_line_for_each_number,
    one_whole_version_is_heard,
    the_database_is_intact,
    no_caller_is_named_in_a_log,
    counters_balance,
)


def find_violations(evidence: Evidence) -> list[str]:
    """Every violation, with the name of its invariant."""
    return [f"{check.__name__}: {sentence}" for check in INVARIANTS for sentence in check(evidence)]


def heard_keys(lived: CallerExperience) -> list[str]:
    return [sound.key for sound in lived.sounds if isinstance(sound, HeardPrompt)]


def _had_left(lived: CallerExperience) -> bool:
    """Whether the caller hung up before the fault, or before they had to be served."""
    left_s = lived.sounds[-1].end_s if lived.sounds else float("inf")
    return left_s <= lived.fault_s + (0.0 if lived.hung_up_on else RESCUE_S)


def _is_callers_turn(before: Sequence[Sound]) -> bool:
    """After the tone of voicemail or of the staff line the caller speaks."""
    voices = [sound for sound in before if isinstance(sound, HeardPrompt | Tone)]
    last_prompt = next((sound.key for sound in reversed(voices) if isinstance(sound, HeardPrompt)), "")
    return bool(voices) and isinstance(voices[-1], Tone) and last_prompt in ("voicemail-invite", "record-begin")


def _excess_silence(lived: CallerExperience, index: int, silence: Silence) -> float:
    """Seconds beyond the allowed silence. A key ends the time that was given for it."""
    assert lived.answered_s is not None
    start = max(silence.start_s, lived.answered_s)
    before = next((s for s in reversed(lived.sounds[:index]) if isinstance(s, HeardPrompt)), None)
    allowed = RESCUE_S if silence.end_s > lived.fault_s else DEAD_AIR_S
    if before and (key_s := _time_for_a_key(before)):
        pressed = [second for second in lived.pressed_s if before.start_s < second < silence.end_s]
        start = max([start, *pressed])
        allowed += 0.0 if pressed else key_s
    return 0.0 if _is_callers_turn(lived.sounds[:index]) else max(0.0, silence.end_s - start - allowed)


def _time_for_a_key(asked: HeardPrompt) -> float:
    if asked.key.startswith(ASKING_STAFF_PROMPTS):
        return STAFF_KEY_S
    return KEY_S if asked.key.startswith(ASKING_PROMPTS) else 0.0
