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


def reason(text: str, language: str) -> str:
    """A reason of a ranking or a model in "en" or "zh", clause by clause."""
    return text if language == "en" else "；".join(map(_clause, text.split("; ")))


def fault(error: Exception, language: str) -> str:
    """An error in "en" or "zh": a template's with its file and line."""
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


def _clause(text: str) -> str:
    """The Chinese of one clause; itself where no row of reasons.yaml knows it."""
    for pattern, chinese in _rows():
        found = pattern.fullmatch(text)
        if found:
            slots = {name: _slot(name, value or "") for name, value in found.groupdict().items()}
            return Pattern(chinese).substitute(slots)
    return text


def _slot(name: str, value: str) -> str:
    if name == "near":
        return f"（是不是想写 {value}？）" if value else ""
    return KINDS.get(value, value) if name == "kind" else _clause(value) if name == "why" else value


@cache
def _rows() -> list[tuple[re.Pattern[str], str]]:
    rows = yaml.safe_load((Path(__file__).parent / "reasons.yaml").read_text(encoding="utf-8"))
    return [(re.compile(row["when"], re.DOTALL), row["zh"]) for row in rows]
