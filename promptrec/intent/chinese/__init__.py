"""Rules for requests in Chinese."""

from promptrec.intent.chinese.constraints import read_constraints
from promptrec.intent.chinese.dislikes import refusals

__all__ = ["read_constraints", "refusals"]
