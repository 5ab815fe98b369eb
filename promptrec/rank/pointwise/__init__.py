"""Rankers that ask about one candidate at a time."""
