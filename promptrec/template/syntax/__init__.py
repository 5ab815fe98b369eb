"""The YAML and Jinja syntax of template files, and hints for slips in it."""

from promptrec.template.syntax.unclosed_blocks import without_remarks
from promptrec.template.syntax.yaml_hints import slip
from promptrec.template.syntax.yaml_loader import places, read_yaml

__all__ = ["places", "read_yaml", "slip", "without_remarks"]
