import lzma
import subprocess
import sys

import pytest

from promptrec.data.catalog import BUNDLES, FOLDER, Catalog
from promptrec.data.clean import clean_text
from promptrec.errors import UnknownName


@pytest.fixture(scope="module")
def films():
    return Catalog.bundled("films")


@pytest.fixture(scope="module")
def places():
    return Catalog.bundled("places-zh")


def test_the_films_are_real_and_described(films):
    assert len(films) == 2500
    assert films.name == "films"
    assert films.field_names == ("year", "genres", "cast", "description")
    casablanca = films["Casablanca_(film)"]
    assert casablanca.title == "Casablanca"
    assert casablanca.fields["year"] == 1942
    assert "Humphrey Bogart" in casablanca.fields["cast"]
    assert sum(len(str(film.fields.get("description", ""))) >= 100 for film in films) > 0.95 * len(films)


def test_the_films_are_spread_over_decades(films):
    decades = {int(film.fields["year"]) // 10 for film in films}
    assert decades >= set(range(192, 203))


def test_the_places_are_in_chinese(places):
    assert len(places) == 2549
    assert "category" in places.field_names
    assert "门票" in places.field_names
    assert places.find("故宫").title == "故宫"


@pytest.mark.slow
@pytest.mark.parametrize("name", BUNDLES)
def test_bundled_text_is_clean_already_and_near_duplicates_are_few(name):
    catalog = Catalog.bundled(name)
    for item in catalog:
        assert clean_text(item.title) == item.title
    assert len(catalog.near_duplicates()) < 0.02 * len(catalog)


@pytest.mark.slow
def test_the_catalogue_class_has_them_too(films):
    assert [item.item_id for item in Catalog.bundled("films")] == [item.item_id for item in films]


def test_credits_name_source_and_licence(films, places):
    assert "Wikipedia" in films.credit
    assert "CC BY-SA 4.0" in films.credit
    assert "CrossWOZ" in places.credit
    assert "Apache-2.0" in places.credit
    assert "\n" not in films.credit + places.credit


def test_the_notice_says_what_the_licences_ask_for(films, places):
    notice = " ".join((FOLDER / "NOTICE.md").read_text(encoding="utf-8").split())
    for wanted in ("CC BY-SA 4.0", "https://en.wikipedia.org/wiki/", "prust/wikipedia-movie-data", "Changed:"):
        assert wanted in notice
    assert f"{len(places):,} sights" in notice
    assert "LICENSE-crosswoz.txt" in notice
    licence = (FOLDER / "LICENSE-crosswoz.txt").read_text(encoding="utf-8")
    assert "Apache License" in licence
    assert "Version 2.0" in licence


def test_every_file_is_small():
    packed = sorted(FOLDER.glob("*.xz"))
    assert [path.name for path in packed] == sorted(bundle.file for bundle in BUNDLES.values())
    for path in packed:
        assert path.stat().st_size < 1_000_000
        assert lzma.decompress(path.read_bytes()).endswith(b"}\n")


def test_an_unknown_name_is_answered_with_those_there_are():
    with pytest.raises(UnknownName) as told:
        Catalog.bundled("film")
    assert str(told.value) == "unknown bundled catalogue 'film' (did you mean 'films'?); known: films, places-zh"


@pytest.mark.slow
def test_reading_a_catalogue_loads_no_heavy_package():
    code = (
        "import sys; from promptrec.data.catalog import Catalog; Catalog.bundled('films'); "
        "print(*({'pandas', 'pyarrow', 'torch', 'bm25s', 'jinja2'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
