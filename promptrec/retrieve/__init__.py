"""Choosing candidates from a catalogue."""
