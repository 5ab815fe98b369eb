"""Static analysis of templates: the text and the names in each block, and the files that a template is made of."""

from promptrec.template.analysis.inheritance import File, Parts
from promptrec.template.analysis.references import Piece, Place, Typed, Use, read_references

__all__ = ["File", "Parts", "Piece", "Place", "Typed", "Use", "read_references"]
