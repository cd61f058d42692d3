"""Who sends a file that takes longer than a second sees how far it is, on a page that comes as it is known."""

import contextlib
import http.client
import json
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from sasaeai.desk import Desk, submissions, tokens
from sasaeai.errors import ServiceError
from sasaeai.examiner import Examined, Examiner, Step
from sasaeai.examiner.client import SOCKET
from sasaeai.settings import Settings
from sasaeai.store import frames
from sasaeai.vocabulary import GRAPH

from .conftest import Service, start_service, stop_service
from .patience import PATIENCE

CITY = "132241"
HEAD = {"file": "city.csv", "municipality": CITY, "conforms": True, "findings": []}
REPORT = json.dumps(HEAD | {"counts": dict.fromkeys(("violation", "warning", "info", "repair"), 0)}).encode()


class Slow:
    """An examiner that says nothing but what it is told to say."""

    def __init__(self, run_dir: Path) -> None:
        self._listener = socket.socket(socket.AF_UNIX)
        fresh = run_dir / "in-its-place"
        self._listener.bind(str(fresh))
        self._listener.listen()
        self._listener.settimeout(PATIENCE)
        os.rename(fresh, run_dir / SOCKET)

    @contextlib.contextmanager
    def asked(self, kind: str = "examine") -> Iterator[socket.socket]:
        """Take in one file, and begin with it."""
        connection, _ = self._listener.accept()
        with connection:
            connection.settimeout(PATIENCE)
            assert connection.recv(100).endswith(b"\n")
            connection.sendall(frames.pack({"type": "started"}))
            head, content = frames.Incoming(connection).receive(1000)
            assert (head["type"], content) == (kind, b"a\n1\n")
            yield connection

    def close(self) -> None:
        self._listener.close()


def step(done: int, total: int) -> bytes:
    return frames.pack({"type": "step", "done": done, "total": total})


ANSWER = frames.pack({"type": "answer", "version": "v1"}, REPORT)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("desk")
    running = start_service(run_dir=str(tmp_path_factory.mktemp("run")), state=str(folder))
    yield running
    stop_service(running)


@pytest.fixture
def slow(service: Service) -> Iterator[Slow]:
    examiner = Slow(Path(service.environment["SASAEAI_RUN_DIR"]))
    yield examiner
    examiner.close()


@contextlib.contextmanager
def sent(
    service: Service, accept: str = "text/html", path: str = "/validate", **more: str
) -> Iterator[http.client.HTTPConnection]:
    with contextlib.closing(http.client.HTTPConnection(service.url.removeprefix("http://"), timeout=PATIENCE)) as asker:
        headers = {"Content-Type": "text/csv", "Accept": accept, "Accept-Language": "ja", "Accept-Encoding": "gzip"}
        asker.request("POST", path, b"a\n1\n", headers | more)
        yield asker


def until(answer: http.client.HTTPResponse, words: str) -> str:
    """Read on, until these words have come."""
    come = b""
    while words not in come.decode(errors="ignore"):
        piece = answer.read1()
        assert piece, come.decode()
        come += piece
    return come.decode(errors="ignore")


def test_each_second_is_told_and_what_came_of_it_at_last(tmp_path: Path) -> None:
    slow = Slow(tmp_path)
    told = Examiner(Settings(run_dir=tmp_path)).examining("a.csv", b"a\n1\n", "json", "ja")
    first: list[Step | Examined] = []

    def begin() -> None:
        first.append(next(told))

    asking = threading.Thread(target=begin)
    asking.start()
    with slow.asked() as connection:
        asking.join()
        (reading,) = first
        assert isinstance(reading, Step)
        assert (reading.total, reading.seconds >= 0.9) == (0, True)
        connection.sendall(step(3, 10) + step(9, 10) + ANSWER)
        assert [(each.done, each.total) for each in told if isinstance(each, Step)] == [(3, 10), (9, 10)]
    slow.close()


def test_a_page_that_takes_long_comes_as_it_is_known(service: Service, slow: Slow) -> None:
    with sent(service) as asker, slow.asked() as connection:
        answer = asker.getresponse()
        assert (answer.status, answer.headers["Cache-Control"], answer.headers["Content-Encoding"]) == (
            200,
            "no-store",
            None,
        )
        assert "検証の結果" in until(answer, "ファイルを読んでいます。")
        connection.sendall(step(120, 300))
        until(answer, "決まりと照らし合わせています（120 / 300件）。")
        connection.sendall(ANSWER)
        page = until(answer, "</html>")
    assert "誤りは見付かりませんでした。" in page
    assert "\0" not in page


def test_a_file_that_ends_its_process_is_told_of_in_the_page_that_has_begun(service: Service, slow: Slow) -> None:
    with sent(service) as asker, slow.asked() as connection:
        until(answer := asker.getresponse(), "ファイルを読んでいます。")
        connection.close()
        page = until(answer, "</html>")
    words = ServiceError("examination-ended", 422, seconds=30, memory=1024).message("ja")
    assert f'<p class="problem" role="alert">{words}</p>' in page


def test_programs_are_answered_when_it_is_known_and_with_its_status(service: Service, slow: Slow) -> None:
    with sent(service, "application/json") as asker, slow.asked() as connection:
        connection.sendall(step(1, 3))
        connection.close()
        answer = asker.getresponse()
        assert (answer.status, json.loads(answer.read())["status"]) == (422, 422)


def bearer(service: Service) -> dict[str, str]:
    desk = Desk(Path(service.environment["SASAEAI_STATE"]))
    return {"Authorization": f"Bearer {tokens.make(desk, f'a city {len(tokens.every(desk))}', CITY, 'me')}"}


def handed(mistakes: int) -> bytes:
    """Return what an examiner says of a file that is handed in."""
    said = b"<https://w3id.org/sasaeai/id/132241/x> <https://w3id.org/sasaeai/ns#name> 'x' .\n"
    graphs = {} if mistakes else {f"{GRAPH}{CITY}/new": said}
    parts = [REPORT, b"", *graphs.values()]
    head = {"city": CITY, "mistakes": mistakes, "graphs": list(graphs), "lengths": list(map(len, parts))}
    return frames.pack({"type": "answer", "version": "v1"}, json.dumps(head).encode() + b"\n" + b"".join(parts))


def test_what_is_handed_in_slowly_is_received_and_its_receipt_shown(service: Service, slow: Slow) -> None:
    with sent(service, path="/submissions", **bearer(service)) as asker, slow.asked("hand-in") as connection:
        until(answer := asker.getresponse(), "ファイルを読んでいます。")
        connection.sendall(handed(0))
        page = until(answer, "</html>")
    (receipt,) = submissions.every(Desk(Path(service.environment["SASAEAI_STATE"])))
    assert f'content="0; url=/submissions/{receipt.id}' in page


def test_what_is_wrong_with_it_is_shown_in_the_page_that_has_begun(service: Service, slow: Slow) -> None:
    with sent(service, path="/submissions", **bearer(service)) as asker, slow.asked("hand-in") as connection:
        until(answer := asker.getresponse(), "ファイルを読んでいます。")
        connection.sendall(handed(3))
        page = until(answer, "</html>")
    assert "<h1>まだ受け付けていません</h1>" in page
    assert 'role="alert"' not in page
    assert "city.csv" in page


def test_a_fault_is_told_in_the_page_that_has_begun(service: Service, slow: Slow) -> None:
    with sent(service, path="/submissions", **bearer(service)) as asker, slow.asked("hand-in") as connection:
        until(answer := asker.getresponse(), "ファイルを読んでいます。")
        connection.sendall(frames.pack({"type": "answer", "version": "v1"}, b"no head\n"))
        page = until(answer, "</html>")
    assert f'<p class="problem" role="alert">{ServiceError("internal", 500).message("ja")}</p>' in page


def test_what_is_known_within_a_second_is_told_at_once(service: Service, slow: Slow) -> None:
    with sent(service, **{"Accept-Encoding": "identity"}) as asker, slow.asked() as connection:
        connection.sendall(step(120, 300) + ANSWER)
        answer = asker.getresponse()
        assert answer.headers["X-Dataset-Version"] == "v1"
        assert "120 / 300件" not in answer.read().decode()


def test_a_browser_shows_how_far_it_is_and_then_only_what_came_of_it(
    browser: Browser, service: Service, slow: Slow
) -> None:
    page = browser.new_page(locale="ja", java_script_enabled=False)
    page.goto(f"{service.url}/validate")
    page.set_input_files("input[type=file]", {"name": "a.csv", "mimeType": "text/csv", "buffer": b"a\n1\n"})
    page.get_by_role("button", name="検証する", exact=True).click(no_wait_after=True)
    with slow.asked() as connection:
        expect(page.get_by_text("ファイルを読んでいます。").last).to_be_visible()
        connection.sendall(step(120, 300))
        expect(page.get_by_text("120 / 300件").last).to_be_visible()
        expect(page.get_by_text("ファイルを読んでいます。").first).not_to_be_visible()
        connection.sendall(ANSWER)
        expect(page.get_by_text("誤りは見付かりませんでした。")).to_be_visible()
        expect(page.get_by_text("120 / 300件").first).not_to_be_visible()
    page.close()
