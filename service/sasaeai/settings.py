"""The settings of the service, read once from the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

Networks = tuple[IPv4Network | IPv6Network, ...]

_STORES, _AUTHENTICATIONS, _DEFAULTS = ("embedded", "sparql"), ("none", "basic", "digest"), ("merged", "union")
_LOOPBACK: Networks = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


def _setting(default: Any, meaning: str, *, choices: tuple[str, ...] = (), secret: bool = False) -> Any:
    return field(default=default, repr=not secret, metadata={"meaning": meaning, "choices": choices})


@dataclass(frozen=True)
class Settings:
    """Hold every limit and place the service works with; each is `SASAEAI_<NAME>` in the environment.

    Times are in seconds, sizes in bytes unless the name says otherwise. A request may only lower a limit.
    """

    root: Path | None = _setting(None, "folder with ontology/, shapes/, data/, queries/; default: the packaged graph")
    public_base: str = _setting("", "address under which readers reach the service, e.g. https://sasaeai.example/")
    state: Path | None = _setting(None, "folder that keeps what the desk holds; default: none, and no desk")
    run_dir: Path | None = _setting(None, "folder for the engine's sockets; default: a new short one under /tmp")
    snapshots: Path | None = _setting(None, "cache folder for a prepared snapshot to start from; default: none")
    replica: bool = _setting(False, "serve the newest snapshot as it is, and take no publications")

    trusted_proxies: Networks = _setting((), "addresses or networks of proxies whose X-Forwarded-For is believed")

    store: str = _setting("embedded", "what answers queries: the engine within, or a server", choices=_STORES)
    store_query: str = _setting("", "address at which the server of SASAEAI_STORE=sparql takes queries")
    store_update: str = _setting("", "address at which it takes updates; default: none, and this service only reads")
    store_graphs: str = _setting("", "address of its graph store; default: none, and whole graphs come by update too")
    store_auth: str = _setting("none", "how the server wants to be told who asks", choices=_AUTHENTICATIONS)
    store_user: str = _setting("", "name under which updates are sent")
    store_password: str = _setting("", "its password", secret=True)
    store_reader: str = _setting("", "name under which queries are sent, which should have no right to write")
    store_reader_password: str = _setting("", "its password", secret=True)
    store_default_graph: str = _setting(
        "merged", "what the server's default graph is: one of its own, or the union of all", choices=_DEFAULTS
    )
    store_atomic: bool = _setting(False, "readers at the server see an update request whole or not at all")
    store_copy: bool = _setting(False, "answer from a copy of the server's graphs, kept within; it follows the server")
    store_seconds: float = _setting(600.0, "time an update may take")

    own_workers: int = _setting(2, "query workers for the service's own bounded questions")
    own_seconds: float = _setting(5.0, "deadline of a question of the service's own")
    cities_seconds: float = _setting(
        60.0, "time for an answer about many cities, asked about few at a time; beyond: 503"
    )
    quick_workers: int = _setting(4, "query workers that are always there for light ad-hoc queries")
    quick_seconds: float = _setting(0.25, "time in the quick lane; past it a query wants a place in the slow one")
    quick_extra: int = _setting(2, "queries in the quick lane besides one of each client; beyond: wait, then 429")
    slow_workers: int = _setting(2, "query workers more, and places in the slow lane: queries that go on at once")
    slow_seconds: float = _setting(10.0, "deadline of an ad-hoc query")
    queue_length: int = _setting(
        24, "queries that may wait for a worker of the service's own, or of strangers; beyond: 503"
    )
    slow_queue_length: int = _setting(
        8, "queries that may wait for a place in the slow lane, in a web process; beyond: 503"
    )
    wait_seconds: float = _setting(5.0, "time a query may wait for a worker; beyond: 503")
    slow_per_client: int = _setting(2, "queries of one client in the slow lane at once; beyond: 429")
    client_seconds: float = _setting(60.0, "query-seconds of one client in a minute of ad-hoc queries; beyond: 429")
    worker_memory_mb: int = _setting(256, "memory a worker may add to what the engine holds, in MB")
    worker_stack_mb: int = _setting(64, "stack of a worker, in MB")

    max_query_bytes: int = _setting(200_000, "length of a query text; beyond: 413")
    max_body_bytes: int = _setting(1_000_000, "length of a request body; beyond: 413")
    bodies_per_client: int = _setting(8, "bodies of one client a web process reads at once; beyond: 429")
    max_answer_bytes: int = _setting(20_000_000, "length of an answer; beyond: cut with a mark, or 503")
    max_page_bytes: int = _setting(2_000_000, "length of an answer that is shown as a page; beyond: 503")
    max_rows: int = _setting(100_000, "rows or triples of an ad-hoc answer; beyond: cut with a mark, or 503")
    scan: bool = _setting(True, "look at a query's text before a worker is spent on it")

    max_file_bytes: int = _setting(10_000_000, "length of a file that is sent to be examined; beyond: 413")
    max_unpacked_bytes: int = _setting(100_000_000, "length of a workbook or archive once unpacked; beyond: 413")
    max_sheet_rows: int = _setting(20_000, "rows of a sheet; beyond: 413")
    examined_at_once: int = _setting(2, "files examined, and workbooks written, at once; beyond: 503")
    examined_per_client: int = _setting(1, "of these, those of one client; beyond: 429")
    examination_seconds: float = _setting(30.0, "time a file may be examined for, and of the processor; beyond: 422")
    examination_memory_mb: int = _setting(1024, "memory the examination of a file may add, in MB; beyond: 422")

    cache_mb: int = _setting(64, "answers a web process keeps, in MB; until the data change")
    dumps_at_once: int = _setting(4, "dumps a web process sends at once; beyond: 503")
    web_workers: int = _setting(2, "web processes")
    web_threads: int = _setting(128, "requests a web process answers at once")

    metrics_clients: Networks = _setting(_LOOPBACK, "addresses or networks that may read /metrics")
    keep_uploads_days: int = _setting(365, "days after a decision that an uploaded file is kept")
    session_hours: float = _setting(12.0, "hours after which who has signed in at the desk has to do so again")
    refused_tokens: int = _setting(10, "tokens of one client that are refused in a minute; beyond: 429")
    plain_sign_in: bool = _setting(False, "sign in over plain HTTP from other machines too, not over HTTPS only")
    log_queries: bool = _setting(False, "write the text of each query to the journal of requests")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read `SASAEAI_…` variables.

        Raises ValueError naming the variable whose value is not of its kind.
        """
        values: dict[str, Any] = {}
        for each in fields(cls):
            name = f"SASAEAI_{each.name.upper()}"
            if (text := environment.get(name)) is None:
                continue
            try:
                values[each.name] = _read(each.default, str(each.type), text)
                _choose(each.metadata["choices"], text)
            except ValueError as error:
                raise ValueError(f"{name}={text!r}: {error}") from None
        settings = cls(**values)
        _look_at_addresses(settings)
        return settings

    def to_environment(self) -> dict[str, str]:
        """Write the settings that are not at their defaults as `SASAEAI_…` variables, for a child process."""
        given = {each.name: getattr(self, each.name) for each in fields(self)}
        return {
            f"SASAEAI_{each.name.upper()}": written(given[each.name])
            for each in fields(self)
            if given[each.name] != each.default
        }


def written(value: Any) -> str:
    """Write a value as it is written in the environment."""
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return str(int(value) if isinstance(value, bool) else value)


def _look_at_addresses(settings: Settings) -> None:
    """Raise ValueError for a server without a usable address; its words hold no password."""
    for name in ("store_query", "store_update", "store_graphs"):
        given, variable = getattr(settings, name), f"SASAEAI_{name.upper()}"
        parts = urlsplit(given)
        if parts.username is not None or parts.password is not None:
            raise ValueError(f"{variable} holds a name or a password: SASAEAI_STORE_USER and the like are for these")
        needed = given or (settings.store == "sparql" and name == "store_query")
        if needed and not (parts.scheme in {"http", "https"} and parts.hostname):
            raise ValueError(f"{variable}={given!r}: wants an address that begins with http:// or https://")


def _choose(choices: tuple[str, ...], text: str) -> None:
    if choices and text not in choices:
        raise ValueError(f"wants one of {', '.join(choices)}")


def _read(default: Any, kind: str, text: str) -> Any:
    if "Path" in kind:
        # Path("") would be the folder one happens to be in.
        return Path(text) if text else None
    if isinstance(default, tuple):
        return tuple(ip_network(each.strip()) for each in text.split(",") if each.strip())
    if isinstance(default, bool):
        if text.lower() not in {"0", "1", "true", "false"}:
            raise ValueError("wants 1 or 0")
        return text.lower() in {"1", "true"}
    if isinstance(default, int | float):
        number = type(default)(text)
        if number <= 0:
            raise ValueError("wants a number above 0")
        return number
    return text
