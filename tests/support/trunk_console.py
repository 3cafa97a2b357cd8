"""A console with the true services of trunks and telephones, on a test's database; Asterisk does not run."""

from datetime import UTC, datetime
from pathlib import Path

from console_client import ConsoleApp

from console.app import create_app
from console.context import AppContext
from console.services import PhoneServices
from records.database.engine import Database
from records.plan import plan_versions
from standardiste.asterisk_reload import reload_asterisk
from standardiste.installation import Installation
from standardiste.installation_folders import create_folders
from standardiste.settings import CHECKOUT, Settings
from standardiste.trunk_administration import TrunkAdministration
from standardiste.trunk_key_file import ensure_key


class TrunkConsole(ConsoleApp):
    """`installation` is what its pages change; telephones find it at 198.51.100.9."""

    def __init__(self, database: Database, folder: Path, url: str = "http://localhost", **more: object) -> None:
        super().__init__(database, url)
        settings = Settings.model_validate({"var": folder / "var", "phone_address": "198.51.100.9", **more})
        create_folders(settings)
        settings.ami_secret_file.write_text("a-secret-of-the-test")
        ensure_key(settings.trunk_key_file)
        plan = (CHECKOUT / "plan.yaml").read_text(encoding="utf-8")
        plan_versions.save_plan(database, plan, author="test", at=datetime.now(UTC))
        self.installation = Installation(settings)
        vars(self.installation)["database"] = database
        context = AppContext(
            database,
            url,
            b"of the tests",
            lambda: self.installation.plan.timezone,
            lambda: self.now,
            phone_services=PhoneServices("198.51.100.9", 5060, lambda: reload_asterisk(self.installation)),
            trunk_services=TrunkAdministration(self.installation),
        )
        self.app = create_app(context)

    def asterisk_file(self, name: str) -> str:
        """One of Asterisk's files as last written."""
        return (self.installation.settings.asterisk_etc / name).read_text()
