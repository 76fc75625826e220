"""docker-compose.yml, the proxy's configuration and the example environment fit each other and the settings."""

import re
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
import yaml

from fileserver.cli import COMMANDS
from fileserver.config import Config, known_variables, variable_of

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if service["image"].startswith("sealshare")]
CADDYFILE = (ROOT / "deploy/Caddyfile").read_text()
MAKER = (ROOT / "deploy/make-secrets").read_text()
SECRETS_FOLDER = "/run/secrets/"


def test_every_variable_set_is_a_setting() -> None:
    """No service, nor the image, sets a SEALSHARE_ variable that the configuration does not know."""
    in_image = re.findall(r"SEALSHARE_\w+(?==)", (ROOT / "Dockerfile").read_text())
    in_services = [variable for name in OURS for variable in SERVICES[name]["environment"]]

    assert len(in_image) == 2
    assert set(in_image + in_services) <= set(known_variables())


@pytest.mark.parametrize("name", OURS)
def test_every_needed_setting_is_given(name: str) -> None:
    """Each of our services gets all settings without a default, itself or as a file."""
    given = {variable.removesuffix("_FILE") for variable in SERVICES[name]["environment"]}
    needed = {variable_of(field) for field, info in Config.model_fields.items() if info.is_required()}

    assert needed <= given


@pytest.mark.parametrize("name", OURS)
def test_every_command_exists(name: str) -> None:
    """Each of our services runs a subcommand of `sealshare`."""
    assert SERVICES[name]["command"][0] in COMMANDS


@pytest.mark.parametrize("name", SERVICES)
def test_secret_files_are_granted(name: str) -> None:
    """A service reads just the secret files that it was granted, and only files that are declared."""
    service = SERVICES[name]
    granted = set(service.get("secrets", []))
    text = yaml.safe_dump(service) + "".join(_mounted_scripts(service))

    assert set(re.findall(SECRETS_FOLDER + r"(\w+)", text)) == granted
    assert granted <= set(COMPOSE["secrets"])


def _mounted_scripts(service: dict[str, Any]) -> Iterator[str]:
    for volume in service.get("volumes", []):
        source = ROOT / volume.split(":")[0]
        if source.is_file():
            yield source.read_text()


def test_secrets_are_made_by_the_maker_and_used() -> None:
    """Each declared secret is a file that deploy/make-secrets writes, and some service is granted it."""
    files = {Path(secret["file"]).name for secret in COMPOSE["secrets"].values()}
    granted = {secret for service in SERVICES.values() for secret in service.get("secrets", [])}

    assert set(re.findall(r'>"\$folder/([\w.]+)"', MAKER)) == files
    assert granted == set(COMPOSE["secrets"])


def test_the_operator_gives_every_value() -> None:
    """What docker-compose.yml takes from outside stops the start when missing, and stands in the example, empty."""
    taken = re.findall(r"\$\{(\w+)([^}]*)\}", (ROOT / "docker-compose.yml").read_text())
    example = re.findall(r"^(\w+)=(.*)$", (ROOT / "deploy/.env.example").read_text(), re.MULTILINE)

    assert taken
    assert all(rest.startswith(":?") for _, rest in taken)
    assert {(name, "") for name, _ in taken} == set(example)


def _addresses(without: str) -> str:
    """All texts that hold addresses of services, in an installation that lacks one of them."""
    others = {name: service for name, service in SERVICES.items() if name != without}
    return yaml.safe_dump(others) + CADDYFILE + MAKER


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_needed(name: str) -> None:
    """Taking a service out leaves another one pointing at nothing; only the proxy is needed by people instead."""
    waited_for = any(name in service.get("depends_on", {}) for service in SERVICES.values())
    addressed = re.search(rf"(?:://|@| ){name}[:/]", _addresses(without=name))

    assert waited_for or addressed or "ports" in SERVICES[name]


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_waits_for_exists(name: str) -> None:
    """Nothing waits for a service that is not there, or for the health of one without a check."""
    for other, rule in SERVICES[name].get("depends_on", {}).items():
        checked = "disable" not in SERVICES[other].get("healthcheck", {})
        assert checked or rule["condition"] != "service_healthy"


def test_the_proxy_sends_to_the_nodes() -> None:
    """The proxy's upstreams are exactly the services that serve, on the port they listen on."""
    upstreams = re.findall(r"([\w-]+):(\d+)", "".join(re.findall(r"reverse_proxy (.+) \{", CADDYFILE)))
    nodes = [
        (name, SERVICES[name]["environment"]["SEALSHARE_PORT"])
        for name in OURS
        if SERVICES[name].get("command") == ["serve"]
    ]

    assert upstreams == nodes
    assert len(nodes) == 2


def test_only_the_proxy_is_believed() -> None:
    """The trusted network is the proxy's one address, which lies in the network it shares with the nodes."""
    address = ip_address(SERVICES["proxy"]["networks"]["edge"]["ipv4_address"])
    trusted = {SERVICES[name]["environment"]["SEALSHARE_TRUSTED_PROXIES"] for name in OURS}

    assert {f"{address}/32"} == trusted
    assert address in ip_network(COMPOSE["networks"]["edge"]["ipam"]["config"][0]["subnet"])


def test_only_the_proxy_can_be_reached() -> None:
    """No other service publishes a port, and the engines' network leads nowhere."""
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert COMPOSE["networks"]["engines"]["internal"] is True
    assert [name for name, service in SERVICES.items() if "edge" in service["networks"]] == [
        "proxy",
        "serve-1",
        "serve-2",
    ]


@pytest.mark.parametrize("name", SERVICES)
def test_services_are_hardened(name: str) -> None:
    """Every container has a read-only root, no spare capabilities and limits on memory, processors and processes."""
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}


def test_uploads_stream_through_the_proxy() -> None:
    """The proxy neither gathers request bodies nor limits their size or time."""
    directives = "\n".join(line for line in CADDYFILE.splitlines() if not line.strip().startswith("#"))

    assert not re.search(r"request_buffers|request_body|max_size|read_body|response_buffers", directives)
