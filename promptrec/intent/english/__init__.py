"""Rules for requests in English."""

from promptrec.intent.english.constraints import read_constraints
from promptrec.intent.english.dislikes import refusals

__all__ = ["read_constraints", "refusals"]
