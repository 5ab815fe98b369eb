"""What promptrec says of rankings and of models, in the language of the page; what others say stays as it is."""

import re
from functools import cache
from pathlib import Path
from string import Template as Pattern

import yaml

from promptrec.authoring.lint.from_error import diagnostic_of
from promptrec.errors import PromptrecError, TemplateError
from promptrec.studio.messages import Refused, words

# What the kinds of things are called.
KINDS = {
    "model": "模型",
    "language model": "语言模型",
    "text embedding model": "文本嵌入模型",
    "engine": "引擎",
    "ranker": "排序方式",
    "way of ranking": "排序方式",
    "template": "模板",
    "template or file of a pack": "模板或模板包文件",
    "metric": "指标",
    "dataset folder or name": "数据集",
}


def reason(said: str, language: str) -> str:
    """What is said of a ranking or a model, clause by clause, in "en" or "zh"."""
    return said if language == "en" else "；".join(map(_clause, said.split("; ")))


def fault(error: Exception, language: str) -> str:
    """What is said of an error: a template's with its file and line, the studio's own in its words."""
    if not isinstance(error, PromptrecError):
        return f"{type(error).__name__}: {error}"
    if isinstance(error, Refused):
        return error.text(language)
    if not isinstance(error, TemplateError):
        return reason(re.sub(r"^\S*/(?=[^/\s]+:)", "", str(error)), language)
    finding, colon = diagnostic_of(error, ""), {"en": ": ", "zh": "："}[language]
    line = words(language)["line"].format(line=finding.line) if error.line is not None else ""
    place = f"{finding.path.rpartition('/')[2]} {line}".strip()
    return colon.join(filter(None, (place, finding.text(language)[0])))


def _clause(said: str) -> str:
    """The Chinese of one clause; itself where no row of reasons.yaml knows it."""
    for pattern, chinese in _rows():
        found = pattern.fullmatch(said)
        if found:
            slots = {name: _slot(name, told or "") for name, told in found.groupdict().items()}
            return Pattern(chinese).substitute(slots)
    return said


def _slot(name: str, told: str) -> str:
    if name == "near":
        return f"（是不是想写 {told}？）" if told else ""
    return KINDS.get(told, told) if name == "kind" else _clause(told) if name == "why" else told


@cache
def _rows() -> list[tuple[re.Pattern[str], str]]:
    rows = yaml.safe_load((Path(__file__).parent / "reasons.yaml").read_text(encoding="utf-8"))
    return [(re.compile(row["when"], re.DOTALL), row["zh"]) for row in rows]
