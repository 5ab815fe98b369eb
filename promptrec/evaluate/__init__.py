"""Measuring rankings. Nothing that ranks may import this room."""
