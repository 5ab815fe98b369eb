import codecs

import pytest

from promptrec.data.formats.toml import read_toml
from promptrec.errors import InputError


def write(folder, data):
    path = folder / "mine.toml"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


@pytest.mark.parametrize(
    "data",
    [
        b'name = "caf\xc3\xa9"\n',
        codecs.BOM_UTF8 + b'name = "caf\xc3\xa9"\r\n',
        codecs.BOM_UTF16_LE + 'name = "café"\r\n'.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + "name = 'café'".encode("utf-16-be"),
    ],
    ids=["plain", "notepad", "powershell", "utf-16-be"],
)
def test_marks_of_editors_are_passed_over(tmp_path, data):
    assert read_toml(write(tmp_path, data)) == {"name": "café"}


def test_nothing_is_said_by_a_file_with_nothing_in_it(tmp_path):
    assert read_toml(write(tmp_path, "")) == read_toml(write(tmp_path, "# nothing\n\n")) == {}


@pytest.mark.parametrize(
    ("text", "line", "how"),
    [
        ("name = mine\n", 1, "text stands in quotes"),
        ("seed = 1\ndomain = films # of mine\n", 2, "text stands in quotes"),
        ('templates = "C:\\Users\\me"\n', 1, "write / or take single quotes"),
        ('templates = "d:\\x"\n', 1, "write / or take single quotes"),
        ('name = "a"\nname = "b"\n', 2, "'name' stands there twice: take one out"),
        ("name = “mine”\n", 1, "straight quotes"),
        ("name = ‘mine’\n", 1, "straight quotes"),
        ("name: mine\n", 1, 'write NAME = VALUE, with = and not with ":"'),
        ("memorisation = True\n", 1, "write true or false"),
        ("limit = None\n", 1, "no sign for nothing"),
        ('name = "mine\n', 1, "the quote at the end is missing"),
        ("name =\n", 1, "no value behind the ="),
        ("datasets = [mine]\n", 1, r"texts in a list stand in quotes"),
        ('rankers = ["a" "b"]\n', 1, "lacks a comma"),
        ('rankers = ["a",\nlimit = 3\n', 2, "what was opened with a bracket before it"),
        ('{"name": "mine"}\n', 1, "this is JSON"),
        ('{\n "name": "mine"\n}\n', 1, "this is JSON"),
        ('name ＝ "x"\n', 1, "write plain ones"),
        ('name = "x"，\n', 1, "write plain ones"),
        ('name\u00a0= "x"\n', 1, "write plain ones"),
        ('name = "x";\n', 1, "take the sign at the end out"),
        ("source = 'it's me'\n", 1, "take double ones"),
        ('my name = "x"\n', 1, "a name has no blanks"),
        ("oops\n", 1, "write NAME = VALUE"),
    ],
)
def test_what_is_no_toml_is_said_with_its_line_and_how_to_write_it(tmp_path, text, line, how):
    with pytest.raises(InputError, match=rf"mine.toml:{line}: not readable as TOML: .*{how}"):
        read_toml(write(tmp_path, text))


@pytest.mark.parametrize("text", ['datasets = ["data\\new"]\n', 'templates = "c:\\temp"\n'])
def test_a_backslash_that_makes_a_control_character_is_not_read_as_one(tmp_path, text):
    with pytest.raises(InputError, match=r"mine.toml: (datasets|templates): .* control character .*single quotes"):
        read_toml(write(tmp_path, text))


def test_text_of_several_lines_may_have_them(tmp_path):
    assert read_toml(write(tmp_path, 'source = """a\nb"""\n')) == {"source": "a\nb"}
