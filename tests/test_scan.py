"""The courtesy scan: plain words for hostile queries, none for honest ones, linear in all of them."""

import time
from pathlib import Path

import pytest

from sasaeai.errors import ServiceError
from sasaeai.store.scan import DEPTH, OPERATORS, is_update, scan
from tests.conftest import ROOT

HONEST = (
    "SELECT * { ?s sas:service ?o }",
    "PREFIX service: <https://example.org/> SELECT * { service:service a service: ; service:load 1 }",
    "PREFIX insert: <https://example.org/insert#> ASK { insert:delete ?p ?o }",
    'ASK { ?s ?p "SERVICE <https://example.org/> {((" }',
    "ASK { ?s ?p 'it\\'s a SERVICE' , '''a ' b '' SERVICE''' , \"\"\"LOAD \" \"\" SERVICE\"\"\"@ja }",
    "SELECT ?load ?service $insert { ?load a <https://example.org/SERVICE> } # SERVICE",
    "SELECT (COUNT(*) AS ?add) { ?s :add/:with ?drop . ?s ex:a\\,service ?clear }",
    "SELECT ?市区町村 { ?市区町村 sas:サービス 'サービス'@service . FILTER(?人口 < 10 && ?人口 > 1) }",
    "# LOAD\nBASE <https://example.org/load> SELECT * { ?s <service> _:service }",
    "SELECT * { VALUES ?x {" + " -5 +2.5e-3" * 5000 + "} }",
    "SELECT * { VALUES ?x {" + " <https://example.org/?a=b&c=d>" * 5000 + "} }",
    "SELECT * { VALUES (?x ?y) {" + ' ("a" 1)' * 5000 + "} }",
    "SELECT * { ?s ?p " + " , ".join(["1"] * 5000) + " }",
    "SELECT * { ?s :p1/:p2*/^:p3|!:p4 ?o } ORDER BY DESC(?o)",
)

HOSTILE = (
    ("SELECT * { SERVICE <https://example.org/> { ?s ?p ?o } }", "federation", 400),
    ("SELECT * { service<https://example.org/>{} }", "federation", 400),
    ("SELECT * { ?s ?p true.SERVICE SILENT ?x {} }", "federation", 400),
    ("ASK { ?s ?p 'open\nSERVICE ?x {} }", "federation", 400),
    ("LOAD <https://example.org/>", "update", 403),
    ("# a comment\nPREFIX select: <https://example.org/>insert data {}", "update", 403),
    ("WITH <https://example.org/> DELETE WHERE { ?s ?p ?o }", "update", 403),
    ("CLEAR ALL", "update", 403),
    ("ASK" + "{" * (DEPTH + 1) + "}" * (DEPTH + 1), "too-deep", 400),
    ("ASK{" + "FILTER(" + "(" * 20_000, "too-deep", 400),
    ("ASK { ?s ?p " + "[ ?p " * 20_000, "too-deep", 400),
    ("ASK { ?s " + "!" * (OPERATORS + 1) + ":a ?o }", "too-many-operators", 400),
    ("ASK { ?s " + "/".join([":p"] * 1000) + " ?o }", "too-many-operators", 400),
    ("ASK {" + "OPTIONAL { ?s ?p ?o }" * (OPERATORS + 1) + "}", "too-many-operators", 400),
    ("ASK { FILTER(?x = 1" + " || ?x = 1" * OPERATORS + ") }", "too-many-operators", 400),
)

PIECES = (
    *('"', "'", '"""', "'''", '"""\\', '"\\', '\\"""', "'''\"\"\"", '"""a', "'''\\'", "\\", "<", "<a", "<a b>"),
    *(
        "a",
        "a.",
        "a%",
        "a-",
        "a:",
        ":",
        "?",
        "?a",
        "@",
        "#",
        "#\n",
        "-",
        "+1",
        "1.",
        "[",
        "[+",
        "](",
        "漢",
        "漢.",
        "\n",
    ),
)


@pytest.mark.parametrize("query", HONEST, ids=lambda query: query[:40])
def test_an_honest_query_passes(query: str) -> None:
    scan(query)


@pytest.mark.parametrize(("query", "key", "status"), HOSTILE, ids=lambda value: str(value)[:40])
def test_a_hostile_query_is_told_what_is_wrong(query: str, key: str, status: int) -> None:
    with pytest.raises(ServiceError) as caught:
        scan(query)
    assert (caught.value.key, caught.value.status) == (key, status)
    assert caught.value.message("ja") != caught.value.message("en")


@pytest.mark.parametrize("path", sorted((ROOT / "queries").rglob("*.rq")), ids=lambda path: path.stem)
def test_every_query_of_the_repository_passes(path: Path) -> None:
    scan(path.read_text("utf-8"))


@pytest.mark.parametrize("piece", PIECES, ids=repr)
def test_the_scan_ends_soon_whatever_the_text(piece: str) -> None:
    # Linear takes a tenth of a second; quadratic would take hours.
    began = time.process_time()
    try:
        scan(piece * (1_000_000 // len(piece)))
    except ServiceError:
        pass
    finally:
        assert time.process_time() - began < 60


def test_an_update_is_known_by_its_first_word_after_the_prologue() -> None:
    assert is_update("BASE <a:insert> PREFIX load: <b:> # ask\n DROP ALL")
    assert not is_update("PREFIX load: <b:> SELECT * { ?s load:insert 'DROP' }")
    assert not is_update("")
