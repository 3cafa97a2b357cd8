"""Renders Asterisk's files into the run directory: paths, ports, trunk, landing numbers, phone accounts."""

from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from agi.flows.member import offer_s
from agi.flows.overflow import centre_variables
from records.people import Phone
from routing.callback_ranges import dialplan_regex
from routing.numbers import dialled_forms, dialling_prefixes
from routing.plan import LANGUAGES, Plan
from routing.ranks import highest_penalty
from routing.sentences import price_key
from standardiste.asterisk import Asterisk
from standardiste.settings import CHECKOUT, Settings
from standardiste.trunks import prefixes, shown, written

TEMPLATES = CHECKOUT / "asterisk-conf"
DIALPLAN = CHECKOUT / "dialplan"
AMI_USER = "standardiste"


def make_folders(settings: Settings) -> None:
    """Every folder of the installation; closed to others, since they hold people's numbers and voices."""
    asterisk = settings.var / "asterisk"
    for folder in (
        settings.var,
        asterisk,
        settings.etc,
        *(asterisk / name for name in ("data", "lib", "run", "spool")),
        settings.music,
        settings.sounds,
        settings.messages,
        settings.voicemail,
        settings.ami_secret.parent,
        settings.spool,
        settings.spool / "voicemail",
        settings.spool / "staff-line",
        settings.log,
        settings.log / "asterisk",
        # Asterisk writes channel events relative to this folder, and does not make it.
        settings.log / "asterisk" / "cel-custom",
    ):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def render(settings: Settings, asterisk: Asterisk, plan: Plan, phones: Sequence[Phone]) -> None:
    """Writes `<var>/asterisk/etc/*.conf` (mode 600: they hold the phones' passwords)."""
    jinja = Environment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, trim_blocks=False, keep_trailing_newline=True
    )
    values = settings.model_dump() | {
        "var": settings.var,
        "etc": settings.etc,
        "music": settings.music,
        "modules": asterisk.modules,
        "agi_address": "127.0.0.1",
        "ami_address": "127.0.0.1",
        "ami_user": AMI_USER,
        "ami_password": settings.ami_secret.read_text(),
        "phones": phones,
        "staff": plan.staff,
        # Of the time that the queue gives a telephone, the rest is for the offer; but half of it is to pick up.
        "offer_ring_s": max(plan.staff.ring_s - offer_s(settings.sounds, plan), plan.staff.ring_s // 2),
        "waiting": plan.waiting,
        "callbacks": plan.callbacks,
        "callable": dialplan_regex(sorted({"metropolitan", *plan.callbacks.ranges})),
        "languages": LANGUAGES,
        "penalty_at_once": highest_penalty(plan.staff.relax, 0),
        "penalties": [(step.after_s, highest_penalty(plan.staff.relax, step.after_s)) for step in plan.staff.relax],
        "centres": centre_variables(plan.overflow.centres),
        "language": next(iter(plan.numbers)).language,
        "landings": _landings(plan),
        "staff_line": _staff_line(plan),
        "trunks": settings.trunks,
        "tls_port": settings.tls_port,
        "outgoing": _outgoing(settings, plan),
        "dialplan_files": sorted(DIALPLAN.glob("*.conf")),
    }
    documentation = settings.var / "asterisk" / "data" / "documentation"
    documentation.unlink(missing_ok=True)
    documentation.symlink_to(asterisk.documentation)
    for template in sorted(TEMPLATES.iterdir()):
        text = jinja.get_template(template.name).render(values) if template.suffix == ".j2" else template.read_text()
        _write(settings.etc / template.name.removesuffix(".j2"), text)


def _outgoing(settings: Settings, plan: Plan) -> dict[str, str]:
    """The variables of the context `outbound`: what each trunk shows and how it writes numbers, whom we may call."""
    rows = {"TRUNK_FIRST": next(iter(settings.trunks), ""), "HOME_CODE": dialling_prefixes(plan.country)[0]}
    for number in plan.numbers:
        rows |= {f"OURS_{line[1:]}": "1" for line in (number.public, *number.landing)}
    rows |= {f"CENTRE_{centre.number[1:]}": "1" for centre in plan.overflow.centres if centre.number}
    if plan.staff_line:
        rows[f"OURS_{plan.staff_line[1:]}"] = "1"
    for name, trunk in settings.trunks.items():
        rows[f"HOME_{name}"], rows[f"ABROAD_{name}"] = prefixes(trunk, plan.country)
        rows[f"PACE_{name}"] = str(trunk.calls_per_second)
        rows[f"PRIVACY_{name}"] = "prohib_not_screened" if trunk.privacy else "allowed_not_screened"
        rows[f"CHECK_{name}"] = written(trunk, plan.numbers[0].landing[0], plan.country)
        owned = {line: written(trunk, line, plan.country) for line in shown(trunk, plan)}
        rows |= {f"SHOWN_{name}": next(iter(owned.values()), "")}
        rows |= {f"SHOWN_{name}_{line[1:]}": form for line, form in owned.items()}
    return rows


def _landings(plan: Plan) -> list[dict[str, str]]:
    return [
        {
            "dialled": dialled,
            "number": landing,
            "language": number.language,
            "price_notice": price_key(number) if number.price_text else "",
        }
        for number in plan.numbers
        for landing in number.landing
        for dialled in dialled_forms(landing, plan.country)
    ]


def _staff_line(plan: Plan) -> list[dict[str, str]]:
    if plan.staff_line is None:
        return []
    forms = dialled_forms(plan.staff_line, plan.country)
    return [{"dialled": dialled, "number": plan.staff_line} for dialled in forms]


def _write(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)
