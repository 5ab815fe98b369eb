"""Rankers that show all candidates in one prompt."""
