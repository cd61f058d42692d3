"""The wheel works where there is no checkout."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from .conftest import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.mark.slow
def test_the_wheel_carries_the_graph_and_the_licences(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("ontology", "shapes", "data", "queries"):
        committed = {
            f"sasaeai/graph/{path.relative_to(ROOT)}"
            for path in (ROOT / folder).rglob("*")
            if path.suffix in {".ttl", ".rq"}
        }
        assert committed
        assert committed <= names
    licences = {Path(name).name for name in names if "/licenses/" in name}
    assert licences == {"LICENSE", "LICENSE-CC-BY-4.0", "NOTICE"}
    assert "sasaeai/web/templates/base.html" in names


@pytest.mark.slow
def test_the_wheel_carries_what_was_fetched_with_its_licences(wheel: Path) -> None:
    fetched = ROOT / "service" / "sasaeai" / "web" / "static" / "npm"
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {f"sasaeai/web/static/npm/{path.name}" for path in fetched.glob("*")} <= names
    assert "sasaeai/web/static/sparql.js" in names


@pytest.mark.slow
def test_where_npm_cannot_be_reached_the_build_succeeds_and_says_so(tmp_path: Path) -> None:
    unbuilt = shutil.ignore_patterns(".git", ".venv", ".*_cache", ".hypothesis", "__pycache__", "npm", "tests")
    source = shutil.copytree(ROOT, tmp_path / "source", ignore=unbuilt)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    environment = os.environ | {"npm_config_registry": "http://127.0.0.1:9/", "npm_config_fetch_retries": "0"}
    built = subprocess.run(command, cwd=source, env=environment, check=True, capture_output=True, text=True)
    assert "Built without what npm brings" in built.stdout + built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert "sasaeai/web/templates/sparql.html" in names
    assert not [name for name in names if "static/npm" in name]


@pytest.mark.slow
def test_an_installed_wheel_answers_outside_a_checkout(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    install = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--target",
        str(site),
        str(wheel),
    ]
    subprocess.run(install, check=True, capture_output=True)
    environment = os.environ | {"PYTHONPATH": str(site)}
    where = [sys.executable, "-c", "import sasaeai; print(sasaeai.__file__)"]
    asked = [sys.executable, "-m", "sasaeai", "query", "contractor-history", "-p", "m=132241"]
    found = subprocess.run(where, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True)
    answer = subprocess.run(asked, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True)
    assert found.stdout.startswith(str(site))
    assert "多摩マイライフ包括支援協議会" in answer.stdout
