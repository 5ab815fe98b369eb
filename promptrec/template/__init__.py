"""Prompts as files: finding, checking and rendering them."""
