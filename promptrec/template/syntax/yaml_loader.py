"""YAML loader of headers and pack.yaml: all scalars are text, duplicate names are refused, errors have their line."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import yaml
from yaml import nodes

from promptrec.errors import TemplateError
from promptrec.template.syntax.yaml_hints import Disallowed, explain_error, wide_colon

# PyYAML reads slowly, character by character.
LONGEST_HEADER = 20_000
MOST_BRACKETS = 20


class _Plain(yaml.BaseLoader):
    """PyYAML loader with text scalars only, without aliases, anchors and tags (nested aliases take exponential memory).

    The depth of brackets is limited as they are read, because the reader slows down with each.
    """

    def fetch_flow_collection_start(self, token: type[yaml.Token]) -> None:
        if self.flow_level >= MOST_BRACKETS:
            raise Disallowed("yaml-brackets", self.get_mark(), most=MOST_BRACKETS)
        super().fetch_flow_collection_start(token)

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        mark: Any = event.start_mark  # its stub also has the marks of another reader
        if isinstance(event, yaml.AliasEvent):
            raise Disallowed("yaml-special-value", mark)
        # A title `!Kung` would be empty, and `&Sons x` would be x.
        if getattr(event, "anchor", None) is not None or getattr(event, "tag", None) not in (None, "!"):
            raise Disallowed("yaml-special-value", mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: nodes.MappingNode, deep: bool = False) -> dict[Any, Any]:
        first: dict[str, int] = {}
        for key, _ in node.value:
            name = str(key.value)
            if name in first:
                raise _DuplicateKey(name, first[name], key.start_mark.line)
            first[name] = key.start_mark.line
        return dict(super().construct_mapping(node, deep))


class _DuplicateKey(Exception):
    """A name with two values, of which PyYAML would silently use the last. Lines are counted from 0."""

    def __init__(self, name: str, first: int, second: int) -> None:
        super().__init__(name)
        self.name, self.first, self.second = name, first, second


def read_yaml(text: str, path: str, lines_before: int = 0) -> dict[str, Any]:
    """Read a YAML mapping whose values are texts, lists and mappings.

    Args:
        text: the YAML text.
        path: its file, for errors.
        lines_before: number of lines of the file before the text.

    Raises:
        TemplateError: invalid YAML, a duplicate name, or not a mapping; with the line.
    """
    if len(text) > LONGEST_HEADER:
        raise TemplateError("header-too-long", path=path, line=lines_before + 1, most=LONGEST_HEADER)
    try:
        # The base constructor reads every value as text. Others read the answer word Yes as a boolean.
        node = _composed(text)
        mapping = (_Plain("").construct_document(node) if node else None) or {}
    except _DuplicateKey as twice:
        first, second = (line + 1 + lines_before for line in (twice.first, twice.second))
        raise TemplateError("name-twice", path=path, line=second, name=twice.name, first=first, second=second) from None
    except yaml.YAMLError as error:
        line, found = explain_error(text, error)
        raise TemplateError(found, path=path, line=line + lines_before) from None
    except RecursionError:
        raise TemplateError("header-nested-too-deeply", path=path, line=1) from None
    if not isinstance(mapping, dict):
        wide = wide_colon(text)
        if wide is not None:
            raise TemplateError("yaml-wide-colon", path=path, line=wide + lines_before)
        raise TemplateError("header-not-mapping", path=path, line=1)
    return mapping


@lru_cache(maxsize=32)
def _composed(text: str) -> nodes.Node | None:
    """The nodes of a YAML text, once for all that ask: a pack.yaml is that of all its templates."""
    return yaml.compose(text, Loader=_Plain)


def places(text: str) -> dict[tuple[str, ...], int]:
    """Line (from 1) of each name and value of a YAML text, by its path of names, indexes and values."""
    out: dict[tuple[str, ...], int] = {}

    def walk(node: nodes.Node | None, keys: tuple[str, ...]) -> None:
        if isinstance(node, nodes.MappingNode):
            for key, value in node.value:
                out[(*keys, str(key.value))] = key.start_mark.line + 1
                walk(value, (*keys, str(key.value)))
        elif isinstance(node, nodes.SequenceNode):
            for number, entry in enumerate(node.value):
                out[(*keys, str(number))] = entry.start_mark.line + 1
                walk(entry, keys if isinstance(entry, nodes.ScalarNode) else (*keys, str(number)))
        elif isinstance(node, nodes.ScalarNode):
            out[(*keys, str(node.value))] = node.start_mark.line + 1

    walk(_composed(text), ())
    return out


def unquoted_values_with_comments(text: str) -> Iterator[tuple[str, int, str, str]]:
    """Unquoted values that end at a comment: name, line (from 1), value and comment of each."""
    rows = text.split("\n")
    waiting = [_composed(text)]
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, nodes.SequenceNode):
            waiting += node.value
        for key, value in node.value if isinstance(node, nodes.MappingNode) else ():
            waiting.append(value)
            if isinstance(value, nodes.ScalarNode) and value.style is None and value.value:
                rest = rows[value.end_mark.line][value.end_mark.column :].strip()
                if rest.startswith("#"):
                    yield str(key.value), value.end_mark.line + 1, str(value.value), rest
