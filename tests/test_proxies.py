"""The reverse proxies of docs/operating.md, run as they stand there but for TLS and ports."""

import contextlib
import http.client
import re
import shutil
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from .conftest import ROOT, Service, free_port, start_service, stop_service
from .pages import blocks
from .patience import PATIENCE, wait_until

OPERATING = ROOT / "docs" / "operating.md"
ASK = "/sparql?query=" + quote("ASK {}")
SLOW = "/sparql?query=" + quote(
    "ASK { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?a = ?i && ?c = ?d && ?f = ?g && ?b = 1) } #"
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def behind() -> Iterator[Service]:
    """A service whose clients have little, so that it shows on whose account a query goes."""
    running = start_service(TRUSTED_PROXIES="127.0.0.1", CLIENT_SECONDS="0.2")
    yield running
    stop_service(running)


@pytest.fixture(params=["nginx", "caddy"])
def proxy(request: pytest.FixtureRequest, behind: Service, tmp_path: Path) -> Iterator[str]:
    program = request.param
    if not shutil.which(program):
        pytest.skip(f"{program} is not installed")
    port = free_port()
    process = {"nginx": nginx, "caddy": caddy}[program](port, behind.url, tmp_path)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: process.poll() is not None or listens(port))
        yield address
    finally:
        process.terminate()
        process.wait(PATIENCE)


def block(section: str) -> str:
    return next(each.text for each in blocks(OPERATING) if each.section == section)


def nginx(port: int, upstream: str, folder: Path) -> subprocess.Popen[bytes]:
    text = (
        block("nginx").replace("listen 443 ssl", f"listen 127.0.0.1:{port}").replace("http://127.0.0.1:8000", upstream)
    )
    paths = "".join(
        f"{each}_temp_path {folder}/{each};" for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = folder / "nginx.conf"
    head = f"daemon off; pid {folder}/pid; error_log stderr; events {{}}"
    config.write_text(f"{head}\nhttp {{ access_log off; {paths}\n{text}\n}}\n")
    return subprocess.Popen(["nginx", "-p", str(folder), "-c", str(config)])


def caddy(port: int, upstream: str, folder: Path) -> subprocess.Popen[bytes]:
    text = block("Caddy").replace("sasaeai.example {", f"http://127.0.0.1:{port} {{")
    text = text.replace("127.0.0.1:8000", upstream.removeprefix("http://")).replace("{\n", "{\n    admin off\n", 1)
    if b"2.6." in subprocess.run(["caddy", "version"], check=True, capture_output=True).stdout:
        assert "in 2.6 the line is `buffer_requests`" in " ".join(OPERATING.read_text("utf-8").split())
        text = text.replace("request_buffers 11MiB", "buffer_requests")
    config = folder / "Caddyfile"
    config.write_text(text)
    environment = {"HOME": str(folder), "PATH": "/usr/bin:/bin"}
    return subprocess.Popen(["caddy", "run", "--config", str(config), "--adapter", "caddyfile"], env=environment)


def listens(port: int) -> bool:
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", port)).close()
        return True
    return False


def status(url: str, data: bytes | None = None, **headers: str) -> int:
    request = urllib.request.Request(
        url, data, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as reply:
            return int(reply.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_a_proxy_hands_on_what_is_asked_and_keeps_the_counts_to_itself(proxy: str) -> None:
    assert status(proxy + ASK) == 200
    assert status(proxy + "/metrics") == 404
    with urllib.request.urlopen(proxy + "/id/132241") as reply:
        assert reply.url == proxy + "/doc/132241"


def test_a_query_of_many_thousand_letters_passes_in_an_address(proxy: str) -> None:
    assert status(f"{proxy}{ASK}{quote(' #' + 'x' * 20_000)}") == 200


def test_a_body_too_large_is_refused(proxy: str) -> None:
    sent = b"query=ASK%7B%7D&x=" + b"x" * 3_000_000
    with contextlib.closing(http.client.HTTPConnection(proxy.removeprefix("http://"), timeout=PATIENCE)) as connection:
        # Refused while it is still being sent: the answer is read all the same.
        with contextlib.suppress(ConnectionError):
            connection.request("POST", "/sparql", sent, {"Content-Type": "application/x-www-form-urlencoded"})
        with connection.getresponse() as reply:
            assert reply.status == 413


def test_an_address_that_a_stranger_claims_is_not_believed(proxy: str, behind: Service) -> None:
    stranger = http.client.HTTPConnection(
        proxy.removeprefix("http://"), timeout=PATIENCE, source_address=("127.0.0.2", 0)
    )
    refused = []
    with contextlib.closing(stranger):
        for number in range(8):
            headers = {"X-Forwarded-For": f"192.0.2.{number}"}
            stranger.request("GET", f"{SLOW}{number}", headers=headers)
            with stranger.getresponse() as reply:
                refused.append(reply.status)
                reply.read()
    assert 429 in refused
    # Whom the proxy names has an account of his own.
    assert status(behind.url + ASK, X_Forwarded_For="198.51.100.7") == 200


def test_half_a_body_holds_no_place_in_the_service(proxy: str, behind: Service) -> None:
    host = proxy.removeprefix("http://")
    waiting = []
    for _ in range(12):
        connection = http.client.HTTPConnection(host, timeout=PATIENCE)
        connection.putrequest("POST", "/sparql")
        connection.putheader("Content-Type", "application/sparql-query")
        connection.putheader("Content-Length", "1000")
        connection.endheaders(b"ASK")
        waiting.append(connection)
    assert (
        status(
            f"{behind.url}/sparql", b"ASK {}", Content_Type="application/sparql-query", X_Forwarded_For="198.51.100.8"
        )
        == 200
    )
    for connection in waiting:
        connection.close()


def test_every_limit_named_in_the_proxies_comments_is_that_of_a_setting() -> None:
    text = block("nginx")
    named = ["SASAEAI_MAX_BODY_BYTES", "SASAEAI_MAX_ANSWER_BYTES", "SASAEAI_MAX_FILE_BYTES"]
    assert re.findall(r"# (SASAEAI_[A-Z_]+)", text) == named
