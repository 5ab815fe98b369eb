"""Both languages say everything, and the browser's is found."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

import promptrec
from promptrec.engine.models.registry import resolve
from promptrec.errors import InputError, MissingExtra, PromptrecError, TemplateError, UnknownName
from promptrec.messages import Reason, entry, message, reason
from promptrec.studio import html_pages as module
from promptrec.studio.messages import COOKIE, LANGUAGES, error_text, language_of, words
from promptrec.studio.model import Model
from promptrec.testing.scripted_engine import ScriptedEngine

FOLDER = Path(module.__file__).parent
KNOWN = yaml.safe_load((FOLDER / "words.yaml").read_text(encoding="utf-8"))
PAGES = "".join(p.read_text(encoding="utf-8") for p in (FOLDER / "pages").glob("*.html"))
CATALOGUE = Path(promptrec.__file__).parent / "messages"
TOO_LONG = message("prompt-too-long", template="a/b", needed=99, cut=("item.title",), room=64)


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


@pytest.mark.parametrize("file", ["rank", "studio"])
def test_every_code_that_the_studio_can_show_has_chinese(file):
    codes = yaml.safe_load((CATALOGUE / f"{file}.yaml").read_text(encoding="utf-8"))
    assert [code for code in codes if "zh" not in entry(code)] == [] and len(codes) > 10


@pytest.mark.parametrize(
    ("why", "chinese"),
    [
        (Reason(message("nothing-known"), message("order-by-popularity")), "对这位用户一无所知；按受欢迎程度排序"),
        (
            reason("candidates-unread", unread=2, count=8, why=Reason(TOO_LONG)),
            f"8 个候选中有 2 个没有读到，以随机（种子固定）的顺序排在最后：{TOO_LONG.text('zh')}",
        ),
        (
            reason("without-rankers", why=Reason(reason("reason-of", name="bm25", why=reason("nothing-read")), "x")),
            "没有用 bm25：什么都没有读到；x",
        ),
        (
            Reason(message("no-candidate-in-reply"), message("order-seeded")),
            "从模型写的回答里读不出任何候选；按随机（种子固定）的顺序排列",
        ),
        (
            Reason(
                reason("truncated-to", name="item.title", tokens=60), reason("truncated-to", name="query", tokens=2)
            ),
            "item.title（只留 60）；query（只留 2）",
        ),
        (Reason("CUDA out of memory"), "CUDA out of memory"),
    ],
)
def test_a_reason_is_in_chinese_clause_by_clause_and_words_of_others_stay(why, chinese):
    assert why.text("zh") == chinese and why.text("en") == why


@pytest.mark.parametrize(
    "error", [MissingExtra("torch", "transformers"), UnknownName("engine", "vlm", ["vllm"]), InputError("no-tests-yet")]
)
def test_errors_are_in_both_languages(error):
    assert error_text(error, "zh") == error.message.text("zh") != error_text(error, "en") == str(error)


def test_an_error_of_a_file_names_the_file_without_its_folder_and_the_line():
    error = InputError("no-such-file", path="/somewhere/items.csv", line=3)
    assert error_text(error, "en") == f"items.csv line 3: {entry('no-such-file')['en']}"
    assert error_text(error, "zh") == f"items.csv 第 3 行：{entry('no-such-file')['zh']}"
    of_template = TemplateError("unknown-block", path="/somewhere/a.jinja", line=2, name="usr", known=("user",))
    assert error_text(of_template, "zh").startswith("a.jinja 第 2 行：")


def test_a_model_that_is_not_added_is_in_chinese(monkeypatch, tmp_path):
    monkeypatch.setenv("PROMPTREC_HOME", str(tmp_path))
    with pytest.raises(PromptrecError) as missing:
        _ = resolve("smollm2-135m", "language model").folder
    assert missing.value.code == "model-not-added"
    assert error_text(missing.value, "zh") == message("model-not-added", name="smollm2-135m").text("zh")


def test_the_page_says_in_both_languages_why_a_ranking_failed(client, session, ended, form):
    object.__setattr__(session, "model", Model("scripted", ScriptedEngine(fail=lambda text: Reason(TOO_LONG))))
    client.get("/?language=zh")
    shown = ended("run", form())
    assert f"{words('zh')['status_failed']}: {TOO_LONG.text('zh')}" in shown and "room for" not in shown
    client.get("/?language=en")
    assert TOO_LONG.text("en") in ended("run", form())


def test_the_page_says_in_chinese_what_stopped_the_work(client, ended, form):
    client.get("/?language=zh")
    source = form()["source"].replace("A guest who", "A guest, please, who")
    shown = ended("ab", form(source, dataset="plantd", people="3"))
    near = "没有叫 &#39;plantd&#39; 的数据集（是不是想写 &#39;planted&#39;？）；`promptrec data list` 会列出可以用的"
    assert near in shown
    body = client.post("/prompt", data=form(preferences="???")).text
    assert message("text-without-letters").text("zh") in body


def test_the_page_says_in_chinese_that_the_model_is_not_there(client, session, form):
    object.__setattr__(session, "model", Model("nobody/none"))
    client.get("/?language=zh")
    body = client.post("/prompt", data=form()).text
    assert "没有叫 &#39;nobody/none&#39; 的模型" in body and "可以用的有：" in body and "known:" not in body
