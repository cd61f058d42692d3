"""One file examined, or one workbook written, in a process just forked, within limits that the kernel keeps."""

import json
import os
import signal
import socket
import tempfile
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NoReturn

from sasaeai import intake
from sasaeai.errors import ServiceError
from sasaeai.examiner.client import parted
from sasaeai.intake import Intake, Progress, Report
from sasaeai.journal import log
from sasaeai.repository import version_of
from sasaeai.settings import Settings
from sasaeai.store import confinement, frames

_REQUEST_SECONDS = 10.0
_SEND_SECONDS = 10.0
_STEP_SECONDS = 0.5
_STACK = 64 << 20
_LARGEST_FILE = 200_000_000
FAULT = 70
"""Exit status of a process that met a fault of this program."""


@dataclass(frozen=True)
class Ground:
    """Hold what files are held against, the digests of the data it was read from, and the last revision in them."""

    intake: Intake
    digests: Mapping[str, str]
    revision: int

    @cached_property
    def version(self) -> str:
        """Return the version of the data."""
        return version_of(self.digests)


def run(ground: Ground, settings: Settings, connection: socket.socket, folder: Path, parent: int) -> NoReturn:
    """Answer one request, in a process just forked from `parent`; files in between are written into `folder` only."""
    status = FAULT
    try:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        confinement.die_with_parent(parent)
        confinement.close_all_but(connection.fileno())
        tempfile.tempdir = str(folder)
        confinement.limit_memory(settings.examination_memory_mb << 20, _STACK)
        confinement.forbid_sockets_and_programs()
        _answer(ground, settings, connection)
        status = 0
    except (frames.BrokenOffError, ConnectionError, TimeoutError):
        # The asker has left.
        status = 0
    except BaseException as error:
        log("examination-broken-off", kind=type(error).__name__)
    finally:
        os._exit(status)
    raise AssertionError


def _answer(ground: Ground, settings: Settings, connection: socket.socket) -> None:
    connection.settimeout(_REQUEST_SECONDS)
    connection.sendall(frames.pack({"type": "started"}))
    # What the desk asks of is as large as an answer of its own was.
    head, content = frames.Incoming(connection).receive(max(settings.max_file_bytes, settings.max_answer_bytes))
    confinement.limit_examination(settings.examination_seconds, _LARGEST_FILE)
    try:
        found = _done(ground.intake, head, content, _teller(connection))
        reply = frames.pack({"type": "answer", "version": ground.version}, found)
    except ServiceError as error:
        reply = frames.pack(frames.from_error(error))
    except (MemoryError, RecursionError, OSError):
        raise  # the file's doing: it grew past what there is
    except Exception as error:
        # Of a stranger's file nothing is written down: where this program failed, not what it read.
        places = [f"{Path(each.filename).name}:{each.lineno}" for each in traceback.extract_tb(error.__traceback__)]
        log("fault", kind=type(error).__name__, trace=" ".join(places))
        reply = frames.pack(frames.from_error(ServiceError("internal", 500)))
    connection.settimeout(_SEND_SECONDS)
    signal.setitimer(signal.ITIMER_REAL, _SEND_SECONDS)
    connection.sendall(reply)


def _teller(connection: socket.socket) -> Progress:
    """Return what tells the asker how far it is, now and then."""
    told = time.monotonic()

    def tell(done: int, total: int) -> None:
        nonlocal told
        if (now := time.monotonic()) - told > _STEP_SECONDS:
            told = now
            connection.sendall(frames.pack({"type": "step", "done": done, "total": total}))

    return tell


def _done(ground: Intake, head: frames.Head, content: bytes, progress: Progress) -> bytes:
    if head["type"] == "template":
        return ground.template(head["city"])
    if head["type"] == "mistakes":
        return json.dumps(ground.mistakes(parted(content, head["graphs"], head["lengths"]))).encode()
    report = ground.examine(head["name"], content, progress)
    if head["type"] == "hand-in":
        return _handed(report, content, head["language"])
    return _written(report, content, head["form"], head["language"])


def _handed(report: Report, content: bytes, language: str) -> bytes:
    """Write a report with all that its file says, or with the file itself, commented, where it has mistakes."""
    mistakes = report.count("violation")
    commented = intake.as_workbook(report, content, language) if mistakes and report.grids else b""
    graphs = {} if mistakes else report.graphs
    parts = [intake.as_json(report), commented, *graphs.values()]
    head = {"city": report.city, "mistakes": mistakes, "graphs": list(graphs), "lengths": [len(each) for each in parts]}
    return b"".join([json.dumps(head).encode(), b"\n", *parts])


def _written(report: Report, content: bytes, form: str, language: str) -> bytes:
    match form:
        case "csv":
            return intake.as_csv(report, language)
        case "ttl":
            return intake.as_turtle(report)
        case "xlsx":
            return intake.as_workbook(report, content, language)
    return intake.as_json(report)
