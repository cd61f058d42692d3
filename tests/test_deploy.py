"""What stands in deploy/: held to what its README says of it, and its commands run, by hand and without containers."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from sasaeai.settings import Settings
from sasaeai.store.confinement import die_with_parent

from .conftest import ROOT, free_port
from .patience import PATIENCE, wait_until
from .test_sparql import ask

DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (DEPLOY / "Dockerfile").read_text("utf-8")
OURS = [name for name, service in SERVICES.items() if service["image"] == "sasaeai"]


def stages() -> dict[str, str]:
    """Return the stages of the Dockerfile by name."""
    parts = re.split(r"^FROM \S+ AS (\w+)\n", DOCKERFILE, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def command(stage: str) -> list[str]:
    (found,) = re.findall(r"^CMD (\[.*\])$", stages()[stage], re.MULTILINE)
    told: list[str] = json.loads(found)
    return told


def environment(name: str) -> dict[str, str]:
    """Return a service's environment, with what stands in it for what nobody has set."""
    told: dict[str, str] = SERVICES[name].get("environment", {})
    return {key: re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value) for key, value in told.items()}


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_has_no_more_rights_than_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert service["init"] is True
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["user"].split(":")[0] not in {"0", "root"}
    assert "privileged" not in service


@pytest.mark.parametrize("name", SERVICES)
def test_a_port_is_open_at_the_machine_itself_only(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", ()))


def test_an_image_is_built_here_or_named_without_the_host_it_comes_from() -> None:
    for service in SERVICES.values():
        assert re.fullmatch(r"[a-z-]+(:[\w.-]+)?", service["image"])
        if build := service.get("build"):
            assert (DEPLOY / build["context"] / build["dockerfile"]).resolve() == DEPLOY / "Dockerfile"
            assert build["target"] in stages()
    assert re.findall(r"^ARG PYTHON=(.*)$", DOCKERFILE, re.MULTILINE) == ["python:3.11-slim"]
    for stage in ("engine", "service"):
        assert re.search(r"^USER 10001:10001$", stages()[stage], re.MULTILINE)


def test_networks_volumes_and_files_that_are_named_are_there() -> None:
    for service in SERVICES.values():
        assert set(service["networks"]) <= COMPOSE["networks"].keys()
        assert set(service.get("depends_on", ())) <= SERVICES.keys()
        for each in service.get("volumes", ()):
            source = each.split(":")[0]
            assert (DEPLOY / source).is_file() if source.startswith(".") else source in COMPOSE["volumes"]


def test_one_service_publishes_and_those_that_read_do_not_reach_where_is_written() -> None:
    writing = [name for name in OURS if "SASAEAI_STORE_UPDATE" in environment(name)]
    assert writing == ["publisher"]
    for name in set(OURS) - set(writing):
        assert "writing" not in SERVICES[name]["networks"]
    assert all(COMPOSE["networks"][each]["internal"] for each in ("writing", "reading"))
    assert SERVICES["engine"]["networks"] == ["writing"]
    assert "ports" not in SERVICES["engine"]


@pytest.mark.parametrize("name", OURS)
def test_every_setting_is_one(name: str) -> None:
    told = environment(name)
    assert told.keys() <= {f"SASAEAI_{each.name.upper()}" for each in fields(Settings)}
    settings = Settings.from_environment(told)
    assert settings.store == "sparql"
    for address in (settings.store_query, settings.store_update, settings.store_graphs):
        host = address.removeprefix("http://").partition(":")[0]
        assert not host or host in SERVICES


@pytest.mark.parametrize("name", ["gate.Caddyfile", "proxy.Caddyfile"])
def test_caddy_reads_its_files(name: str, tmp_path: Path) -> None:
    adapted = json.loads(adapt((DEPLOY / name).read_text("utf-8"), tmp_path))
    assert adapted["admin"]["disabled"] is True
    (server,) = adapted["apps"]["http"]["servers"].values()
    (service,) = (each for each in SERVICES.values() if any(name in file for file in each.get("volumes", ())))
    port = server["listen"][0].removeprefix(":")
    assert all(each.endswith(f":{port}") for each in service.get("ports", ()))


def adapt(text: str, folder: Path) -> bytes:
    if not shutil.which("caddy"):
        pytest.skip("caddy is not installed: apt install caddy")
    # The name that the line has in Debian's Caddy 2.6; docs/operating.md has both.
    config = folder / "Caddyfile"
    config.write_text(text.replace("request_buffers 11MiB", "buffer_requests"), "utf-8")
    line = ["caddy", "adapt", "--config", str(config), "--adapter", "caddyfile"]
    return subprocess.run(line, check=True, capture_output=True).stdout


@contextlib.contextmanager
def running(line: list[str], ready: str, **told: str) -> Iterator[None]:
    """Run a command until it answers at an address, and end it."""
    parent = os.getpid()
    process = subprocess.Popen(
        line,
        env=os.environ | told,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: die_with_parent(parent),  # noqa: PLW1509
    )
    try:
        wait_until(lambda: process.poll() is not None or answers(ready))
        assert process.returncode is None, f"{line} ended with {process.returncode}"
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)


def answers(address: str) -> bool:
    try:
        urllib.request.urlopen(address, timeout=5).close()
    except urllib.error.HTTPError as error:
        with error:
            return error.code < 500
    except OSError:
        return False
    return True


@pytest.mark.slow
def test_the_commands_of_the_composition_run_together(tmp_path: Path) -> None:
    """Engine, gate, publisher and two readers, with the commands, settings and files that stand in deploy/."""
    programs = Path(sys.executable).parent
    hosts = {name: f"127.0.0.1:{free_port()}" for name in ("engine", "gate", "publisher", "one", "other")}

    def local(text: str) -> str:
        here = {"engine:7878": hosts["engine"], "gate:7878": hosts["gate"], "0.0.0.0:7878": hosts["engine"]}
        here |= {"/data": str(tmp_path / "data"), "/state": str(tmp_path / "state")}
        for there, address in here.items():
            text = text.replace(there, address)
        return text

    def service(name: str, host: str) -> contextlib.AbstractContextManager[None]:
        program, *arguments = command("service")
        given = {"0.0.0.0": "127.0.0.1", "8000": host.partition(":")[2]}
        line = [str(programs / program), *(given.get(each, each) for each in arguments)]
        told = {key: local(value) for key, value in environment(name).items()}
        return running(line, f"http://{host}/readyz", **told)

    engine, *arguments = command("engine")
    gate = tmp_path / "gate.json"
    text = (DEPLOY / "gate.Caddyfile").read_text("utf-8").replace(":7878 {", f"http://{hosts['gate']} {{")
    gate.write_bytes(adapt(local(text), tmp_path))
    with (
        running([str(programs / engine), *map(local, arguments)], f"http://{hosts['engine']}/query?query=ASK%7B%7D"),
        running(["caddy", "run", "--config", str(gate)], f"http://{hosts['gate']}/", HOME=str(tmp_path)),
        service("publisher", hosts["publisher"]),
        service("reader", hosts["one"]),
        service("reader", hosts["other"]),
    ):
        versions = {ask(f"http://{hosts[name]}/readyz").body for name in ("publisher", "one", "other")}
        assert len(versions) == 1
        answered = {
            ask(f"http://{hosts[name]}/queries/tier-structure.csv?asOf=2018-04-01").body
            for name in ("publisher", "one", "other")
        }
        assert len(answered) == 1
        assert b"132241" in answered.pop()
        update = {"data": b"update=DROP+ALL", "Content_Type": "application/x-www-form-urlencoded"}
        for path in ("/update", "/store?default"):
            assert ask(f"http://{hosts['gate']}{path}", **update).status == 403  # type: ignore[arg-type]
        assert {ask(f"http://{hosts['one']}/readyz").body} == versions
