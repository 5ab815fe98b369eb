"""YAML and Jinja syntax of template files, and hints for mistakes in it."""

from promptrec.template.syntax.unclosed_blocks import without_comments
from promptrec.template.syntax.yaml_hints import explain_error
from promptrec.template.syntax.yaml_loader import places, read_yaml

__all__ = ["explain_error", "places", "read_yaml", "without_comments"]
