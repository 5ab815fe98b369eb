import pytest

from promptrec.data.sources.goodbooks import read_goodbooks
from promptrec.data.sources.lastfm import read_lastfm
from promptrec.errors import InputError


def test_books_and_their_ratings(tmp_path):
    (tmp_path / "books.csv").write_text(
        "id,book_id,authors,original_publication_year,title,ratings_count\n"
        '9,1,"Ann Lee, Bo Chan",2008.0,The Garden,7\n9,2,Homer,-750.0,The Odyssey,7\n9,3,X,,Z,1\n'
    )
    (tmp_path / "ratings.csv").write_text("user_id,book_id,rating\n1,2,5\n")
    read = read_goodbooks(tmp_path)
    garden, odyssey, undated = read.catalog
    assert (garden.item_id, garden.fields) == ("1", {"authors": ("Ann Lee", "Bo Chan"), "year": 2008})
    assert odyssey.fields["year"] == -750 and "year" not in undated.fields and garden.popularity is None
    assert [one[:3] for one in read.interactions] == [("1", "2", 5.0)] and read.has_ratings and read.people == {}
    (tmp_path / "books.csv").write_text("book_id,title\n1,The Garden\n")
    with pytest.raises(InputError, match="books.csv:2: no column 'authors'"):
        read_goodbooks(tmp_path)


def test_artists_and_who_listened(tmp_path):
    (tmp_path / "artists.dat").write_text('id\tname\turl\n1\tMALICE "MIZER"\tx\n2\tDiary of Dreams\ty\n')
    (tmp_path / "user_artists.dat").write_text("userID\tartistID\tweight\n2\t1\t13883\n\n")
    read = read_lastfm(tmp_path)
    assert [(item.item_id, item.title) for item in read.catalog] == [("1", 'MALICE "MIZER"'), ("2", "Diary of Dreams")]
    assert [one[:2] for one in read.interactions] == [("2", "1")] and not read.has_ratings
    (tmp_path / "user_artists.dat").write_text("userID\tartistID\tweight\n2\t1\t5\n3\n")
    with pytest.raises(InputError, match=r"user_artists.dat:3: no userID or no artistID"):
        read_lastfm(tmp_path)
    (tmp_path / "artists.dat").write_text("id\ttitle\n1\tx\n")
    with pytest.raises(InputError, match="artists.dat:1: no column 'name'"):
        read_lastfm(tmp_path)
