"""Rankers that sort by comparisons of a few candidates."""
