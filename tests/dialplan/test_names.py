"""The dialplan and Python know the same names; what the dialplan must never do; its time limits."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ami.queue.queue import queue_name
from dialplan import names
from prompts.catalogue import fixed_prompts
from prompts.fixed_sentences import FIXED_SENTENCES
from records.staff.presence import PresenceState
from routing.destinations import Destination
from routing.languages import LANGUAGES
from standardiste.settings import CHECKOUT

# Asterisk's own, or the arguments of Gosub(), or set by the endpoint (pjsip.conf).
BUILT_IN = {
    "DESK",
    "EXTEN",
    "ARG1",
    "ARG2",
    "ARG3",
    "ARG4",
    "ARG5",
    "QUEUESTATUS",
    "GOSUB_RETVAL",
    "DIALSTATUS",
    "GOSUB_RESULT",
    "READSTATUS",
    "RECORD_STATUS",
    "CONTEXT",
    "EPOCH",
    "HANGUPCAUSE",
    "RINGTIME",
    "QUEUE_WITHDRAW_INFO",
    "CHANNELREDIRECT_STATUS",
    "MEMBERINTERFACE",
    "MEMBERNAME",
    "WAITSTATUS",
    "REFUSAL_CAUSE",  # set_var of each trunk, in pjsip.conf
}
# Applications of Asterisk's core need no module.
CORE = {
    "Answer",
    "Background",
    "Goto",
    "GotoIf",
    "Hangup",
    "MSet",
    "NoOp",
    "Progress",
    "Ringing",
    "Set",
    "Wait",
    "ExecIf",
    "Busy",
}
MODULES = {
    "AGI": "res_agi",
    "Log": "app_verbose",
    "Gosub": "app_stack",
    "GosubIf": "app_stack",
    "Return": "app_stack",
    "ConfKick": "app_confbridge",
    "MusicOnHold": "res_musiconhold",
    "StartMusicOnHold": "res_musiconhold",
    "StopMusicOnHold": "res_musiconhold",
    "WaitForNoise": "app_waitforsilence",
}
IN_THE_CORE = {"FLOOR"}  # of expressions
FUNCTIONS = {
    "ARRAY": "func_strings",
    "CALLERID": "func_callerid",
    "CHANNEL": "func_channel",
    "CONFBRIDGE_INFO": "app_confbridge",
    "DEVICE_STATE": "func_devstate",
    "DB": "func_db",
    "DB_DELETE": "func_db",
    "FILTER": "func_strings",
    "GLOBAL": "func_global",
    "GROUP": "func_groupcount",
    "GROUP_COUNT": "func_groupcount",
    "IF": "func_logic",
    "IMPORT": "func_logic",
    "LEN": "func_strings",
    "LOCK": "func_lock",
    "MASTER_CHANNEL": "func_channel",
    "PJSIP_DIAL_CONTACTS": "chan_pjsip",
    "PJSIP_PARSE_URI": "chan_pjsip",
    "PJSIP_HEADER": "res_pjsip_header_funcs",
    "QUEUE_WAITING_COUNT": "app_queue",
    "REGEX": "func_strings",
    "SHIFT": "func_strings",
    "STRFTIME": "func_strings",
    "STRREPLACE": "func_strings",
    "TIMEOUT": "func_timeout",
    "TOLOWER": "func_strings",
    "UNLOCK": "func_lock",
    "UUID": "func_uuid",
}
DANGEROUS = (
    "System",
    "TrySystem",
    "SHELL",
    "EVAL",
    "CURL",
    "ODBC",
    "FILE(",
    "REALTIME",
    "ExternalIVR",
    "#exec",
    "EAGI",
)


def python_files(*folders: str) -> list[Path]:
    return [file for folder in folders for file in sorted((CHECKOUT / folder).rglob("*.py"))]


def names_used(files: list[Path]) -> set[str]:
    """The constants of dialplan.names that these files use."""
    trees = [ast.parse(file.read_text()) for file in files]
    return {
        node.attr
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "names"
    }


def targets(steps, step) -> list[tuple[str, str, str]]:
    """The targets of a jump, as (context, exten, priority or label); ROUTE stands for each destination."""
    goals = {
        "Goto": [step.text],
        "GotoIf": re.split(r"[?:](?![^(]*\))", step.text.partition("]")[2])[1:],
        "Gosub": [re.sub(r"\(.*\)$", "", step.text)],
        "Dial": [f"{context},s,1" for context in re.findall(r"U\(([\w-]+)", step.text)],
    }
    return [target for goal in goals.get(step.app, []) for target in _expanded(steps, step, goal)]


def _expanded(steps, step, goal: str) -> Iterator[tuple[str, str, str]]:
    if choice := re.fullmatch(r"\$\{IF\(.*\?([^:?]+):([^:]+)\)\}(,.*)", goal):
        yield from _expanded(steps, step, choice[1] + choice[3])
        yield from _expanded(steps, step, choice[2] + choice[3])
    elif f"${{{names.ROUTE}}}" in goal:
        for destination in Destination:
            yield from _expanded(steps, step, goal.replace(f"${{{names.ROUTE}}}", destination))
    elif variable := re.match(r"\$\{(\w+)\},", goal):  # a context that the dialplan has stored
        for value in values(steps, variable[1]):
            yield from _expanded(steps, step, goal.replace(variable[0], f"{value},"))
    else:
        context, exten, priority = [step.context, step.exten, *goal.split(",")][-3:]
        yield context, exten, priority


def values(steps, variable: str) -> set[str]:
    """The values that the dialplan sets a variable to."""
    found = [re.fullmatch(rf"_*{variable}=([\w-]+)", step.text) for step in steps if step.app == "Set"]
    return {match[1] for match in found if match}


def exists(steps, target: tuple[str, str, str]) -> bool:
    context, exten, priority = target
    there = [step for step in steps if step.context == context and matches(step.exten, exten)]
    return bool(there) and (priority == "1" or priority in [step.label for step in there])


def matches(pattern: str, exten: str) -> bool:
    """Matches like Asterisk; a computed extension matches any pattern."""
    if pattern == exten or not pattern.startswith("_"):
        return pattern == exten
    classes = {"X": "[0-9]", "Z": "[1-9]", "N": "[2-9]", ".": ".+", "!": ".*", "+": r"\+"}
    expression = re.sub(r"\[[^]]*\]|.", lambda part: classes.get(part[0], part[0]), pattern[1:])
    return "${" in exten or re.fullmatch(expression, exten) is not None


def contexts(steps) -> set[str]:
    return {step.context for step in steps}


def reachable(steps, start: str) -> set[str]:
    """The contexts that a call which begins in `start` can reach."""
    found, new = set(), {start}
    while new:
        found |= new
        new = {target[0] for step in steps if step.context in new for target in targets(steps, step)} - found
    return found


# --- both sides know every name ---------------------------------------------------------------------------------------


def test_each_destination_is_a_context(steps) -> None:
    assert {destination.value for destination in Destination} <= contexts(steps)
    for destination in Destination:
        assert exists(steps, (destination, "s", "1"))


def test_every_jump_leads_somewhere(steps) -> None:
    jumps = [(step, target) for step in steps for target in targets(steps, step)]
    assert len(jumps) > 8
    assert [(step, target) for step, target in jumps if not exists(steps, target)] == []


def test_python_serves_the_requests_of_the_dialplan(steps) -> None:
    asked = {step.arguments[0].removeprefix("${AGI_URL}/") for step in steps if step.app == "AGI"}
    used = names_used([CHECKOUT / "standardiste" / "parts" / "calls_worker.py"])
    served = {getattr(names, name) for name in used if name.startswith("AGI_")}
    assert "FORMER_AGI_NAMES" in used and set(names.FORMER_AGI_NAMES.values()) <= served
    assert asked.isdisjoint(names.FORMER_AGI_NAMES)
    assert asked == served - {names.AGI_HEALTH}
    assert served == {value for name, value in vars(names).items() if name.startswith("AGI_")}


def test_every_request_of_an_incoming_call_has_its_reference(steps) -> None:
    asks = [step for step in steps if step.app == "AGI" and step.context in reachable(steps, "inbound")]
    assert asks
    assert [step for step in asks if step.arguments[1] != "${CALL_REF}"] == []


def test_every_shared_name_is_used_on_both_sides(dialplan_text: str, etc: Path) -> None:
    asterisk_side = dialplan_text + "".join(file.read_text() for file in etc.glob("*.conf"))
    used = names_used(python_files("agi", "ami", "prompts", "routing", "standardiste"))
    shared = {name: value for name, value in vars(names).items() if name.isupper() and isinstance(value, str)}
    unknown_to_asterisk = [
        name
        for name, value in shared.items()
        if value != names.AGI_HEALTH and not re.search(rf"\b{value}(?![A-Za-z0-9])", asterisk_side)
    ]
    assert unknown_to_asterisk == [n for n in unknown_to_asterisk if shared[n] == names.PRESSED_KEY]
    assert [name for name in shared if name not in used] == []


def test_every_variable_that_the_dialplan_reads_is_set(dialplan_text: str) -> None:
    read = set(re.findall(r"\$\{([A-Z_0-9]+)[:}]", dialplan_text))
    set_here = set(re.findall(r"(?:Set\(|,)_{0,2}([A-Z_0-9]+)=", dialplan_text))
    set_here |= set(re.findall(r"Set\(MASTER_CHANNEL\(([A-Z_]+)\)=", dialplan_text))
    for several in re.findall(r"ARRAY\(([^)]*)\)=", dialplan_text):
        set_here |= {name.lstrip("_") for name in several.split(",")}
    set_in_globals = set(re.findall(r"^([A-Z_0-9]+) = ", dialplan_text, re.MULTILINE))
    set_by_python = {value for value in vars(names).values() if isinstance(value, str) and value.isupper()}
    assert read - set_here - set_in_globals - set_by_python - BUILT_IN == set()


def test_every_prompt_that_is_played_exists(steps) -> None:
    known = {prompt.key for prompt in fixed_prompts()}
    in_dialplan = {
        prompt for step in steps if step.app in ("Playback", "Background") for prompt in step.arguments[0].split("&")
    }
    assert {prompt for prompt in in_dialplan if "$" not in prompt} <= known
    assert in_dialplan & known
    assert prompts_in_python() <= known


def prompts_in_python() -> set[str]:
    """The literal prompt keys in calls of say, play and ask."""
    calls = [
        node
        for file in python_files("agi/flows")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("say", "play", "ask")
    ]
    constants = [part.value for call in calls for part in ast.walk(call.args[0]) if isinstance(part, ast.Constant)]
    return {text for text in constants if isinstance(text, str) and "/" not in text and not text.endswith("-")}


def test_every_fixed_sentence_is_played_somewhere(dialplan_text: str, etc: Path) -> None:
    queues = (etc / "queues.conf").read_text() + (etc / "musiconhold.conf").read_text()
    flows = [*python_files("agi"), CHECKOUT / "prompts" / "callback_offer.py"]
    sources = dialplan_text + queues + "".join(file.read_text() for file in flows)
    families = set(re.findall(r"([a-z-]+-)\$\{", sources)) | set(re.findall(r'f"([a-z-]+-)\{', sources))
    unplayed = [key for key in FIXED_SENTENCES if not re.search(rf"(?<![\w-]){key}(?![\w-])", sources)]
    assert [key for key in unplayed if not key.startswith(tuple(families))] == []


def test_each_presence_code_can_be_dialled_and_is_confirmed_by_a_prompt(steps) -> None:
    for code, state in names.PRESENCE_CODES.items():
        admission, step = [step for step in steps if (step.context, step.exten) == ("from-desk-phone", code)]
        assert admission.text == "admission-desk-phone,s,1"
        (target,) = targets(steps, step)
        assert target == ("presence", PresenceState(state), "1") and exists(steps, target)
        assert f"presence-{state}" in FIXED_SENTENCES
    assert set(names.PRESENCE_CODES.values()) == set(PresenceState)


def test_each_other_code_of_a_desk_phone_leads_to_its_context_with_a_call_reference(steps) -> None:
    for code, context in names.DESK_PHONE_CODES.items():
        dialled = [step for step in steps if (step.context, step.exten) == ("from-desk-phone", code)]
        steps_to_it = ["admission-desk-phone,s,1", "__CALL_REF=${CHANNEL(linkedid)}", f"{context},s,1"]
        assert [step.text for step in dialled] == steps_to_it


def test_every_queue_of_the_dialplan_exists(steps, etc: Path) -> None:
    queues = set(re.findall(r"^\[([\w-]+)\]\(staff\)", (etc / "queues.conf").read_text(), re.MULTILINE))
    assert queues == {queue_name(language) for language in LANGUAGES}
    named = {step.arguments[0] for step in steps if step.app == "Queue"}
    assert named == {names.STAFF_QUEUE_PREFIX + spoken for spoken in ("${CHANNEL(language)}", "${CALLBACK_LANGUAGE}")}


def test_every_endpoint_has_an_existing_context(steps, etc: Path) -> None:
    landed = set(re.findall(r"^context = ([\w-]+)", (etc / "pjsip.conf").read_text(), re.MULTILINE))
    assert landed
    assert landed <= contexts(steps)


def _modules(etc: Path) -> str:
    return "".join(_without_comments(etc / name) for name in ("modules.conf", "modules_browser.conf"))


def test_asterisk_loads_the_applications_of_the_dialplan(steps, etc: Path) -> None:
    loaded = set(re.findall(r"^load = (\w+)\.so", _modules(etc), re.MULTILINE))
    said = {step.app for step in steps} | applications_in_python()
    assert said >= {"Read", "MSet", "Queue"}
    assert {MODULES.get(app, f"app_{app.lower()}") for app in said - CORE} - loaded == set()


def test_asterisk_loads_the_functions_of_the_dialplan(dialplan_text: str, etc: Path) -> None:
    """Without its module a function evaluates to "", and nothing fails."""
    loaded = set(re.findall(r"^load = (\w+)\.so", _modules(etc), re.MULTILINE))
    asked = set(re.findall(r"[{(]([A-Z]+(?:_[A-Z]+)*)\(", dialplan_text))
    assert asked >= {"PJSIP_DIAL_CONTACTS", "CHANNEL"}
    assert asked - IN_THE_CORE <= FUNCTIONS.keys()
    assert {FUNCTIONS[function] for function in asked - IN_THE_CORE} - loaded == set()


def applications_in_python() -> set[str]:
    sources = "".join(file.read_text() for file in python_files("agi"))
    return set(re.findall(r'appexec\(\s*"(\w+)"', sources))


def test_the_channel_event_log_has_the_events_that_are_read(etc: Path) -> None:
    written = re.search(r"^events = (.*)$", (etc / "cel.conf").read_text(), re.MULTILINE)
    read = set(re.findall(r'case "(\w+)"', (CHECKOUT / "ami" / "cel" / "event.py").read_text()))
    assert read
    assert read <= set(written[1].split(","))


# --- what must never be there -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", DANGEROUS)
def test_nothing_can_use_the_shell_or_the_network(word: str, dialplan_text: str, etc: Path) -> None:
    texts = {"the dialplan": dialplan_text} | {file.name: _without_comments(file) for file in etc.glob("*.conf")}
    assert [where for where, text in texts.items() if re.search(rf"(?<!\w){re.escape(word)}(?![a-z])", text)] == []


def _without_comments(file: Path) -> str:
    return "\n".join(line.split(";")[0] for line in file.read_text().splitlines())


def test_modules_come_from_an_allow_list_without_shell_and_http_is_for_browsers_alone(etc: Path) -> None:
    text = _modules(etc)
    assert "autoload = no" in text
    risky = re.findall(r"load = (?:app_system|func_(?:shell|curl|env|odbc|realtime)|res_(?:http|ari|curl)\w*)", text)
    assert risky == ["load = res_http_websocket"]
    http = _without_comments(etc / "http.conf")
    assert "bindaddr = 127.0.0.1" in http
    assert "enable_static = no" in http
    assert "enable_status = no" in http


def test_only_our_numbers_are_answered(steps) -> None:
    inbound = {step.exten for step in steps if step.context == "inbound"}
    assert inbound
    assert all(re.fullmatch(r"\+?[0-9]+", exten) for exten in inbound)


def test_an_incoming_call_never_reaches_a_pattern(steps) -> None:
    met = [step for step in steps if step.context in reachable(steps, "inbound")]
    assert [step for step in met if step.exten.startswith("_") or step.exten in "iteo"] == []


def test_an_incoming_call_dials_only_the_overflow_centre(steps) -> None:
    dialling = [step for step in steps if step.app in ("Dial", "Originate", "Page", "FollowMe")]
    assert dialling
    met = [step for step in dialling if step.context in reachable(steps, "inbound")]
    # A centre; or, when it does not take a caller who was handed over, the agent with whom the caller had talked.
    allowed = ("Local/s@dial-centre/n,", "Local/${TRANSFER_FROM}@member/n,")
    assert [step for step in met if not step.text.startswith(allowed)] == []
    assert reachable(steps, "inbound") >= {"reception", "fallback", *Destination}


def test_a_desk_phone_never_reaches_the_trunk(steps, etc: Path) -> None:
    to_the_trunk = {step.context for step in steps if is_outgoing(step)}
    assert len(to_the_trunk) >= 2
    assert reachable(steps, "from-desk-phone") & to_the_trunk == set()
    assert reachable(steps, "inbound") & to_the_trunk == set()


def is_outgoing(step) -> bool:
    return step.app == "Dial" and not re.match(r"\$\{DESK_PHONE_DIAL\},|Local/", step.text)


def test_a_desk_phone_is_rung_at_a_contact_that_was_checked_and_its_redirections_are_not_followed(steps) -> None:
    ringing = [step for step in steps if step.app == "Dial" and step.text.startswith("${DESK_PHONE_DIAL},")]
    browsers = {"dial-member-browser", "browser-phone-back"}
    assert {step.context for step in ringing} == {"from-desk-phone", "dial-member-phone", "phone-ring"} | browsers
    comes_from = {"dial-member-browser": "dial-member-phone"}  # which has checked it
    for step in ringing:
        context = comes_from.get(step.context, step.context)
        before = [other.text for other in steps if other.context == context]
        assert {"desk-phone-contact,s,1(${MEMBER})", "browser-phone-contact,s,1(${BROWSER_BACK})"} & {*before}
    every = [step for step in steps if step.app == "Dial"]
    assert [step.text for step in every if "i" not in re.sub(r"\w\([^)]*\)", "", step.arguments[2])] == []


def test_every_outgoing_call_passes_the_outbound_context(steps) -> None:
    for number, step in enumerate(steps):
        if is_outgoing(step):
            before = [other for other in steps[:number] if other.context == step.context]
            assert [other for other in before if other.app == "Gosub" and other.text.startswith("outbound,s,1(")], step
            assert step.text.startswith("${OUTBOUND_DIAL}") or step.context == "trunk-check", step


def test_a_pattern_that_dials_any_number_would_be_detected(steps_with_line, etc: Path) -> None:
    """The pattern is planted in the contexts of incoming calls, desk phones and callbacks."""
    pattern = "exten => _X.,1,Dial(PJSIP/${EXTEN}@operator)"
    with pytest.raises(AssertionError):
        test_only_our_numbers_are_answered(steps_with_line("inbound", pattern))
    with pytest.raises(AssertionError):
        test_a_desk_phone_never_reaches_the_trunk(steps_with_line("from-desk-phone", pattern), etc)
    with pytest.raises(AssertionError):
        test_every_outgoing_call_passes_the_outbound_context(steps_with_line("callback-agent-first", pattern))


def test_no_pattern_contains_a_letter_that_matches_digits(steps) -> None:
    patterns = {re.sub(r"\[[^]]*\]", "", step.exten) for step in steps if step.exten.startswith("_")}
    assert patterns
    assert [pattern for pattern in patterns if re.search("[NXZnxz]", pattern)] == []


def test_no_context_includes_another(dialplan_text: str) -> None:
    assert re.findall(r"^\s*(?:include|switch|lswitch|ignorepat)\s*=>", dialplan_text, re.MULTILINE) == []


def test_a_caller_id_is_never_part_of_an_expression(steps) -> None:
    """What was sent is cleared, copied whole, measured, or kept as digits only."""
    sent = re.compile(r"CALLERID\((?:name|num|all|ani)\)|SENT_NUMBER")
    copied = r"SENT_NUMBER=\$\{(CALLERID\(num\)|STRREPLACE\(SENT_NUMBER,..?,.\))\}"
    kept = r"CALLERID\(num\)=\$\{FILTER\(\+0-9,\$\{SENT_NUMBER\}\)\}"
    harmless = re.compile(f".*=|{copied}|{kept}")
    screening = {"screen-caller-id", "full-width-digits"}
    risky = [step for step in steps if sent.search(step.text) and step.context in reachable(steps, "inbound")]
    assert {step.context for step in risky} == screening
    for step in risky:
        parts = [step.text, *(part for part in step.arguments if sent.search(part))]
        measured = "LEN(" in step.text and "$[" in step.text
        assert measured or harmless.fullmatch(parts[0]) or all(map(harmless.fullmatch, parts[1:])), step


def test_a_header_that_came_in_is_filtered_before_it_is_used(steps) -> None:
    read = [step.text for step in steps if "PJSIP_HEADER(read" in step.text]
    assert read
    for text in read:
        assert text.count("PJSIP_HEADER(read") == len(re.findall(r"FILTER\(A-Za-z[^$]*,\$\{PJSIP_HEADER\(read", text))


# --- nothing lasts for ever -------------------------------------------------------------------------------------------


def test_every_wait_has_a_limit(steps) -> None:
    def argument(step, number: int) -> str:
        return step.arguments[number] if len(step.arguments) > number else ""

    limits = {"Queue": 4, "Dial": 1, "Record": 2, "Read": 5}
    waits = [step for step in steps if step.app in limits]
    assert {"Queue", "Dial", "Record"} <= {step.app for step in waits}
    for step in waits:
        assert re.fullmatch(r"[1-9]\d*|\$\{[A-Z_]+\d?\}", argument(step, limits[step.app])), step


def test_each_request_has_two_seconds_and_the_limit_is_lifted_afterwards(steps, etc: Path) -> None:
    assert re.search(r"^AGIEXITONHANGUP = yes$", (etc / "extensions.conf").read_text(), re.MULTILINE)
    asks = [number for number, step in enumerate(steps) if step.app == "AGI"]
    assert asks
    for number in asks:
        before = [step.text for step in steps[max(0, number - 4) : number]]
        assert "TIMEOUT(absolute)=2" in before, steps[number]
        assert lifts_the_limit(steps, steps[number + 1]), steps[number]


def test_each_request_has_a_way_out_when_python_is_frozen(steps) -> None:
    for context in {step.context for step in steps if step.app == "AGI"}:
        way_out = next((step for step in steps if (step.context, step.exten) == (context, "T")), None)
        assert way_out, context
        assert lifts_the_limit(steps, way_out), context


def lifts_the_limit(steps, step) -> bool:
    """Whether this step lifts the time limit, or the first step of each of its targets does."""
    if "TIMEOUT(absolute)=0" in step.arguments:
        return True
    target = [next(s for s in steps if s.context == context) for context, *_ in targets(steps, step)]
    return bool(target) and all("TIMEOUT(absolute)=0" in first.arguments for first in target)
