"""Retrieval: indexes, tokenization, text encoders, and candidates from a catalogue."""
