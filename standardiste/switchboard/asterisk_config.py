"""Renders Asterisk's configuration: paths, ports, trunks, landing numbers, SIP accounts."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dialplan import names
from prompts.callback_offer import longest_offer_s
from records.staff.sip_account_names import SipAccount
from routing.callbacks.number_ranges import dialled_ranges, dialplan_regex
from routing.dialled_numbers import list_dialled_forms
from routing.key_wait import fill_key_wait
from routing.languages import LANGUAGES
from routing.numbers import dialling_prefixes
from routing.plan.model import RANKS, Plan
from routing.queue.centre_choice import order_without_call
from routing.queue.centre_variables import centre_variables
from routing.queue.penalties import max_penalty
from routing.sentences import price_prompt_key
from routing.trunks import REFUSAL_CAUSES, Trunk, format_number, number_prefixes, presentable_caller_ids
from standardiste import capacity
from standardiste.checkout import CHECKOUT
from standardiste.settings import RELAY_ADDRESS, Settings
from standardiste.switchboard.asterisk import Asterisk
from standardiste.switchboard.asterisk_documentation import write_documentation
from standardiste.switchboard.desk_phones import derive_challenge_password, desk_variables

TEMPLATES = CHECKOUT / "asterisk-conf"
DIALPLAN = CHECKOUT / "dialplan"
AMI_USER = "standardiste"
VISITOR_KEY_S = 6
AGENT_KEY_S = 5
"""How long the dialplan waits for the key by which a visitor accepts to be connected, and an agent accepts a call."""


def render_config(
    settings: Settings,
    asterisk: Asterisk,
    plan: Plan,
    phones: Sequence[SipAccount],
    trunks: Mapping[str, Trunk],
) -> None:
    """Writes `<var>/asterisk/etc/*.conf`, in mode 600, because they hold the passwords of telephones."""
    jinja = Environment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, trim_blocks=False, keep_trailing_newline=True
    )
    values = settings.model_dump() | _machine_values(settings, asterisk, phones, trunks) | _plan_values(settings, plan)
    values |= {"outgoing": _outbound_variables(trunks, plan)}
    write_documentation(asterisk.documentation, settings.var / "asterisk" / "data" / "documentation")
    for template in sorted(TEMPLATES.iterdir()):
        text = jinja.get_template(template.name).render(values) if template.suffix == ".j2" else template.read_text()
        _write_private(settings.asterisk_etc / template.name.removesuffix(".j2"), text)


def _machine_values(
    settings: Settings, asterisk: Asterisk, phones: Sequence[SipAccount], trunks: Mapping[str, Trunk]
) -> dict[str, object]:
    return {
        "var": settings.var,
        "etc": settings.asterisk_etc,
        "music": settings.music_on_hold,
        "sounds": settings.sounds,
        "modules": asterisk.modules,
        "agi_address": "127.0.0.1",
        "ami_address": "127.0.0.1",
        "ami_user": AMI_USER,
        "ami_password": settings.ami_secret_file.read_text(),
        "phones": phones,
        "languages": LANGUAGES,
        "level_prefix": names.TRANSFER_LEVEL_PREFIX,
        "levels": RANKS,
        "desk_variables": desk_variables(settings, phones, trunks.values()),
        "relay_address": RELAY_ADDRESS,
        "challenge_password": derive_challenge_password(settings),
        "trunks": trunks,
        "tls_port": settings.tls_port,
        "learn_voice_addresses": settings.phones_behind_nat or any(trunk.nat for trunk in trunks.values()),
        "calls_max": capacity.max_calls(settings),
        "files_max": min(capacity.needed_files(settings), capacity.max_open_files()),
        "refusal_causes": REFUSAL_CAUSES,
        "dialplan_files": sorted(DIALPLAN.glob("*.conf")),
    }


def _plan_values(settings: Settings, plan: Plan) -> dict[str, object]:
    return {
        "staff": plan.staff,
        # The queue's ring time covers picking up and the offer of a callback; at least half of it is for picking up.
        "offer_ring_s": max(plan.staff.ring_s - longest_offer_s(settings.sounds, plan), plan.staff.ring_s // 2),
        "waiting": plan.waiting,
        "callbacks": plan.callbacks,
        "callable": dialplan_regex(dialled_ranges(plan.callbacks.ranges)),
        "penalty_at_once": max_penalty(plan.staff.escalation, 0),
        "penalties": [
            (step.after_s, max_penalty(plan.staff.escalation, step.after_s)) for step in plan.staff.escalation
        ],
        "key_waits": _key_waits(plan),
        "centres": centre_variables(plan, order_without_call(plan.overflow.centres)),
        "language": next(iter(plan.numbers)).language,
        "landings": _landing_rows(plan),
        "staff_line": _staff_line_rows(plan),
        "desk_label": "Poste" if plan.numbers[0].language == "fr" else "Desk",
        "overflow_calls_max": capacity.max_handed_over(settings) if plan.overflow.centres else 0,
    }


def _outbound_variables(trunks: Mapping[str, Trunk], plan: Plan) -> dict[str, str]:
    """The variables of the context `outbound`: caller IDs and number forms of each trunk, and our own numbers."""
    rows = {"TRUNK_FIRST": next(iter(trunks), ""), "COUNTRY_CODE": dialling_prefixes(plan.country)[0]}
    for number in plan.numbers:
        rows |= {f"OWN_NUMBER_{line[1:]}": "1" for line in (number.e164, *number.landing_numbers)}
    rows |= {f"CENTRE_NUMBER_{centre.number[1:]}": "1" for centre in plan.overflow.centres if centre.number}
    if plan.staff_line:
        rows[f"OWN_NUMBER_{plan.staff_line[1:]}"] = "1"
    for name, trunk in trunks.items():
        rows[f"NATIONAL_PREFIX_{name}"], rows[f"INTERNATIONAL_PREFIX_{name}"] = number_prefixes(trunk, plan.country)
        rows[f"CALLS_PER_SECOND_{name}"] = str(trunk.calls_per_second)
        rows[f"PRIVACY_{name}"] = "prohib_not_screened" if trunk.privacy else "allowed_not_screened"
        rows[f"TRUNK_CHECK_NUMBER_{name}"] = format_number(trunk, plan.numbers[0].landing_numbers[0], plan.country)
        owned = {line: format_number(trunk, line, plan.country) for line in presentable_caller_ids(trunk, plan)}
        rows |= {f"CALLER_ID_{name}": next(iter(owned.values()), "")}
        rows |= {f"CALLER_ID_{name}_{line[1:]}": form for line, form in owned.items()}
    return rows


def _key_waits(plan: Plan) -> dict[str, str]:
    """The variables of the dialplan's own questions: to a visitor who is called back, and to an agent."""
    waits = {
        "VISITOR_KEY_WAIT": fill_key_wait(plan.while_choosing, VISITOR_KEY_S, ["callback-visitor"]),
        "AGENT_KEY_WAIT": fill_key_wait(plan.while_choosing, AGENT_KEY_S),
    }
    rows = {name: "".join(f"&{prompt}" for prompt in wait.prompts) for name, wait in waits.items()}
    return rows | {f"{name}_REST_S": f"{wait.rest_s:g}" for name, wait in waits.items()}


def _landing_rows(plan: Plan) -> list[dict[str, str]]:
    forms = _dialled_forms(plan)
    return [
        {
            "dialled": dialled,
            "number": landing,
            "language": number.language,
            "price_notice": price_prompt_key(number) if number.price_text else "",
        }
        for number in plan.numbers
        for landing in number.landing_numbers
        for dialled in forms[landing]
    ]


def _staff_line_rows(plan: Plan) -> list[dict[str, str]]:
    if plan.staff_line is None:
        return []
    return [{"dialled": dialled, "number": plan.staff_line} for dialled in _dialled_forms(plan)[plan.staff_line]]


def _dialled_forms(plan: Plan) -> Mapping[str, tuple[str, ...]]:
    landings = [landing for number in plan.numbers for landing in number.landing_numbers]
    return list_dialled_forms([*landings, *filter(None, [plan.staff_line])], plan.country)


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)
