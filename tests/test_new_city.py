"""Adding a city is adding a file: no code, no list to edit."""

import shutil
from pathlib import Path

import pytest

from .conftest import ROOT, start_service, stop_service
from .test_sparql import NAMES, ask, get

NEW = Path(__file__).parent / "new-city"


@pytest.mark.slow
def test_a_new_city_s_file_is_found_in_sparql_in_the_list_and_in_the_answers(tmp_path: Path) -> None:
    for folder in ("ontology", "shapes", "data", "queries"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    shutil.copytree(NEW, tmp_path / "data" / "cities", dirs_exist_ok=True)
    service = start_service(root=str(tmp_path))
    try:
        assert "082015,水戸市" in get(service, NAMES, "text/csv").body.decode()
        assert "水戸市" in ask(f"{service.url}/?lang=ja").body.decode()
        assert "Mito" in ask(f"{service.url}/?lang=en").body.decode()
        history = ask(f"{service.url}/queries/contractor-history.csv?m=082015&lang=ja").body.decode()
        assert "架空の社会福祉協議会" in history
        known = ask(f"{service.url}/queries/what-is-known.csv?m=082015&lang=en").body.decode()
        assert "not stated" in known.lower() or "not-stated" in known
        page = ask(f"{service.url}/doc/082015/tier/1", Accept="text/html", Accept_Language="ja")
        assert "架空のページ" in page.body.decode()
    finally:
        stop_service(service)
