"""Checks of one system: memorisation, robustness, stability."""
