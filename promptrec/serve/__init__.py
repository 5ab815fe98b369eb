"""Serving many callers at once."""
