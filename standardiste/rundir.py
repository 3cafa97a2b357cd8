"""Renders Asterisk's files into the run directory: paths, ports, trunk, landing numbers, phone accounts."""

from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from records.people import Phone
from routing.numbers import dialled_forms
from routing.plan import Plan
from standardiste.asterisk import Asterisk
from standardiste.settings import CHECKOUT, Settings

TEMPLATES = CHECKOUT / "asterisk-conf"
DIALPLAN = CHECKOUT / "dialplan"


def make_folders(settings: Settings) -> None:
    """Every folder of the installation; closed to others, since they hold people's numbers and voices."""
    asterisk = settings.var / "asterisk"
    for folder in (
        settings.var,
        settings.etc,
        *(asterisk / name for name in ("lib", "data", "spool", "run")),
        settings.music,
        settings.messages,
        settings.voicemail,
        settings.spool / "voicemail",
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
        "phones": phones,
        "staff": plan.staff,
        "language": next(iter(plan.numbers)).language,
        "landings": _landings(plan),
        "dialplan_files": sorted(DIALPLAN.glob("*.conf")),
    }
    documentation = settings.var / "asterisk" / "data" / "documentation"
    documentation.unlink(missing_ok=True)
    documentation.symlink_to(asterisk.documentation)
    for template in sorted(TEMPLATES.iterdir()):
        text = jinja.get_template(template.name).render(values) if template.suffix == ".j2" else template.read_text()
        _write(settings.etc / template.name.removesuffix(".j2"), text)


def _landings(plan: Plan) -> list[dict[str, str]]:
    return [
        {"dialled": dialled, "number": landing, "language": number.language}
        for number in plan.numbers
        for landing in number.landing
        for dialled in dialled_forms(landing, plan.country)
    ]


def _write(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)
