"""The services of Compose, without an engine: commands, privileges and settings."""

import re
from collections.abc import Mapping
from typing import Any

import click
import pytest
import yaml

from standardiste.backup.backups import software_version
from standardiste.cli import main
from standardiste.commands import MODULE_BY_COMMAND
from standardiste.parts.guard import HEARTBEAT_BY_PART
from standardiste.setting_sources import CONFIG_VARIABLE, SECRETS_FOLDER, environment_variable
from standardiste.settings import CHECKOUT, Settings

COMPOSE = CHECKOUT / "docker-compose.yml"
IMAGES = CHECKOUT / "packaging" / "containers"
FILE = yaml.safe_load(re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", COMPOSE.read_text()))
"""As Compose reads it if no variable is set."""
SERVICES: Mapping[str, Mapping[str, Any]] = FILE["services"]
OURS = {name: service for name, service in SERVICES.items() if "secrets" in service and name != "postgres"}
each_service = pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)


def test_every_part_has_a_service_that_runs_it() -> None:
    parts = {name.removeprefix("serve-") for name in MODULE_BY_COMMAND if name.startswith("serve-")}
    assert parts <= set(SERVICES)

    for part in parts:
        command = ["guard", part] if part in HEARTBEAT_BY_PART else [f"serve-{part}"]
        assert SERVICES[part]["command"] == command
        assert main.get_command(click.Context(main), command[0]) is not None


@each_service
def test_each_service_runs_without_privileges(service: Mapping[str, Any]) -> None:
    assert service["user"] not in ("root", "0")
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is True
    assert "privileged" not in service


@each_service
def test_each_service_restarts_and_has_a_health_check(service: Mapping[str, Any]) -> None:
    restarts = service["restart"] == "unless-stopped"
    assert restarts or service is SERVICES["prepare"]
    assert ("healthcheck" in service) == restarts
    for needed, how in service.get("depends_on", {}).items():
        ends = SERVICES[needed]["restart"] == "no"
        assert how == {"condition": "service_completed_successfully" if ends else "service_healthy"}


@each_service
def test_each_image_has_an_exact_version(service: Mapping[str, Any]) -> None:
    assert re.fullmatch(r"[\w./-]+:\d+\.\d+(\.\d+)?(-\w+)?|.+@sha256:[0-9a-f]{64}", service["image"])


def test_the_image_of_the_parts_has_our_version() -> None:
    assert {service["image"] for service in OURS.values()} == {f"standardiste:{software_version()}"}


def test_the_base_image_has_an_exact_version() -> None:
    bases = re.findall(r"^ARG BASE=(.+)$", (IMAGES / "Dockerfile").read_text(), re.MULTILINE)

    assert bases == [SERVICES["network"]["build"]["args"]["BASE"]]
    assert re.fullmatch(r"debian:\d+\.\d+-slim", bases[0])


def test_the_postgresql_client_has_the_version_of_the_server() -> None:
    [major] = re.findall(r"postgresql-client-(\d+)", (IMAGES / "Dockerfile").read_text())

    assert SERVICES["postgres"]["image"].startswith(f"postgres:{major}.")
    assert f"postgresql-{major}" in (IMAGES / "postgres.Dockerfile").read_text()


@each_service
def test_secrets_are_in_files_and_not_in_the_environment(service: Mapping[str, Any]) -> None:
    environment = service.get("environment", {})

    assert {name for name in environment if re.search("PASSWORD|SECRET|TOKEN|KEY", name)} <= {"POSTGRES_PASSWORD_FILE"}
    assert not {"STANDARDISTE_TRUNKS", "STANDARDISTE_DATABASE_URL"} & environment.keys()
    assert all("://" not in str(value) for value in environment.values())
    assert set(service.get("secrets", ())) <= FILE["secrets"].keys()


@pytest.mark.parametrize("service", OURS.values(), ids=OURS)
def test_each_part_gets_only_known_settings_and_reads_the_settings_file(service: Mapping[str, Any]) -> None:
    known = {environment_variable(name) for name in Settings.model_fields} | {CONFIG_VARIABLE}

    assert set(service["environment"]) <= known
    assert service["environment"][CONFIG_VARIABLE] == str(SECRETS_FOLDER / "standardiste.toml")
    assert {"standardiste.toml", "standardiste_database_url"} <= set(service["secrets"])


def test_only_calls_can_be_reached_from_other_machines() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", ())]

    environment = OURS["calls"]["environment"]
    sip, first, last = (environment[f"STANDARDISTE_{name}"] for name in ("SIP_PORT", "RTP_FIRST", "RTP_LAST"))
    private = [environment[f"STANDARDISTE_{name}_PORT"] for name in ("PUBLIC", "CONSOLE", "LIVE", "CENTRE", "METRICS")]
    assert published[:2] == [f"{sip}:{sip}/udp", f"{first}-{last}:{first}-{last}/udp"]
    assert published[2:] == [f"127.0.0.1:{port}:{port}" for port in private]


def test_the_database_writes_no_row_into_its_log() -> None:
    assert SERVICES["postgres"]["command"][1:] == ["-c", "log_error_verbosity=terse"]


def test_the_documentation_names_every_service() -> None:
    page = (CHECKOUT / "docs" / "containers.md").read_text()

    assert [name for name in SERVICES if f"`{name}`" not in page] == []
