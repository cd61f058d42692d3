"""The notebooks and the lines of R do what they say, against a running service."""

import json
import os
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from .conftest import ROOT, Service
from .pages import Block, blocks
from .test_readme import ADDRESS, assert_same

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SAYS = {
    "four-cities": [
        "072036",
        "多摩市",
        "No document says: 港区",
        "「令和6年度~ 社会医療法人 河北医療財団」",
        "version",
    ],
    "as-of": ["132241 多摩市", "平成31年4月1日", "2023-04-01 → 2024-04-01", "「平成29年度~令和5年度", "not stated"],
}
"""Some of what each prints: values, what is missing, and the words of the documents."""

JAPANESE = "JAPANESE = ["
R = [
    (block, following)
    for block, following in pairwise(blocks(ROOT / "docs" / "from-python-and-r.md"))
    if (block.language, following.language) == ("r", "text")
]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: str(path.stem))
def test_a_notebook_is_kept_without_outputs(path: Path) -> None:
    cells = json.loads(path.read_text("utf-8"))["cells"]
    assert [cell for cell in cells if cell.get("outputs") or cell.get("execution_count")] == []
    assert {cell["cell_type"] for cell in cells[:2]} == {"markdown", "code"}


def run(path: Path, folder: Path, service: Service) -> list[Any]:
    """Run a notebook as its reader would, and return what stands under its cells."""
    done = folder / f"{path.stem}.done.ipynb"
    command = [str(Path(sys.executable).parent / "jupyter-execute"), f"--output={done}", str(path)]
    places = {"IPYTHONDIR": str(folder / "ipython"), "JUPYTER_RUNTIME_DIR": str(folder / "runtime")}
    ended = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | places | {"SASAEAI_URL": service.url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-4000:]
    cells = json.loads(done.read_text("utf-8"))["cells"]
    return [output for cell in cells for output in cell.get("outputs", [])]


def told(outputs: list[Any]) -> str:
    texts = [each.get("text") or each.get("data", {}).get("text/plain", "") for each in outputs]
    return "\n".join("".join(each) for each in texts)


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: str(path.stem))
def test_a_notebook_runs(path: Path, tmp_path: Path, service: Service) -> None:
    outputs = run(path, tmp_path, service)
    assert [each["text"] for each in outputs if each.get("name") == "stderr"] == []
    assert [each for each in SAYS[path.stem] if each not in told(outputs)] == []
    assert sum("image/png" in each.get("data", {}) for each in outputs) == 2


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: str(path.stem))
def test_a_notebook_draws_without_a_japanese_font(path: Path, tmp_path: Path, service: Service) -> None:
    text = path.read_text("utf-8")
    assert text.count(JAPANESE) == 1
    elsewhere = tmp_path / path.name
    elsewhere.write_text(text.replace(JAPANESE, "JAPANESE = [] and ["), "utf-8")
    outputs = run(elsewhere, tmp_path, service)
    # Letters that a font lacks are told of as warnings.
    assert [each["text"] for each in outputs if each.get("name") == "stderr"] == []
    assert sum("image/png" in each.get("data", {}) for each in outputs) == 2


def test_the_page_has_lines_of_r() -> None:
    assert len(R) == 2


@pytest.mark.parametrize("pair", R, ids=lambda pair: str(pair[0]))
def test_a_program_in_r_prints_what_it_says(pair: tuple[Block, Block], service: Service) -> None:
    if not (rscript := shutil.which("Rscript")):
        pytest.skip("R is not on this machine")
    program, expected = pair
    ended = subprocess.run(
        [rscript, "--vanilla", "-"],
        input=program.text.replace(ADDRESS, service.url),
        env=os.environ | {"LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert_same(str(program), ended.stdout.splitlines(), expected.text)
