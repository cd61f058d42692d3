"""Hold quads in rdflib, and answer queries that come by lines; run by a bench, in a process of its own.

    python bench/plain_rdflib.py QUADS.nq

A line of standard input is a JSON list: the query, the format ("json" or "nt"), and the seconds it may take. A line of
standard output is a JSON list: "answer", "late" or "refused", and the words of it. rdflib is written in Python, so an
alarm ends a query wherever it is.
"""

import json
import signal
import sys
from types import FrameType

import rdflib


def answer(graph: rdflib.Graph, query: str, form: str, seconds: float) -> tuple[str, str]:
    """Answer a query, or say how it failed."""
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds)
        body = graph.query(query).serialize(format=form) or b""
        return "answer", body.decode()
    except TimeoutError:
        return "late", f"no answer within {seconds:.0f} s"
    except Exception as error:
        return "refused", f"{type(error).__name__}: {error}"[:160]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def give_up(_number: int, _frame: FrameType | None) -> None:
    """End what takes too long."""
    raise TimeoutError


def main() -> None:
    """Load, say so, and answer until there is nobody left to ask."""
    signal.signal(signal.SIGALRM, give_up)
    graph = rdflib.Dataset()
    graph.parse(sys.argv[1], format="nquads")
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(graph, *json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
