import pytest

from promptrec.data.formats.recbole import attributes_from_atomic, catalog_from_atomic, read_atomic
from promptrec.data.interactions import Interactions
from promptrec.errors import InputError


def atomic(tmp_path, text, name="s.inter"):
    (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path / name


def test_interactions_with_a_typed_header(tmp_path):
    path = atomic(tmp_path, 'user_id:token\titem_id:token\trating:float\n007\t"a\t3.5\r\n8\tb\t1\n')
    read = Interactions.from_atomic(path)
    assert [one[:3] for one in read] == [("007", '"a', 3.5), ("8", "b", 1.0)]


def test_sequences_are_tuples(tmp_path):
    path = atomic(tmp_path, "item_id:token\tclass:token_seq\tv:float_seq\n1\tDrama War\t1 2\n")
    assert list(read_atomic(path)) == [(f"{path}:2", {"item_id": "1", "class": ("Drama", "War"), "v": ("1", "2")})]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("user_id\titem_id\n1\t2\n", "s.inter:1: expected columns such as user_id:token, got 'user_id'"),
        ("user_id:word\n1\n", "s.inter:1: expected columns .*types: token, token_seq"),
        ("user_id:token\titem_id:token\n1\t2\n1\n", "s.inter:3: 1 cells in a row, but the header has 2 columns"),
        ("user_id:token\titem_id:token\n1\t\n", "s.inter:2: no item_id"),
        ("user_id:token\titem_id:token\trating:float\n1\t2\tx\n", "s.inter:2: rating must be a number"),
    ],
)
def test_what_cannot_be_read_is_said_with_file_and_line(tmp_path, text, said):
    with pytest.raises(InputError, match=said):
        Interactions.from_atomic(atomic(tmp_path, text))


def test_items_with_their_titles_put_together_again(tmp_path):
    path = atomic(
        tmp_path, "item_id:token\tmovie_title:token_seq\tclass:token_seq\n1\tToy Story\tComedy Drama\n", "s.item"
    )
    (item,) = catalog_from_atomic(path)
    assert (item.item_id, item.title, item.fields) == ("1", "Toy Story", {"class": ("Comedy", "Drama")})
    (item,) = catalog_from_atomic(path, columns={"genres": "class"})
    assert item.fields == {"genres": ("Comedy", "Drama")}
    with pytest.raises(InputError, match="s.item:2: no title"):
        catalog_from_atomic(atomic(tmp_path, "item_id:token\ttitle:token_seq\n1\t\n", "s.item"))


def test_people(tmp_path):
    path = atomic(tmp_path, "user_id:token\tage:token\ttags:token_seq\n1\t24\ta b\n2\t\t\n", "s.user")
    assert attributes_from_atomic(path) == {"1": {"age": "24", "tags": "a b"}, "2": {}}
    with pytest.raises(InputError, match="s.user:3: two rows for the user 1"):
        attributes_from_atomic(atomic(tmp_path, "user_id:token\tage:token\n1\t24\n1\t25\n", "s.user"))
    with pytest.raises(InputError, match="s.user:2: no user_id"):
        attributes_from_atomic(atomic(tmp_path, "user_id:token\tage:token\n\t24\n", "s.user"))
