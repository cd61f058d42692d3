"""The nation made for measuring is a repository like any other: valid, whole, and the same every time."""

import csv
import io
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest

from sasaeai import catalogue, evidence
from sasaeai.formats import BY_NAME
from sasaeai.repository import Repository
from sasaeai.store.local import LocalStore
from sasaeai.validation import validate

from .conftest import ROOT

pytestmark = pytest.mark.slow

SH_TARGET = ox.NamedNode("http://www.w3.org/ns/shacl#targetClass")
UNSAID = {"https://w3id.org/sasaeai/ns#Operation", "https://w3id.org/sasaeai/ns#Indicator"}
"""What no document says of a thing: it says what is more special, and none counts what no other does."""


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "bench" / "nation.py"), str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def cities(root: Path) -> dict[str, bytes]:
    folder = root / "data" / "cities"
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.ttl")}


@pytest.fixture(scope="module")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("nation")
    made = make(folder, "--cities", "3", "--seed", "7")
    assert made.returncode == 0, made.stderr
    return folder


@pytest.fixture(scope="module")
def store(nation: Path) -> LocalStore:
    return LocalStore(Repository(nation))


def test_the_nation_is_valid(nation: Path) -> None:
    assert [each.sentence("en") for each in validate(Repository(nation))] == []


def test_of_planted_defects_each_is_found_by_its_rule_and_nothing_else_is(tmp_path: Path) -> None:
    made = make(tmp_path / "spoilt", "--cities", "5", "--seed", "7", "--defects", "23")
    assert made.returncode == 0, made.stderr
    planted = Counter(
        (each["rule"], each["focus"], each["file"])
        for each in map(json.loads, (tmp_path / "spoilt" / "defects.jsonl").read_text("utf-8").splitlines())
    )
    found = validate(Repository(tmp_path / "spoilt"))
    assert Counter((each.rule, each.focus, each.file) for each in found) == planted
    assert planted.total() == 23
    assert len({rule for rule, _, _ in planted}) == 9
    assert len({file.split("/")[2] for _, _, file in planted}) == 5


def test_without_defects_to_plant_a_nation_is_the_same_as_ever(nation: Path, tmp_path: Path) -> None:
    make(tmp_path / "spoilt", "--cities", "3", "--seed", "7", "--defects", "2")
    sound, spoilt = cities(nation), cities(tmp_path / "spoilt")
    assert len([name for name in sound if sound[name] != spoilt[name]]) in {1, 2}
    assert not (nation / "defects.jsonl").exists()


def test_more_defects_than_there_is_room_for_are_refused(tmp_path: Path) -> None:
    made = make(tmp_path / "nation", "--cities", "1", "--defects", "10000")
    assert made.returncode == 2
    assert "defects found no place in 1 cities: ask for fewer" in made.stderr


def test_the_nation_has_things_of_every_class(nation: Path) -> None:
    shapes = [ox.parse(path.read_bytes(), ox.RdfFormat.TURTLE) for path in (nation / "shapes").glob("*.ttl")]
    wanted = {each.object.value for file in shapes for each in file if each.predicate == SH_TARGET} - UNSAID
    said = "".join(path.read_text("utf-8") for path in (nation / "data").rglob("*.ttl"))
    names = set(re.findall(r"^<[^>]*> a (\w+:\w+)", said, re.MULTILINE))
    assert {re.split("[#/]", each)[-1] for each in wanted} <= {each.split(":")[1] for each in names}


def test_every_question_of_the_catalogue_has_an_answer(store: LocalStore, nation: Path) -> None:
    code = next(name[:6] for name, content in cities(nation).items() if b"a sas:Ward" in content)
    silent = []
    for name, question in catalogue.questions(Repository(nation)).items():
        arguments = {"m": [code]} if "m" in question.parameters else {}
        if name == "evidence-of":
            arguments = {"iri": [f"https://w3id.org/sasaeai/id/{code}/council/tier-1"]}
        answer = catalogue.answer(store, question, arguments, BY_NAME["csv"]).body.decode()
        if len(list(csv.reader(io.StringIO(answer, newline="")))) < 2:
            silent.append(name)
    assert silent == []


def test_every_quote_stands_in_the_text_of_its_document(store: LocalStore, nation: Path) -> None:
    documents = evidence.documents(store, Repository(nation))
    looked_into = [evidence.examine(each, nation / "texts") for each in documents]
    assert len(looked_into) == len(cities(nation))
    assert all(each.checked and not each.findings for each in looked_into)


def test_the_same_arguments_make_the_same_bytes_and_another_seed_makes_others(nation: Path, tmp_path: Path) -> None:
    first, again, other = (make(tmp_path / seed, "--cities", "3", "--seed", seed[0]) for seed in ("7", "7-again", "8"))
    assert first.stdout.splitlines()[-1] == again.stdout.splitlines()[-1] != other.stdout.splitlines()[-1]
    assert cities(tmp_path / "7") == cities(tmp_path / "7-again") == cities(nation)


def test_a_larger_nation_holds_the_smaller_one(nation: Path, tmp_path: Path) -> None:
    make(tmp_path / "larger", "--cities", "5", "--seed", "7")
    larger = cities(tmp_path / "larger")
    assert larger.keys() > cities(nation).keys()
    assert {name: larger[name] for name in cities(nation)} == cities(nation)


def test_cities_are_about_as_large_as_the_real_ones_and_differ_from_each_other(tmp_path: Path) -> None:
    printed = make(tmp_path / "nation", "--cities", "40").stdout
    made, real = sizes(tmp_path / "nation"), sizes(ROOT)
    assert f"40 cities, {len(cities(tmp_path / 'nation'))} documents, {made.total()} quads" in printed
    assert 0.75 < (made.total() / len(made)) / (real.total() / len(real)) < 1.25
    assert max(made.values()) > 4 * min(made.values())


def test_in_more_than_half_of_the_cities_one_council_serves_the_same_area_on_both_tiers(tmp_path: Path) -> None:
    make(tmp_path / "nation", "--cities", "40")
    both = [name for name, content in cities(tmp_path / "nation").items() if re.search(b"sas:serves <.*> , <", content)]
    assert 20 < len(both) < 40


def sizes(root: Path) -> Counter[str]:
    quads: Counter[str] = Counter()
    for name, content in cities(root).items():
        quads[name[:6]] += sum(1 for _ in ox.parse(content, ox.RdfFormat.TURTLE))
    return quads


def test_the_real_cities_come_in_only_when_asked_for(nation: Path, tmp_path: Path) -> None:
    make(tmp_path / "both", "--cities", "2", "--with-real")
    real = cities(ROOT)
    assert {name: cities(tmp_path / "both").get(name) for name in real} == real
    assert not real.keys() & cities(nation).keys()


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    made = make(tmp_path)
    assert made.returncode == 2
    assert "not empty" in made.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_more_cities_than_there_are_municipalities_are_refused(tmp_path: Path) -> None:
    made = make(tmp_path / "nation", "--cities", "1742")
    assert made.returncode == 2
    assert "1741" in made.stderr
    assert not (tmp_path / "nation").exists()
