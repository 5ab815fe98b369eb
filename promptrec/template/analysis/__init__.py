"""Static analysis of templates: the text and the names in each block, and the files that a template is made of."""

from promptrec.template.analysis.references import File, Parts, Piece, Place, Typed, Use, read_references

__all__ = ["File", "Parts", "Piece", "Place", "Typed", "Use", "read_references"]
