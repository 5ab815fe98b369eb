import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptrec.errors import InputError
from promptrec.evaluate.datasets.file_lookup import FILES, check_id, find_file, require_file


@pytest.fixture
def folder(tmp_path):
    """Makes a folder of empty files."""

    def make(*names):
        for name in names:
            (tmp_path / name).touch()
        return tmp_path

    return make


@pytest.mark.parametrize(("part", "name"), [(part, name) for part, names in FILES.items() for name in names])
def test_a_file_is_found_under_each_of_its_names(folder, part, name):
    assert require_file(folder(name), part) == find_file(folder(), part) == folder() / name


@pytest.mark.parametrize("part", FILES)
def test_no_part_is_taken_for_another(folder, part):
    others = folder(*(name for other, names in FILES.items() if other != part for name in names), "splits.json")
    assert find_file(others, part) is None
    with pytest.raises(InputError, match=": a dataset folder needs one") as told:
        require_file(others, part)
    assert all(name in str(told.value) for name in FILES[part])


@pytest.mark.parametrize(
    ("part", "name", "said"),
    [
        (
            "catalog",
            "catalogue.csv",
            "no catalog.jsonl, catalog.csv or catalog.parquet, but found catalogue.csv: rename it catalog.csv",
        ),
        ("catalog", "Catalog.JSONL", "found Catalog.JSONL: rename it catalog.jsonl"),
        ("catalog", "catalog.xlsx", "found catalog.xlsx: write it as catalog.csv"),
        ("queries", "query.csv", "found query.csv: rename it queries.csv"),
        ("queries", "queries.csv.txt", "found queries.csv.txt: write it as queries.csv"),
        ("qrels", "qrels.csv", "found qrels.csv: write it as qrels.txt, with a line 'query_id 0 item_id grade'"),
        ("candidates", "candidates.csv", "found candidates.csv: write it as candidates.jsonl, with a line {"),
        ("interactions", "interaction.csv", "found interaction.csv: rename it interactions.csv"),
    ],
)
def test_a_file_of_a_like_name_is_not_passed_over(folder, part, name, said):
    for ask in (require_file, find_file) if part in ("candidates", "interactions") else (require_file,):
        with pytest.raises(InputError) as told:
            ask(folder(name), part)
        assert said in str(told.value)


def test_of_two_files_of_one_part_none_is_passed_over(folder):
    with pytest.raises(InputError, match="queries.jsonl, queries.csv are the same part: keep one of them"):
        require_file(folder("queries.csv", "queries.jsonl"), "queries")


def test_what_may_be_left_out_can_be_put_aside(folder):
    assert find_file(folder("candidates-old.jsonl", ".candidates.csv"), "candidates") is None


@pytest.mark.slow
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_an_id_is_taken_only_if_a_line_of_qrels_can_hold_it(written):
    line = f"{written} 0 {written} 1"
    if line.split() == [written, "0", written, "1"]:
        check_id("here", "item", written)
    else:
        with pytest.raises(InputError, match="^here: the item ID .* has white space in it"):
            check_id("here", "item", written)


def test_an_id_with_white_space_is_answered_with_one_that_will_do():
    with pytest.raises(InputError, match="write 'the_long_winter' in every file"):
        check_id("here", "item", "the long\u00a0winter")
    check_id("here", "item", "the_long_winter")
