"""Prompt templates as files: finding them, their headers and packs, and rendering them. The names load on first use."""

from typing import TYPE_CHECKING

from promptrec.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from promptrec.template.context import Limits as Limits
    from promptrec.template.few_shot import Example as Example
    from promptrec.template.filters import Shorten as Shorten
    from promptrec.template.front_matter import Header as Header
    from promptrec.template.kinds import KINDS as KINDS
    from promptrec.template.kinds import AnswerWords as AnswerWords
    from promptrec.template.kinds import TemplateKind as TemplateKind
    from promptrec.template.loader import default_pack as default_pack
    from promptrec.template.loader import known_name as known_name
    from promptrec.template.loader import list_templates as list_templates
    from promptrec.template.loader import load_template as load_template
    from promptrec.template.loader import packs as packs
    from promptrec.template.loader import shipped_folder as shipped_folder
    from promptrec.template.pack import Pack as Pack
    from promptrec.template.spans import Span as Span
    from promptrec.template.spans import joined as joined
    from promptrec.template.spans import merged as merged
    from promptrec.template.template import Rendered as Rendered
    from promptrec.template.template import Template as Template
    from promptrec.template.test_case import TemplateTest as TemplateTest

_MODULES = {
    "AnswerWords": "promptrec.template.kinds",
    "Example": "promptrec.template.few_shot",
    "TemplateTest": "promptrec.template.test_case",
    "Header": "promptrec.template.front_matter",
    "KINDS": "promptrec.template.kinds",
    "Limits": "promptrec.template.context",
    "Pack": "promptrec.template.pack",
    "Rendered": "promptrec.template.template",
    "Shorten": "promptrec.template.filters",
    "Span": "promptrec.template.spans",
    "Template": "promptrec.template.template",
    "TemplateKind": "promptrec.template.kinds",
    "default_pack": "promptrec.template.loader",
    "joined": "promptrec.template.spans",
    "known_name": "promptrec.template.loader",
    "list_templates": "promptrec.template.loader",
    "load_template": "promptrec.template.loader",
    "merged": "promptrec.template.spans",
    "packs": "promptrec.template.loader",
    "shipped_folder": "promptrec.template.loader",
}

__all__ = [*_MODULES]
__getattr__, __dir__ = lazy_exports(__name__, _MODULES)
