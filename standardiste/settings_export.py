"""The settings in force as a TOML file, for setting up the installation again on another machine."""

import re

import tomlkit

from standardiste.settings import Settings

_URL_PASSWORD = re.compile(r"(://[^:/@]*:)[^@]*@")
REDACTED = "..."


def render_toml(settings: Settings, *, with_secrets: bool) -> str:
    """Every setting that differs from its default; without `with_secrets`, passwords are written as "..."."""
    document = tomlkit.document()
    document.add(tomlkit.comment("The settings of the machine that this backup was made on."))
    changed = settings.model_dump(mode="json", exclude_defaults=True)
    trunks = changed.pop("trunks", {})
    if "smtp_password" in changed:
        changed["smtp_password"] = settings.smtp_password.get_secret_value() if with_secrets else REDACTED
    for name, value in changed.items():
        redact = isinstance(value, str) and not with_secrets
        document.add(name, _URL_PASSWORD.sub(rf"\1{REDACTED}@", value) if redact else value)
    if trunks:
        tables = tomlkit.table(is_super_table=True)
        for name, values in trunks.items():
            table = tomlkit.table()
            table.update({key: value for key, value in values.items() if value is not None})
            if "password" in values:
                secret = settings.trunks[name].password.get_secret_value()
                table["password"] = secret if with_secrets else REDACTED
            tables[name] = table
        document.add("trunks", tables)
    return tomlkit.dumps(document)
