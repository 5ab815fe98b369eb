"""Choosing a ranker for a model: `auto`."""
