"""Files sent to be checked: the page for a city's staff, the same for programs, and what strangers send."""

import contextlib
import csv
import http.client
import io
import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pyoxigraph as ox
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect
from rdflib import RDF, SH, Graph

from sasaeai.errors import messages
from sasaeai.examiner.client import SOCKET
from sasaeai.formats import WORKBOOK
from sasaeai.repository import Repository
from sasaeai.web.validate import MEDIA_TYPES

from .conftest import ROOT, Service, start_service, stop_service
from .patience import PATIENCE, wait_until
from .test_every_page import DESK, OPTIONS, PHONE
from .test_intake import CITIES, KORIYAMA, MINATO, archive_of, as_csvs, changed, clean, columns, parts_of, seeded
from .test_sparql import Reply, ask

TYPES = {ending: media_type for media_type, ending in MEDIA_TYPES.items()}
BOUNDARY = "between-the-parts"
COUNCIL = "<id/132241/council/unheard-of> a sas:Council ;\n  sas:establishedOn 'some day' ."
PREFIXES = "@base <https://w3id.org/sasaeai/> .\n@prefix sas: <https://w3id.org/sasaeai/ns#> .\n"


def send(service: Service, ending: str, content: bytes, query: str = "", **headers: str) -> Reply:
    """Send a file by itself, as programs do."""
    return ask(f"{service.url}/validate{query}", data=content, Content_Type=TYPES[ending], **headers)


def submit(service: Service, name: str, content: bytes, accept: str = "*/*", **fields: str) -> Reply:
    """Send a file in a form, as browsers do."""
    parts = [(f'form-data; name="{key}"', value.encode()) for key, value in fields.items()]
    parts.append((f'form-data; name="file"; filename="{name}"', content))
    lines = [f"--{BOUNDARY}\r\nContent-Disposition: {head}\r\n\r\n".encode() + body + b"\r\n" for head, body in parts]
    body = b"".join(lines) + f"--{BOUNDARY}--\r\n".encode()
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    return ask(f"{service.url}/validate", data=body, Content_Type=kind, Accept=accept)


def report(reply: Reply) -> dict[str, Any]:
    assert (reply.status, reply.type) == (200, "application/json"), reply.body
    said: dict[str, Any] = json.loads(reply.body)
    return said


def source_of(city: str) -> bytes:
    """Return one of the files that the graph has of a city."""
    return sorted((ROOT / "data" / "cities").glob(f"{city}-*/*.ttl"))[0].read_bytes()


# What is right


@pytest.mark.slow
@pytest.mark.parametrize("city", CITIES)
def test_the_workbook_of_each_city_comes_back_without_findings(service: Service, city: str) -> None:
    given = ask(f"{service.url}/template/{city}.xlsx")
    assert (given.status, given.type) == (200, WORKBOOK.media_type)
    assert given.headers["X-Dataset-Version"]
    said = report(submit(service, f"{city}.xlsx", given.body))
    assert (said["municipality"], said["conforms"], said["findings"]) == (city, True, [])


@pytest.mark.slow
@pytest.mark.parametrize(("ending", "syntax"), [("ttl", None), ("nt", "N_TRIPLES"), ("jsonld", "JSON_LD")])
def test_a_file_of_the_graph_is_right_in_every_syntax(service: Service, ending: str, syntax: str | None) -> None:
    content = source_of(KORIYAMA)
    if syntax:
        content = ox.serialize(ox.parse(content, ox.RdfFormat.TURTLE), format=getattr(ox.RdfFormat, syntax)) or b""
    said = report(send(service, ending, content))
    assert (said["conforms"], said["findings"]) == (True, [])


def test_a_workbook_is_found_by_the_name_of_its_city(service: Service) -> None:
    reply = ask(f"{service.url}/template?m=%E9%83%A1%E5%B1%B1%E5%B8%82")
    assert (reply.status, reply.type) == (200, WORKBOOK.media_type)
    assert ask(f"{service.url}/template?m=").status == 400
    assert ask(f"{service.url}/template/999999.xlsx").status == 404
    assert ask(f"{service.url}/template/abc.xlsx").status == 404


# What is wrong


@pytest.mark.slow
def test_the_report_comes_as_json_csv_shacl_and_the_sender_s_own_workbook(service: Service) -> None:
    content = seeded(MINATO)[0]
    said = report(send(service, "xlsx", content))
    assert not said["conforms"]
    assert said["counts"]["violation"] > 3
    as_csv = send(service, "xlsx", content, "?lang=en", Accept="text/csv")
    assert (as_csv.type, as_csv.headers["Content-Language"]) == ("text/csv", "en")
    rows = list(csv.reader(io.StringIO(as_csv.body.decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == [each["cell"] for each in said["findings"]]
    graph = Graph().parse(data=send(service, "xlsx", content, Accept="text/turtle").body, format="turtle")
    assert len(list(graph.subjects(RDF.type, SH.ValidationResult))) == len(
        [each for each in said["findings"] if each["severity"] != "repair"]
    )
    book = submit(service, "多摩.xlsx", content, _format="xlsx")
    assert book.type == WORKBOOK.media_type
    assert "attachment" in book.headers["Content-Disposition"]
    opened = openpyxl.load_workbook(io.BytesIO(book.body))
    assert opened.sheetnames[0] == "検証結果"
    assert opened["検証結果"].max_row == len(said["findings"]) + 1


def test_nobody_keeps_a_report_and_every_origin_may_ask(service: Service) -> None:
    reply = send(service, "csv", b"a\n1\n")
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    asked = ask(f"{service.url}/validate", method="OPTIONS")
    assert (asked.status, "POST" in asked.headers["Access-Control-Allow-Methods"]) == (204, True)
    refused = send(service, "xlsx", b"PK")
    assert (refused.status, refused.headers["Cache-Control"]) == (400, "no-store")


def test_what_is_wrong_in_turtle_is_told_with_its_line(service: Service) -> None:
    found = report(send(service, "ttl", (PREFIXES + "\n" + COUNCIL).encode()))["findings"]
    (founded,) = [each for each in found if each["rule"] == "shapes:Council-establishedOn-datatype"]
    assert (founded["line"], founded["value"], founded["cell"]) == (4, "some day", "file.ttl:4")


def test_what_is_wrong_in_json_is_told_with_its_line(service: Service) -> None:
    text = """{"@context": {"sas": "https://w3id.org/sasaeai/ns#"},
"@id": "https://w3id.org/sasaeai/id/132241/council/unheard-of",
"@type": "sas:Council", "sas:establishedOn": "some day"}"""
    found = report(send(service, "jsonld", text.encode()))["findings"]
    (founded,) = [each for each in found if each["rule"] == "shapes:Council-establishedOn-datatype"]
    assert founded["line"] == 2


@pytest.mark.parametrize(
    ("ending", "text", "rule", "line"),
    [
        ("ttl", "<a:a> <a:b> <a:c> .\n<a:a> <a:b>", "turtle:syntax", 2),
        ("nt", "<a:a> <a:b> <a:c> .\nnothing", "ntriples:syntax", 2),
        ("jsonld", '{"a":\n]', "jsonld:syntax", 2),
        ("ttl", "\ufeff<a:a> <a:b> <a:c> .", "turtle:encoding", 1),
    ],
)
def test_a_mistake_of_syntax_is_told_with_its_line(
    service: Service, ending: str, text: str, rule: str, line: int
) -> None:
    (found,) = report(send(service, ending, text.encode()))["findings"]
    assert (found["rule"], found["line"]) == (rule, line)


def test_shapes_in_a_file_are_no_shapes_and_none_of_ours_is_put_aside(service: Service, repository: Repository) -> None:
    own = (
        "@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
        "<shapes#Mine> a sh:NodeShape ; sh:targetClass sas:Council ; sh:property [ sh:path sas:code ; sh:minCount 9 ] ."
    )
    found = report(send(service, "ttl", f"{PREFIXES}{own}\n{COUNCIL}".encode()))["findings"]
    assert not [each for each in found if "Mine" in each["rule"]]
    (home,) = [each.name for each in repository.graphs("shapes") if b"Council-establishedOn" in each.content]
    taken = f"{PREFIXES}<{home}> <http://purl.org/dc/terms/title> 'mine' .\n{COUNCIL}"
    found = report(send(service, "ttl", taken.encode()))["findings"]
    assert "shapes:Council-establishedOn-datatype" in {each["rule"] for each in found}


# What is sent wrongly


def test_what_cannot_be_taken_is_refused_in_both_languages(service: Service) -> None:
    url = f"{service.url}/validate"
    refusals = {
        "media-type": ask(url, data=b"a", Content_Type="image/png"),
        "kind-of-file": submit(service, "picture.png", b"a"),
        "no-file": submit(service, "empty.csv", b""),
        "unknown-encoding": submit(service, "a.csv", b"a\0b\0\xff"),
        "old-workbook": submit(service, "a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        "not-acceptable": send(service, "csv", b"a\n", Accept="image/png"),
    }
    statuses = {"media-type": 415, "kind-of-file": 415, "not-acceptable": 406}
    for key, reply in refusals.items():
        assert (reply.status, reply.type) == (statuses.get(key, 400), "application/problem+json")
        said = json.loads(reply.body)
        assert said["type"].endswith(f"#{key}")
        assert said["messages"].keys() == messages()[key].keys()


def test_a_browser_is_told_on_the_page_it_sends_from(service: Service) -> None:
    reply = submit(service, "picture.png", b"a", accept="text/html")
    assert (reply.status, reply.type) == (415, "text/html")
    assert "picture.png" in reply.body.decode()
    assert 'type="file"' in reply.body.decode()


def test_a_name_is_no_path_and_no_mark_up(service: Service) -> None:
    said = report(submit(service, "../../etc/passwd.csv", b"a\n1\n"))
    assert said["file"] == "passwd.csv"
    page = submit(service, "<script>1.csv", b"a\n1\n", accept="text/html").body.decode()
    assert "<script>1" not in page
    assert "&lt;script&gt;1.csv" in page


def test_what_is_announced_as_too_large_is_refused_unread(service: Service) -> None:
    connection = http.client.HTTPConnection(service.url.removeprefix("http://"), timeout=PATIENCE)
    with contextlib.closing(connection):
        connection.putrequest("POST", "/validate")
        connection.putheader("Content-Type", TYPES["xlsx"])
        connection.putheader("Content-Length", "200000000")
        connection.endheaders()
        with connection.getresponse() as reply:
            assert reply.status == 413
            assert b"too-large" in reply.read()


# What strangers send


def rows_of(count: int) -> bytes:
    """Make a workbook with a sheet of very many rows."""
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (each, each) for each in range(1, count + 1))
    name = "xl/worksheets/sheet2.xml"
    start, _, _ = parts_of(MINATO)[name].partition(b"<sheetData>")
    return archive_of(parts_of(MINATO) | {name: start + b"<sheetData>" + rows + b"</sheetData></worksheet>"})


def declared(text: str) -> bytes:
    """Make a workbook that declares a document type."""
    name = "xl/workbook.xml"
    start, _, rest = parts_of(MINATO)[name].partition(b"<workbook")
    return archive_of(parts_of(MINATO) | {name: start + text.encode() + b"<workbook" + rest})


LAUGHS = "<!DOCTYPE a [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {after} '{f'&{before};' * 10}'>" for before, after in zip("abcdefgh", "bcdefghi", strict=True)
)
HOSTILE: dict[str, tuple[str, Callable[[], bytes], int, str]] = {
    "an archive that swells": ("zip", lambda: archive_of({"a.csv": b"\0" * 300_000_000}), 413, "archive-too-large"),
    "900,000 rows": ("xlsx", lambda: rows_of(900_000), 413, "too-large"),
    "a billion laughs": ("xlsx", lambda: declared(LAUGHS + "]>"), 400, "document-type"),
    "a file of the machine": (
        "xlsx",
        lambda: declared('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'),
        400,
        "document-type",
    ),
    "half an archive": ("xlsx", lambda: clean(MINATO)[:5000], 400, "unreadable-file"),
    "nothing but NUL": ("csv", lambda: b"\0" * 1000, 400, "unknown-encoding"),
    "too many parts": ("zip", lambda: archive_of({f"{each}.csv": b"a" for each in range(600)}), 413, "too-large"),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_a_plain_refusal(service: Service, kind: str) -> None:
    ending, content, status, key = HOSTILE[kind]
    reply = send(service, ending, content())
    assert (reply.status, reply.type) == (status, "application/problem+json")
    assert key in json.loads(reply.body)["type"]
    assert report(send(service, "csv", b"a\n1\n"))["findings"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ending", "text"),
    [
        ("jsonld", "[" * 200_000),
        ("jsonld", '{"a":' * 200_000),
        ("ttl", "<a:a> <a:b> " + "(" * 200_000),
        ("ttl", "<a:a> <a:b> " + "[ <a:b> " * 100_000),
        ("ttl", "<a:a> <a:b> 'a\0b' ."),
        ("nt", "<a:a> <a:b> 'a\0b' ."),
    ],
)
def test_rdf_that_is_nested_without_end_or_holds_nul_ends_nobody_else_s_work(
    service: Service, ending: str, text: str
) -> None:
    assert send(service, ending, text.encode()).status in {200, 400, 422}
    assert report(send(service, "csv", b"a\n1\n"))["findings"]


def test_names_within_an_archive_lead_nowhere(service: Service, tmp_path: Path) -> None:
    names = [f"../../../../{tmp_path}/evil.csv", f"{tmp_path}/evil.csv", "..\\..\\evil.csv"]
    report(send(service, "zip", archive_of(dict.fromkeys(names, b"a\n1\n"))))
    assert not list(tmp_path.iterdir())


@contextlib.contextmanager
def listening() -> Iterator[tuple[str, list[bytes]]]:
    """Listen on this machine; tell who came."""
    came: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(PATIENCE)

        def take() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection:
                        came.append(connection.recv(1000))

        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/", came
        # Who is called by ourselves came after all others.
        with socket.create_connection(listener.getsockname()) as last:
            last.sendall(b"last")
        wait_until(lambda: b"last" in came)


def test_nothing_is_fetched_from_elsewhere(service: Service) -> None:
    with listening() as (place, came):
        context = json.dumps({"@context": f"{place}context.jsonld", "@id": "a:a", "name": "x"})
        refused = send(service, "jsonld", context.encode())
        assert refused.status == 400
        assert json.loads(refused.body)["type"].endswith("#remote-context")
        imports = f"<{place}> <http://www.w3.org/2002/07/owl#imports> <{place}more.ttl> ."
        assert report(send(service, "ttl", imports.encode()))["file"] == "file.ttl"
        parts = parts_of(MINATO)
        link = f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLinkPath" Target="{place}" TargetMode="External"/></Relationships>'  # noqa: E501
        linked = archive_of(parts | {"xl/externalLinks/_rels/externalLink1.xml.rels": link.encode()})
        assert send(service, "xlsx", linked, "?_format=xlsx").status == 200
    assert came == [b"last"]


@pytest.mark.slow
def test_while_every_place_is_taken_pages_are_answered_and_files_are_asked_to_come_again(tmp_path: Path) -> None:
    running = start_service(run_dir=str(tmp_path / "run"), examined_at_once="1")
    try:
        wait_until(lambda: send(running, "csv", b"a\n1\n").status == 200)
        with contextlib.ExitStack() as stack:

            def held() -> bool:
                """Take the one place, when who had it before has gone."""
                place = stack.enter_context(socket.socket(socket.AF_UNIX))
                place.connect(str(tmp_path / "run" / SOCKET))
                place.sendall(b"192.0.2.1\n")
                return b"started" in place.recv(1000)

            wait_until(held)
            reply = send(running, "csv", b"a\n1\n")
            assert (reply.status, reply.headers["Retry-After"]) == (503, "5")
            assert ask(f"{running.url}/doc/{MINATO}").status == 200
        wait_until(lambda: send(running, "csv", b"a\n1\n").status == 200)
    finally:
        stop_service(running)


# The page


@pytest.mark.slow
def test_a_city_s_staff_spoil_a_cell_are_shown_it_and_mend_it(
    browser: Browser, service: Service, tmp_path: Path
) -> None:
    context = browser.new_context(java_script_enabled=False, locale="ja-JP", viewport=PHONE)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{service.url}/doc/{MINATO}")
    with page.expect_download() as download:
        page.get_by_role("link", name="Excelの様式（記入済み）").click()
    download.value.save_as(tmp_path / "mine.xlsx")
    book = openpyxl.load_workbook(tmp_path / "mine.xlsx")
    cell = book["会議"].cell(2, columns(book["会議"])["開催日"])
    right, cell.value = cell.value, "令和5年13月1日"
    book.save(tmp_path / "wrong.xlsx")
    page.get_by_role("navigation").get_by_role("link", name="ファイルの検証").click()
    page.get_by_label("検証するファイル").set_input_files(tmp_path / "wrong.xlsx")
    page.get_by_role("button", name="検証する", exact=True).click()
    expect(page.locator("h1")).to_have_text("検証の結果")
    expect(page.get_by_role("status")).to_contain_text("直していただくところが1件")
    row = page.locator(".findings tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text(f"会議!{cell.coordinate}")
    expect(row).to_contain_text("令和5年13月1日")
    page.get_by_label("検証するファイル").set_input_files(tmp_path / "wrong.xlsx")
    with page.expect_download() as download:
        page.get_by_role("button", name="コメント付きのブックで受け取る").click()
    download.value.save_as(tmp_path / "told.xlsx")
    told = openpyxl.load_workbook(tmp_path / "told.xlsx")
    comment = told["会議"][cell.coordinate].comment
    assert comment is not None
    assert "令和5年13月1日" in comment.text
    cell.value = right
    book.save(tmp_path / "mended.xlsx")
    page.get_by_label("検証するファイル").set_input_files(tmp_path / "mended.xlsx")
    page.get_by_role("button", name="検証する", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("誤りは見付かりませんでした。")
    context.close()


@pytest.mark.slow
@pytest.mark.parametrize(("language", "view"), [("ja", PHONE), ("en", DESK)])
def test_a_report_stands_in_nobody_s_way(
    browser: Browser, service: Service, tmp_path: Path, language: str, view: dict[str, int]
) -> None:
    (tmp_path / "city.xlsx").write_bytes(seeded(MINATO)[0])
    page = browser.new_page(viewport=view)  # type: ignore[arg-type]
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{service.url}/validate?lang={language}")
    page.locator("input[type=file]").set_input_files(tmp_path / "city.xlsx")
    page.locator("button.key").click()
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator(".findings tbody tr").first).to_be_visible()
    assert said == []
    found = Axe().run(page, options=OPTIONS).response["violations"]
    assert [(each["id"], [node["html"][:120] for node in each["nodes"][:3]]) for each in found] == []
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


@pytest.mark.slow
def test_what_was_mended_in_reading_is_listed_apart(service: Service) -> None:
    def change(book: openpyxl.Workbook) -> None:
        book["会議"].cell(2, columns(book["会議"])["回"]).value = "１"

    page = submit(service, "a.xlsx", changed(KORIYAMA, change), accept="text/html").body.decode()
    assert 'id="repairs"' in page
    assert 'id="found"' not in page


@pytest.mark.slow
def test_sheets_sent_as_csv_in_an_archive_are_read_as_the_workbook_is(service: Service) -> None:
    said = report(submit(service, "city.zip", archive_of(dict(as_csvs(KORIYAMA, "utf-8-sig")))))
    assert (said["municipality"], said["counts"]["violation"]) == (KORIYAMA, 0)
