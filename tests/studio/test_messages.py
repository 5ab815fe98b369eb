"""Both languages say everything, and the browser's is found."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from promptrec.studio import messages as module
from promptrec.studio.messages import COOKIE, LANGUAGES, Refused, language_of, words

FOLDER = Path(module.__file__).parent
KNOWN = yaml.safe_load((FOLDER / "words.yaml").read_text(encoding="utf-8"))
PAGES = "".join(p.read_text(encoding="utf-8") for p in (FOLDER / "pages").glob("*.html"))
CODE = "".join(p.read_text(encoding="utf-8") for p in FOLDER.glob("*.py"))

NAMED = [*re.findall(r'Refused\("(\w+)"', CODE), "several", "nearest", "candidate"]  # one of these three, in desk.py


def asked(header="", query=None, cookie=None):
    cookies = {COOKIE: cookie} if cookie else {}
    return SimpleNamespace(
        query_params={"language": query} if query else {}, cookies=cookies, headers={"accept-language": header}
    )


@pytest.mark.parametrize("name", KNOWN)
def test_each_sentence_is_there_in_each_language(name):
    assert KNOWN[name].keys() == LANGUAGES.keys()
    assert all(isinstance(said, str) and said.strip() for said in KNOWN[name].values())
    assert not hasattr(dict, name), "say.NAME would be Python's own"


def test_no_sentence_is_left_over():
    used = set(re.findall(r"\bsay\.(\w+)", PAGES))
    families = re.findall(r'say\["(\w+_)" ~', PAGES)
    used |= {f"refused_{name}" for name in NAMED}
    assert used <= KNOWN.keys()
    assert {n for n in KNOWN if n not in used and not n.startswith(tuple(families))} == set()


def test_chinese_is_chinese():
    same = {name for name, said in KNOWN.items() if said["en"] == said["zh"]}
    assert same == {"tab_ab"}
    assert words("zh")["save"] == "保存" and words("en")["save"] == "Save"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("fr, zh;q=0.4, en;q=0.7", "en"),
        ("zh;q=0, en;q=0.1", "en"),
        ("de, fr", "en"),
        ("zh;q=nonsense", "en"),
        ("ZH-hant", "zh"),
    ],
)
def test_the_browsers_language(header, language):
    assert language_of(asked(header)) == language


def test_what_was_chosen_wins():
    assert language_of(asked("zh", cookie="en")) == "en"
    assert language_of(asked("en", query="zh", cookie="en")) == "zh"
    assert language_of(asked("zh", query="tlh")) == "zh"


def test_what_is_put_into_a_sentence_is_the_same_in_each_language():
    for name, said in KNOWN.items():
        slots = [set(re.findall(r"\{(\w+)", sentence)) for sentence in said.values()]
        assert slots[0] == slots[1], name


def test_what_the_studio_refuses_is_said_in_both_languages():
    refused = Refused("people", most=500)
    assert str(refused) == "the number of people must be 1 to 500"
    assert refused.text("zh") == "人数必须是 1 到 500"
