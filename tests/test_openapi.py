"""The description of the service: true of every route, valid, and tried by a program that believes it."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import html5lib
import pytest
from flask import Blueprint, Flask
from openapi_spec_validator import OpenAPIV31SpecValidator

from sasaeai import catalogue
from sasaeai.formats import RESULT_FORMATS
from sasaeai.lists import listings
from sasaeai.repository import Repository
from sasaeai.settings import Settings
from sasaeai.store import Store
from sasaeai.web import create_app, openapi, particulars
from sasaeai.web.context import Context

from .conftest import ROOT, Service, start_service, stop_service
from .test_sparql import Reply, ask

Document = dict[str, Any]
LANGUAGES = ("ja", "en")
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-鿿]")


def application(root: Path = ROOT) -> Flask:
    """The service as it is before anything is asked: to describe it takes no data."""
    return create_app(Settings(root=root), cast(Store, None))


def description(app: Flask, language: str = "en") -> Document:
    context: Context = app.extensions["sasaeai"]
    return openapi.describe(app, context, language)


@pytest.fixture(scope="module")
def app() -> Flask:
    return application()


@pytest.fixture(scope="module")
def document(app: Flask) -> Document:
    return description(app)


def operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            yield path, method.upper(), told


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_description_is_valid(app: Flask, language: str) -> None:
    said = json.loads(json.dumps(description(app, language)))
    assert said["openapi"].startswith("3.1.")
    assert [str(each) for each in OpenAPIV31SpecValidator(said).iter_errors()] == []
    names = [told["operationId"] for _, _, told in operations(said)]
    assert len(names) == len(set(names))


def test_every_route_is_described_and_nothing_else_is(app: Flask, document: Document) -> None:
    routes = app.url_map.bind("")
    reached = set()
    for _, method, told in operations(document):
        rule, _ = routes.match(told["x-example"].partition("?")[0], method=method, return_rule=True)
        reached.add((rule.rule, method))
    there = {
        (rule.rule, method)
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in openapi.APART
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert reached - {("/sparql", "OPTIONS"), ("/validate", "OPTIONS")} == there
    assert openapi.APART.keys() == {"static"}


def test_a_route_of_which_nothing_is_told_is_no_route() -> None:
    added = Blueprint("added", __name__)
    added.add_url_rule("/added", view_func=lambda: "")
    app = application()
    app.register_blueprint(added)
    with pytest.raises(ValueError, match="/added: nothing is told of GET"):
        description(app)


def test_a_question_is_described_by_its_header(repository: Repository, document: Document) -> None:
    for name, question in catalogue.questions(repository).items():
        for path in (f"/queries/{name}", f"/queries/{name}.{{extension}}", f"/queries/{name}.rq"):
            told = document["paths"][path]["get"]
            assert told["summary"] == question.title["en"]
            assert question.summary["en"] in told["description"]
            asked = {each["name"]: each for each in told["parameters"] if "name" in each}
            assert question.parameters.keys() <= asked.keys()
            for parameter in question.parameters.values():
                assert (asked[parameter.name]["schema"]["type"] == "array") == parameter.repeatable
                assert asked[parameter.name].get("required", False) == parameter.required
        forms = document["paths"][f"/queries/{name}.{{extension}}"]["get"]["responses"]["200"]["content"]
        assert {each.media_type for each in RESULT_FORMATS} <= forms.keys()
        rows = forms["application/sparql-results+json"]["schema"]["properties"]["results"]["properties"]["bindings"]
        assert {name: cell["description"] for name, cell in rows["items"]["properties"].items()} == {
            name: words["en"] for name, words in question.columns.items()
        }


def test_a_list_is_described_by_its_header(repository: Repository, document: Document) -> None:
    for name, listing in listings(repository).items():
        told = document["paths"][f"/lists/{name}"]["get"]
        asked = {each["name"]: each for each in told["parameters"] if "name" in each}
        assert set(listing.facets) - {"municipality"} <= asked.keys()
        assert asked["sort"]["schema"]["enum"][0] == listing.sortable[0]


def test_a_new_file_is_described_without_python(tmp_path: Path) -> None:
    for folder in ("ontology", "shapes", "data"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    shutil.copytree(ROOT / "queries", tmp_path / "queries")
    questions = tmp_path / "queries" / "catalogue"
    shutil.copy(questions / "operator-on-date.rq", questions / "who-on-a-day.rq")
    shutil.copy(tmp_path / "queries/lists/councils.rq", tmp_path / "queries/lists/assemblies.rq")
    before, after = description(application())["paths"], description(application(tmp_path))["paths"]
    assert after.keys() - before.keys() == {
        "/queries/who-on-a-day",
        "/queries/who-on-a-day.{extension}",
        "/queries/who-on-a-day.rq",
        "/lists/assemblies",
        "/lists/assemblies.{extension}",
    }


def test_every_type_of_parameter_has_a_schema() -> None:
    assert particulars.SCHEMAS.keys() == catalogue.WANTED.keys()


def texts(tree: Any) -> Iterator[str]:
    """The words of a description."""
    if isinstance(tree, dict):
        for name, each in tree.items():
            if name in {"description", "summary"} and isinstance(each, str):
                yield each
            else:
                yield from texts(each)
    elif isinstance(tree, list):
        for each in tree:
            yield from texts(each)


def test_the_words_are_in_one_language(service: Service) -> None:
    for language in LANGUAGES:
        reply = ask(f"{service.url}/openapi.json?lang={language}")
        assert (reply.type, reply.headers["Content-Language"]) == ("application/json", language)
        words = list(texts(json.loads(reply.body)))
        japanese = sum(bool(JAPANESE.search(each)) for each in words)
        assert len(words) > 500
        assert all(each.strip() for each in words)
        assert japanese == (len(words) if language == "ja" else 0)


def test_the_description_is_kept_until_it_changes(service: Service) -> None:
    reply = ask(f"{service.url}/openapi.json?lang=en")
    again = ask(f"{service.url}/openapi.json?lang=en", If_None_Match=reply.headers["ETag"])
    assert (again.status, again.body) == (304, b"")


def patiently(url: str) -> Reply:
    """Ask again as long as the service says that what is asked for is not ready yet."""
    for _ in range(10):
        reply = ask(url)
        if reply.status != 503:
            break
        time.sleep(int(reply.headers["Retry-After"]))
    return reply


FEW_CITIES = {"/charts/distribution.svg"}
"""What is answered from ten cities on: nothing is drawn of fewer."""


def test_every_example_is_answered_as_described(service: Service, document: Document) -> None:
    for path, method, told in operations(document):
        if method == "GET":
            reply = patiently(service.url + told["x-example"])
            if path in FEW_CITIES:
                assert (reply.status, "404" in told["responses"]) == (404, True)
                continue
            if "security" in told or path == "/sign-in":
                assert reply.status == 404, path  # there is no desk
                continue
            answer = told["responses"].get("200")
            assert reply.status == 200, path
            assert answer is None or reply.type in answer["content"], path
            assert answer is None or {each for each in openapi.ALWAYS if each not in reply.headers} == set()


def shown(service: Service, path: str, language: str) -> str:
    reply = ask(f"{service.url}{path}?lang={language}", Accept="text/html")
    assert (reply.status, reply.headers["Content-Language"]) == (200, language)
    main = html5lib.parse(reply.body.decode(), namespaceHTMLElements=False).find(".//main")
    assert main is not None
    return re.sub(r"\s+", " ", "".join(main.itertext()))


@pytest.mark.parametrize("language", LANGUAGES)
def test_people_read_the_same_as_programs(app: Flask, service: Service, language: str) -> None:
    said = description(app, language)
    start = shown(service, "/docs", language)
    parts = {each["name"]: shown(service, f"/docs/{each['name']}", language) for each in said["tags"]}
    for tag in said["tags"]:
        assert tag["description"] in start
        assert tag["description"] in parts[tag["name"]]
    for path, method, told in operations(said):
        page = parts[told["tags"][0]]
        assert f"{method} {path} " in page
        assert told["summary"] in page
        for parameter in told.get("parameters", []):
            if parameter.get("name", "extension") not in {"extension", "_format", "_mediatype"}:
                assert re.sub(r"\s+", " ", parameter["description"]) in page
    for status, response in said["components"]["responses"].items():
        assert f"{status}{response['description']}" in start


def test_there_is_no_page_of_a_part_that_is_not_there(service: Service) -> None:
    assert ask(f"{service.url}/docs/no-such-part").status == 404


@pytest.fixture(scope="module")
def patient() -> Iterator[Service]:
    """The service with so much time for one client that what is tried is what it answers, not its limits."""
    running = start_service(client_seconds="100000", quick_extra="4", slow_per_client="100")
    yield running
    stop_service(running)


CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance"
CHECKS += ",response_schema_conformance,unsupported_method,allow_header_conformance"
STRICT = f"{CHECKS},negative_data_rejection"
RUNS = {
    "every operation at random": ["--phases=examples,fuzzing", "--max-examples=2", f"--checks={CHECKS}"],
    "a question at the edges of its schema": [
        "--phases=coverage",
        "--include-path-regex=^/queries/contractor-history",
        f"--checks={STRICT}",
    ],
    "the rest at the edges of their schemas": [
        "--phases=coverage",
        "--include-path-regex=^/(sparql|search|charts|compare/|doc/|lists/councils)",
        f"--checks={CHECKS}",
    ],
}


@pytest.mark.slow
@pytest.mark.parametrize("run", RUNS)
def test_what_a_program_makes_of_the_description_finds_no_fault(patient: Service, run: str, tmp_path: Path) -> None:
    command = [str(Path(sys.executable).parent / "schemathesis"), "run", f"{patient.url}/openapi.json", *RUNS[run]]
    command += ["--mode=all", "--generation-deterministic", "--suppress-health-check=all"]
    command += ["--no-color", "--workers=1"]  # Python 3.11 does not parse in two threads as deep as this does
    ended = subprocess.run(
        command,
        cwd=tmp_path,
        env=os.environ | {"SCHEMATHESIS_HOOKS": "fuzzing", "PYTHONPATH": str(ROOT / "tests")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout[-6000:] + ended.stderr[-2000:]
    (tried,) = re.findall(r"(\d+) generated, \1 passed", ended.stdout)
    assert int(tried) > 100
