"""The Japanese of the product keeps to the officials' guide (公用文作成の考え方, 2022): its signs are full-width."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import yaml

from sasaeai.repository import Repository

from .conftest import ROOT

SERVICE = ROOT / "service" / "sasaeai"

JAPANESE = "[々〇ぁ-ヿ一-鿿]"
ENDED = "[々〇ぁ-ヿ一-鿿）」]"
HALF_WIDTH = re.compile(rf"[()]|(?<={ENDED}) ?[:;!?](?![0-9])|(?<={ENDED})[,.](?={JAPANESE}|$)")
BESIDE_JAPANESE = re.compile(rf"{JAPANESE} ?[(:;!?]|[):;!?] ?{JAPANESE}")
AS_WRITTEN = re.compile(r"`[^`]*`|\{[^{}]*\}|<[^<>]*>|「[^」]*\([^」]*」|https?://[^\s、。（）]*")
"""What is no sentence: code, places to be filled, keys, what a document is called, addresses."""

NAMES_AS_TYPED = {"publish/organisations.py", "validation/country.py"}
"""Modules whose Japanese is never said: how people write the legal forms of organisations."""


def spoken(value: Any) -> Iterator[str]:
    """Yield every Japanese text of a tree of words."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from [each] if key == "ja" and isinstance(each, str) else spoken(each)
    elif isinstance(value, list):
        for each in value:
            yield from spoken(each)


def graphs() -> Iterator[tuple[Path, str]]:
    for file in Repository(ROOT).graphs("ontology", "shapes"):
        for each in ox.parse(file.content, ox.RdfFormat.TURTLE):
            if isinstance(each.object, ox.Literal) and each.object.language == "ja":
                yield file.path, each.object.value


def questions() -> Iterator[tuple[Path, str]]:
    for path in sorted((ROOT / "queries").rglob("*.rq")):
        for line in path.read_text("utf-8").splitlines():
            said = re.findall(r'"([^"]*)"@ja', line)
            if line.startswith("#+"):
                said = [] if re.match(r"#\+ +(first|en):", line) else re.split(r", en: |\bja: ", line[2:])
            yield from ((path, text) for text in said if re.search(JAPANESE, text))


def messages() -> Iterator[tuple[Path, str]]:
    for path in sorted(SERVICE.rglob("*.yaml")):
        yield from ((path, text) for text in spoken(yaml.safe_load(path.read_text("utf-8"))))


def templates() -> Iterator[tuple[Path, str]]:
    for path in sorted((SERVICE / "web" / "templates").rglob("*.html")):
        for text in re.findall(r"'((?:[^'\\\n]|\\.)*)'", path.read_text("utf-8")):
            if re.search("[ぁ-ヿ]", text) and len(re.findall("[A-Za-z]+ [a-z]+", text)) < 2:
                yield path, text


def modules() -> Iterator[tuple[Path, str]]:
    """Yield what modules say in Japanese: no docstring and no pattern, but the words between what is filled in."""
    for path in sorted(SERVICE.rglob("*.py")):
        if str(path.relative_to(SERVICE)) in NAMES_AS_TYPED:
            continue
        tree = ast.parse(path.read_text("utf-8"))
        unsaid = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}
        for call in (each for each in ast.walk(tree) if isinstance(each, ast.Call)):
            if ast.unparse(call.func).startswith("re."):
                unsaid |= {id(each) for argument in call.args for each in ast.walk(argument)}
        for each in ast.walk(tree):
            said = each.value if isinstance(each, ast.Constant) and id(each) not in unsaid else None
            if isinstance(said, str) and re.search(JAPANESE, said):
                yield path, said


@pytest.mark.parametrize("source", [graphs, questions, messages, templates])
def test_japanese_sentences_have_full_width_brackets_and_colons(source: Any) -> None:
    said = list(source())
    assert len(said) > 50
    wrong = [(str(path), text) for path, text in said if HALF_WIDTH.search(AS_WRITTEN.sub("", text))]
    assert not wrong


def test_what_modules_say_in_japanese_has_full_width_brackets_and_colons() -> None:
    said = list(modules())
    assert len(said) > 50
    wrong = [(str(path), text) for path, text in said if BESIDE_JAPANESE.search(text)]
    assert not wrong
