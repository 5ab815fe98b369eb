"""What promptrec says of rankings and models, on the Chinese page: in Chinese, but for what others say."""

import ast
import importlib
import re
from pathlib import Path

import pytest

import promptrec
from promptrec.engine.models.registry import resolve
from promptrec.errors import InputError, MissingExtra, PromptrecError, UnknownName
from promptrec.studio.model import Model
from promptrec.studio.translate import fault, reason
from promptrec.testing.scripted_engine import ScriptedEngine

ROOT = Path(promptrec.__file__).parent
HAN = re.compile(r"[\u4e00-\u9fff]")
# Names of rankers, files and commands stay as they are.
KEPT = {"listwise", "labels", "query", "likelihood", "pairwise", "tournament", "cascade", "bm25", "dtype", "float32"}
KEPT |= {"engine", "option"}
# They import packages that may not be there; what they say of readings, the transformers engine says too.
OWN_PACKAGE = {"vllm", "server", "transformers"}


def english(said):
    """Words of English that are left in Chinese."""
    return set(re.findall(r"[A-Za-z]{4,}", said)) - KEPT


def written(node, module):
    """A text as the source writes it, with a 1 for each thing put in; None where it is put together otherwise."""

    def put_in(part):
        name = getattr(part.value, "id", "")
        return str(getattr(module, name)) if name.isupper() else "1"

    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else put_in(part) for part in node.values)
    return None


def reasons_in(path):
    """What a module notes of a ranking, or gives as the error of a reading."""
    module = importlib.import_module(".".join(("promptrec", *path.relative_to(ROOT).with_suffix("").parts)))
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        with_note = isinstance(node.func, ast.Attribute) and re.search(
            r"\.(notes|errors)\.append$", ast.unparse(node.func)
        )
        told = [node.args[0]] if with_note else [k.value for k in node.keywords if k.arg == "error"]
        yield from filter(None, (written(one, module) for one in told))


FILES = [path for room in ("rank", "engine") for path in (ROOT / room).rglob("*.py") if path.stem not in OWN_PACKAGE]
SAID = {said for path in FILES for said in reasons_in(path)}


def test_some_are_found():
    assert "the prompt is empty" not in SAID and len(SAID) > 10


@pytest.mark.parametrize("said", sorted(SAID))
def test_every_reason_that_the_source_writes_is_told_in_chinese(said):
    told = reason(said, "zh")
    assert reason(said, "en") == said
    assert HAN.search(told) or said == "1: 1" or said == "the 1", told
    assert said in ("1: 1", "the 1") or not english(told), told


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("nothing is known of this person; the order is by popularity", "对这位用户一无所知；按受欢迎程度排序"),
        (
            "2 of 8 candidates could not be read and come last in a seeded random order: the prompt of a/b needs 99 "
            "tokens even with item.title cut away; the model has room for 64",
            "8 个候选中有 2 个没有读到，以随机（种子固定）的顺序排在最后：即使把能缩短的都去掉（item.title），"
            "a/b 的提示词也需要 99 个词元；模型只放得下 64 个",
        ),
        (
            "without bm25: the prompt is empty; yes-no: nothing could be read",
            "没有用 bm25：提示词是空的；yes-no：什么都没有读到",
        ),
        (
            "no candidate could be read from the reply; the order is a seeded random one",
            "从模型写的回答里读不出任何候选；按随机（种子固定）的顺序排列",
        ),
        ("transformers stopped: CUDA out of memory", "transformers 停止了：CUDA out of memory"),
        ("the prompt has 99 tokens; the model has room for 64", "提示词有 99 个词元；模型只放得下 64 个"),
        ("item.description to 60; query.history to 2", "item.description（只留 60）；query.history（只留 2）"),
        ("who knows what", "who knows what"),
    ],
)
def test_a_reason_is_told_clause_by_clause_and_what_is_foreign_stays(said, told):
    assert reason(said, "zh") == told


def test_the_page_says_in_chinese_why_a_ranking_failed(client, session, ended, form):
    engine = ScriptedEngine(fail=lambda text: "the prompt has 99 tokens; the model has room for 64")
    object.__setattr__(session, "model", Model("scripted", engine))
    client.get("/?language=zh")
    shown = ended("run", form())
    assert "什么都没有读到: 提示词有 99 个词元；模型只放得下 64 个" in shown and "room for" not in shown
    client.get("/?language=en")
    assert "the model has room for 64" in ended("run", form())


def test_the_page_says_in_chinese_what_stopped_the_work(client, ended, form):
    client.get("/?language=zh")
    source = form()["source"].replace("A guest who", "A guest, please, who")
    shown = ended("ab", form(source, dataset="plantd", people="3"))
    near = "没有叫 &#39;plantd&#39; 的数据集（是不是想写 &#39;planted&#39;？）；`promptrec data list` 会列出可以用的"
    assert near in shown
    said = client.post("/prompt", data=form(preferences="???")).text
    assert "请用文字写出用户喜欢什么" in said and "letter" not in said


def test_the_page_says_in_chinese_that_the_model_is_not_there(client, session, form):
    object.__setattr__(session, "model", Model("nobody/none"))
    client.get("/?language=zh")
    said = client.post("/prompt", data=form()).text
    assert "没有叫 &#39;nobody/none&#39; 的模型" in said and "可以用的有：" in said and "known:" not in said


@pytest.mark.parametrize(
    "error",
    [
        MissingExtra("torch", "transformers"),
        UnknownName("engine", "vlm", ["vllm"]),
        InputError("every dataset is a file: give the dataset folder that holds it"),
    ],
)
def test_errors_are_told_in_chinese(error):
    assert HAN.search(fault(error, "zh")) and "known" not in fault(error, "zh")
    assert fault(error, "en") == str(error)


def test_a_model_that_is_not_added_is_told_in_chinese(monkeypatch, tmp_path):
    monkeypatch.setenv("PROMPTREC_HOME", str(tmp_path))
    with pytest.raises(PromptrecError) as missing:
        _ = resolve("smollm2-135m", "language model").folder
    assert fault(missing.value, "zh") == "这台电脑上还没有模型 smollm2-135m：请运行 `promptrec model add smollm2-135m`"
