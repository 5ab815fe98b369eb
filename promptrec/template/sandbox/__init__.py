"""Sandbox of untrusted templates: an allowlist of syntax, and a budget for each rendering."""

from promptrec.template.sandbox.allowlist import ALLOWED, check_blocks, check_tree
from promptrec.template.sandbox.budget import Budget, OverBudget
from promptrec.template.sandbox.environment import Trusted, environment
from promptrec.template.sandbox.metering import add_metering

__all__ = ["ALLOWED", "Budget", "OverBudget", "Trusted", "add_metering", "check_blocks", "check_tree", "environment"]
