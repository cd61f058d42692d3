"""The header of a question: what it must say, and how a mistake in it is told: file, key, and what is wanted."""

import shutil
from pathlib import Path

import pytest

from sasaeai import catalogue
from sasaeai.catalogue.headers import KEYS
from sasaeai.repository import QueryFile, Repository

from .conftest import ROOT
from .pages import CODE, table

HEADER = """#+ title: {ja: 題, en: Title}
#+ summary: {ja: 要約, en: Summary}
#+ caveat: {ja: 注意, en: Caveat}
#+ tags: [figures]
#+ parameters:
#+   - {name: m, type: municipality, repeatable: true, label: {ja: 市区町村, en: City}, example: "132241"}
#+   - {name: q, type: concept, scheme: duty, required: true, label: {ja: 語, en: Word}, example: matching}
#+   - {name: d, type: day, default: today, label: {ja: 日, en: Day}, example: FY2019}
#+ columns:
#+   year: {ja: 年度, en: Year}
#+   number: {ja: 数, en: Number}
#+   evidence: {ja: 根拠, en: Evidence}
#+ chart: {of: number, over: year, by: [evidence]}
#+ example: {parameters: {m: ["132241"]}, first: {number: 1}}
"""
QUERY = "SELECT ?year ?number ?evidence { VALUES ?m { UNDEF } VALUES ?q { UNDEF } VALUES ?d { UNDEF } }"


def read(text: str) -> catalogue.Question:
    return catalogue.read(QueryFile("example", Path("example.rq"), text))


def test_what_a_header_says_is_read() -> None:
    question = read(HEADER + QUERY)
    assert (question.title["ja"], question.tags) == ("題", ("figures",))
    assert question.caveat == {"ja": "注意", "en": "Caveat"}
    assert question.parameters["m"].repeatable
    assert question.parameters["q"].scheme == "duty"
    assert question.parameters["d"].default == "today"
    assert list(question.columns) == ["year", "number", "evidence"]
    assert question.chart == catalogue.Chart("number", "year", ("evidence",))
    assert question.example == {"parameters": {"m": ["132241"]}, "first": {"number": "1"}}


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        ("#+ title: {ja: 題, en: Title}\n", "", "title: it is missing; give words in each of ja, en"),
        ("en: Title", "fr: Titre", "title: give words in each of ja, en"),
        ("ja: 要約", "ja: ", "summary: give words in each of ja, en"),
        ("{ja: 注意, en: Caveat}", "注意", "caveat: give words in each of ja, en"),
        ("#+ tags: [figures]\n", "", "tags: it is missing; name one or two themes"),
        ("[figures]", "figures", "tags: name one or two themes, as [council]; it says 'figures'"),
        ("[figures]", "[figures, council, people]", "tags: name one or two themes"),
        ("#+ tags: [", "#+ tags: [[", "not YAML"),
        ("#+ caveat", "#+ caveats", "caveats: no such key; there are caveat, chart"),
        ("#+ parameters:\n", "#+ parameters: m\n#+ more:\n", "more: no such key"),
        ("name: m,", "name: 市,", "parameters: 市: name: write ASCII letters and digits"),
        ("name: m,", "name: page,", "parameters: page: name: page is taken"),
        ("name: q,", "name: m,", "parameters: m: name: m is taken"),
        ("name: m,", "name: x,", "parameters: x: name: the query has no place for it; write VALUES ?x"),
        ("type: day", "type: number", "parameters: d: type: there is no type number; write one of municipality, day"),
        (", scheme: duty", "", "parameters: q: scheme: a concept needs the scheme it is of"),
        ("type: day,", "type: day, scheme: duty,", "parameters: d: scheme: a concept needs"),
        ("repeatable: true", 'repeatable: "yes"', "parameters: m: repeatable: write true or false; it says 'yes'"),
        ('example: "132241"', "example: 132241", "parameters: m: example: give a value that can be tried, as a text"),
        ('example: "132241"', 'example: "132240"', "parameters: m: example: '132240' cannot be used for m"),
        (", example: matching", "", "parameters: q: example: it is missing"),
        ("default: today", "default: 令和元年", "parameters: d: default: d: '令和元年' can be a calendar year"),
        ("required: true", "required: true, default: matching", "parameters: q: default: what is required has no"),
        ("{ja: 日, en: Day}", "Day", "parameters: d: label: give words in each of ja, en"),
        ("#+   evidence: {ja: 根拠, en: Evidence}\n", "", "columns: evidence is missing"),
        ("#+   number: {", "#+   amount: {", "columns: the query has no ?amount"),
        ("en: Number}", "en: ''}", "columns: number: give words in each of ja, en"),
        ("of: number", "of: amount", "chart: of: there is no column amount"),
        ("by: [evidence]", "by: evidence", "chart: by: list the columns"),
        ("over: year", "x: year", "chart: x: no such key; there are by, of, over"),
        ("{parameters: {m", "{parameters: {z", "example: parameters: z: no such key; there are d, m, q"),
        ('m: ["132241"]}, first', 'm: ["1"]}, first', "example: parameters: m: '1' cannot be used for m"),
        ("first: {number", "first: {amount", "example: first: amount: no such key"),
        ("#+ example", "#+ deprecated: soon\n#+ example", "deprecated: write a day as 2026-11-22; it says 'soon'"),
        ("#+ example", "#+ replaced-by: '../x'\n#+ example", "replaced-by: write the name of a question"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_file_its_key_and_what_is_wanted(right: str, wrong: str, words: str) -> None:
    assert right in HEADER
    with pytest.raises(ValueError, match=r"example\.rq: ") as refused:
        read(HEADER.replace(right, wrong, 1) + QUERY)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        ("scope: city", "scope: country", "scope: write city, or leave the key out; it says 'country'"),
        ("repeatable: true", "repeatable: false", "scope: what is answered city by city has a repeatable parameter m"),
        ("  municipality: {", "  year: {", "scope: the first column of what is answered city by city is municipality"),
        ("ORDER BY ?m ?year", "ORDER BY ?year ?m", "scope: what is answered city by city ends in ORDER BY ?m"),
    ],
)  # fmt: skip
def test_who_promises_to_answer_city_by_city_is_seen_to_be_able_to(right: str, wrong: str, words: str) -> None:
    text = (
        HEADER.replace("#+ parameters", "#+ scope: city\n#+ parameters").replace(
            "#+   year", "#+   municipality: {ja: 市, en: City}\n#+   year"
        )
        + QUERY.replace("?year", "?municipality ?year", 1)
        + " ORDER BY ?m ?year"
    )
    assert read(text).by_city
    with pytest.raises(ValueError, match=r"example\.rq: ") as refused:
        read(text.replace(right, wrong, 1))
    assert words in str(refused.value)


def test_a_file_without_a_header_is_told_how_to_begin_one() -> None:
    with pytest.raises(ValueError, match=r"example\.rq: there is no header; begin with lines such as #\+ title"):
        read(QUERY)


@pytest.fixture
def catalogue_of(tmp_path: Path) -> Repository:
    """A repository with no question in its catalogue but those a test writes."""
    for folder in ("data", "ontology", "shapes", "queries/catalogue"):
        (tmp_path / folder).mkdir(parents=True)
    shutil.copy(ROOT / "queries" / "catalogue" / "themes.yaml", tmp_path / "queries" / "catalogue")
    return Repository(tmp_path)


def write(repository: Repository, name: str, text: str) -> None:
    (repository.root / "queries" / "catalogue" / f"{name}.rq").write_text(text, "utf-8")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("#+ tags: [weather]\n", "tags: there is no theme weather; there are operation, structure"),
        ("#+ tags: [figures]\n#+ replaced-by: nothing\n", "replaced-by: there is no question nothing that answers"),
    ],
)
def test_what_a_header_refers_to_is_there(catalogue_of: Repository, line: str, words: str) -> None:
    write(catalogue_of, "example", HEADER.replace("#+ tags: [figures]\n", line) + QUERY)
    with pytest.raises(ValueError, match=r"example\.rq: ") as refused:
        catalogue.questions(catalogue_of)
    assert words in str(refused.value)


def test_a_question_without_a_query_says_where_to_go(catalogue_of: Repository) -> None:
    write(catalogue_of, "new", HEADER + QUERY)
    write(catalogue_of, "old", "#+ replaced-by: new\n")
    assert (list(catalogue.questions(catalogue_of)), catalogue.moved(catalogue_of)) == (["new"], {"old": "new"})
    write(catalogue_of, "old", "#+ title: {ja: 題, en: Title}\n")
    with pytest.raises(ValueError, match=r"old\.rq: replaced-by: it is missing; a file without a query says where"):
        catalogue.moved(catalogue_of)


def test_every_theme_has_words_in_both_languages(repository: Repository) -> None:
    themes = repository.themes()
    assert {frozenset(words) for words in themes.values()} == {frozenset({"ja", "en"})}
    assert {tag for each in catalogue.questions(repository).values() for tag in each.tags} == set(themes)


def test_the_readme_teaches_every_key_and_type() -> None:
    page = ROOT / "queries" / "README.md"
    keys = {name for row in table(page, "The keys of a question") for name in CODE.findall(row[0])}
    assert keys == KEYS
    types = {name for row in table(page, "The types of a parameter") for name in CODE.findall(row[0])}
    assert types == set(catalogue.WANTED)
