"""The crowd: clients that send queries which would take for ever, and come back whatever they are told."""

import http.client
import itertools
import re
import threading
import time
import urllib.parse
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from pathlib import Path

PAUSE, PATIENCE = 0.1, 60.0

_NUMBERS = " ".join(map(str, range(100)))
_DOUBLED = "".join(f" BIND(CONCAT(?s{n}, ?s{n}) AS ?s{n + 1})" for n in range(30))
_OPTIONALS = " ".join(f"OPTIONAL {{ ?a ?p{n} ?o{n} }}" for n in range(150))
RUNAWAYS = {
    "sorted product": "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i",
    "paths": "SELECT (COUNT(*) AS ?n) { ?a (<x:x>|!<x:x>)* ?b . ?b (<x:x>|!<x:x>|^<x:x>)* ?c }",
    "counted product": f"SELECT (COUNT(*) AS ?n) {{ {''.join(f'VALUES ?v{n} {{ {_NUMBERS} }}' for n in range(6))} }}",
    "memory": "SELECT (GROUP_CONCAT(CONCAT(STR(?a), STR(?f), STR(?c))) AS ?x) { ?a ?b ?c . ?d ?e ?f }",
    "strings": f"SELECT (STRLEN(?s30) AS ?n) {{ ?a ?b ?c . BIND(STR(?c) AS ?s0){_DOUBLED} }}",
    "nested": "SELECT * " + "{ SELECT * " * 45 + "{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }" + "}" * 45 + " ORDER BY ?f",
    "optionals": f"SELECT * {{ ?a ?b ?c {_OPTIONALS} }} ORDER BY ?c",
}


@dataclass(frozen=True)
class Service:
    """A running `sasaeai serve`: its port and the folder of its sockets."""

    port: int
    run_dir: Path

    def get(self, path: str, client: str) -> tuple[int, bytes]:
        """Ask over a connection of its own; 0 is a connection that was lost."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            # Who sends a cookie is answered afresh: what is measured are pages and questions, not the cache.
            connection.request("GET", path, headers={"X-Forwarded-For": client, "Cookie": "fresh=1"})
            reply = connection.getresponse()
            return reply.status, reply.read()
        except (OSError, http.client.HTTPException):
            return 0, b""
        finally:
            connection.close()


def sparql(query: str) -> str:
    """Return the path that asks a query."""
    return "/sparql?" + urllib.parse.urlencode({"query": query, "_format": "srj"})


def in_threads(tasks: list[Callable[[], object]]) -> None:
    """Run tasks side by side to their ends."""
    threads = [threading.Thread(target=each) for each in tasks]
    for each in threads:
        each.start()
    for each in threads:
        each.join()


def crowd(service: Service, clients: int, parallel: int, over: Event, told: Connection) -> None:
    """Be the crowd, in a process of its own; tell how its queries ended."""
    ends: Counter[tuple[str, str]] = Counter()

    def loop(client: int, number: int) -> None:
        names = list(RUNAWAYS)
        for turn in itertools.count(client + number):
            if over.is_set():
                return
            name = names[turn % len(names)]
            status, body = service.get(sparql(RUNAWAYS[name]), f"198.51.100.{client + 1}")
            problem = re.search(rb'problem#([\w-]+)"', body)
            end = f"{status} {problem[1].decode()}" if problem else str(status or "lost")
            ends[name, end] += 1
            if end != "503 deadline":
                time.sleep(PAUSE)

    in_threads([partial(loop, client, number) for client in range(clients) for number in range(parallel)])
    told.send(ends)
