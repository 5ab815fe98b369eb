"""Reads what people want, refuse and require, and selects the items that it allows."""

from promptrec.intent.filters import Filter, bind
from promptrec.intent.reader import read_intent, with_intent
from promptrec.intent.selection import FilterReport, Selection, select
from promptrec.intent.settings import IntentSettings

__all__ = ["Filter", "FilterReport", "IntentSettings", "Selection", "bind", "read_intent", "select", "with_intent"]
