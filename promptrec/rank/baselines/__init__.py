"""Baselines: rankers that read no language model."""
