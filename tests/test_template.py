"""A city's workbook: sheets made of the shapes, and no fact of the city lost in them."""

import io
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import Graph, Literal, URIRef
from rdflib.compare import isomorphic

from sasaeai import workbook
from sasaeai.fields import Fields, Statement
from sasaeai.intake import template
from sasaeai.intake.export import documents, tables
from sasaeai.intake.reading import city_of, read
from sasaeai.intake.rows import Submission
from sasaeai.repository import Repository
from sasaeai.vocabulary import BASE, ID, PREF_LABEL, RDF_TYPE, SAS

from .conftest import ROOT
from .test_command_line import sasaeai

CITIES = sorted(path.name.split("-")[0] for path in (ROOT / "data" / "cities").iterdir() if path.is_dir())
SHEETS = [
    "市区町村",
    "事業・層",
    "圏域",
    "協議体",
    "分科会",
    "名称の変遷",
    "組織・団体",
    "構成団体",
    "実施主体・委託",
    "コーディネーター等配置",
    "役割・業務",
    "会議",
    "議題",
    "活動",
    "刊行物",
    "協定",
    "統計・実績",
    "事例",
    "伴走支援",
    "支援の経過",
    "問合せ先",
    "出典",
]


def graph(statements: list[Statement]) -> Graph:
    made = Graph()
    for subject, predicate, value in statements:
        made.add((URIRef(subject), URIRef(predicate), value))
    return made


def returned(content: bytes, repository: Repository, name: str = "city.xlsx") -> Submission:
    """Read a workbook as it comes back."""
    grids = workbook.opened(name, content)
    city = city_of(grids)
    return read(grids, Fields.of(repository), city)


def test_there_are_four_cities_to_try() -> None:
    assert len(CITIES) >= 4


@pytest.mark.parametrize("city", CITIES)
def test_a_city_comes_back_from_its_workbook_as_the_same_graphs(repository: Repository, city: str) -> None:
    read_back = returned(template(repository, city), repository)
    assert read_back.city == city
    assert [each for each in read_back.findings if each.severity != "repair"] == []
    files = {each.name: each.content for each in repository.graphs("data") if f"/graph/{city}/" in each.name}
    assert set(read_back.graphs) == set(files)
    for name, content in files.items():
        expected = Graph().parse(data=content, format="turtle")
        assert len(expected) > 400
        assert isomorphic(graph(read_back.graphs[name]), expected)


@pytest.mark.parametrize("city", CITIES)
def test_every_fact_of_a_city_stands_in_a_column_of_its_own(repository: Repository, city: str) -> None:
    written = tables(Fields.of(repository), documents(repository, city))
    assert list(written) == SHEETS


def test_the_sheets_have_the_words_of_the_shapes_and_tell_the_source_and_the_quote(repository: Repository) -> None:
    book = openpyxl.load_workbook(io.BytesIO(template(repository, CITIES[0])))
    assert book.sheetnames == ["記入要領", *SHEETS, "コード表"]
    for title in SHEETS:
        head = [cell.value for cell in book[title][1]]
        assert head[0] == "キー"
        assert "出典" in head
        assert "根拠（原文の抜粋）" in head
        assert len(set(head)) == len(head), title


def test_each_column_is_explained_and_has_a_list_where_there_is_a_code_list(repository: Repository) -> None:
    book = openpyxl.load_workbook(io.BytesIO(template(repository, CITIES[0])))
    sheet = book["会議"]
    head = [str(cell.value) for cell in sheet[1]]
    rules = {rule.promptTitle: rule for rule in sheet.data_validations.dataValidation}
    assert set(rules) == set(head)
    assert all(rule.prompt for rule in rules.values())
    listed = rules["開催方法"].formula1.replace("$", "").split("!")[1]
    words = [cell.value for (cell,) in book["コード表"][listed]]
    assert {"対面", "書面"} <= {word[:2] for word in words}
    assert rules["出典"].formula1.startswith("'出典'!")


def test_the_guide_tells_every_column_of_every_sheet(repository: Repository) -> None:
    book = openpyxl.load_workbook(io.BytesIO(template(repository, CITIES[0])))
    told = {(row[0], row[1]) for row in book["記入要領"].iter_rows(min_row=2, values_only=True) if row[1]}
    assert told == {(title, cell.value) for title in SHEETS for cell in book[title][1]}


def test_no_text_of_a_document_becomes_a_formula(repository: Repository) -> None:
    city = CITIES[0]
    graphs = documents(repository, city)
    name = next(iter(graphs))
    graphs[name].append((f"{ID}{city}/programme", SAS + "quote", Literal("=HYPERLINK(1)", lang="ja")))
    book = workbook.write(tables(Fields.of(repository), graphs))
    cells = [cell for row in openpyxl.load_workbook(io.BytesIO(book))["事業・層"].iter_rows() for cell in row]
    assert any("=HYPERLINK" in str(cell.value) for cell in cells)
    assert all(cell.data_type != "f" for cell in cells)


def test_a_city_without_documents_gets_an_empty_workbook_that_names_it(repository: Repository) -> None:
    book = openpyxl.load_workbook(io.BytesIO(template(repository, "011002")))
    assert [[cell.value for cell in row if cell.value] for row in book["市区町村"].iter_rows(min_row=2)] == [["011002"]]
    assert all(book[title].max_row == 1 for title in SHEETS[1:])


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=12)
LITERALS = st.one_of(
    TEXT.map(lambda text: Literal(text, lang="ja")),
    TEXT.map(lambda text: Literal(text, lang="en")),
    TEXT.map(Literal),
    st.integers().map(lambda number: Literal(str(number), datatype=URIRef(f"{XSD}integer"), normalize=False)),
    st.decimals(-9999, 9999, places=2).map(
        lambda number: Literal(f"{number:f}", datatype=URIRef(f"{XSD}decimal"), normalize=False)
    ),
    st.dates().map(lambda day: Literal(day.isoformat(), datatype=URIRef(f"{XSD}date"), normalize=False)),
    TEXT.map(lambda text: Literal(text, datatype=URIRef(f"{XSD}date"), normalize=False)),
)


@settings(max_examples=40, deadline=None)
@given(
    values=st.lists(
        st.tuples(
            st.sampled_from(
                [PREF_LABEL, SAS + "quote", SAS + "headcount", SAS + "validFrom", SAS + "tier", SAS + "made-up"]
            ),
            LITERALS,
        ),
        max_size=6,
    )
)
def test_whatever_a_graph_says_comes_back(values: list[tuple[str, Literal]]) -> None:
    city, name = "011002", f"{BASE}graph/011002/page"
    thing = f"{ID}{city}/deployment/a"
    statements: list[Statement] = [
        (name, "http://purl.org/dc/terms/source", URIRef(f"{ID}source/{city}/page")),
        (name, SAS + "ownRendering", Literal("en")),
        (f"{ID}source/{city}/page", RDF_TYPE, URIRef(SAS + "Source")),
        (thing, RDF_TYPE, URIRef(SAS + "Deployment")),
        *((thing, path, value) for path, value in values),
    ]
    rows = tables(FIELDS, {name: statements}).items()
    back = read([workbook.Grid(title, [list(row) for row in table]) for title, table in rows], FIELDS, city)
    assert set(back.graphs[name]) == set(statements)


XSD = "http://www.w3.org/2001/XMLSchema#"
FIELDS = Fields.of(Repository(ROOT))


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.slow
def test_a_workbook_saved_by_libreoffice_is_the_same_graphs(repository: Repository, tmp_path: Path) -> None:
    city = CITIES[2]
    (tmp_path / "city.xlsx").write_bytes(template(repository, city))
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", "xlsx"]
    subprocess.run(
        [*command, "--outdir", str(tmp_path / "saved"), str(tmp_path / "city.xlsx")],
        check=True,
        capture_output=True,
        timeout=180,
    )
    back = returned((tmp_path / "saved" / "city.xlsx").read_bytes(), repository)
    for name, statements in documents(repository, city).items():
        assert set(back.graphs[name]) == set(statements)


def test_the_command_line_writes_the_workbook(tmp_path: Path, repository: Repository) -> None:
    made = sasaeai("template", CITIES[0], "-o", str(tmp_path / "city.xlsx"))
    assert made.returncode == 0, made.stderr
    assert returned((tmp_path / "city.xlsx").read_bytes(), repository).city == CITIES[0]


def test_a_code_that_is_no_municipality_is_told(tmp_path: Path) -> None:
    made = sasaeai("template", "999999", "-o", str(tmp_path / "city.xlsx"))
    assert made.returncode == 2
    assert "no municipality '999999'" in made.stderr
    assert not (tmp_path / "city.xlsx").exists()
