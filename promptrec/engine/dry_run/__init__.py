"""Counting what an engine would read, without weights."""
