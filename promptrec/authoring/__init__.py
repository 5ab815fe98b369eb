"""Tools for those who write templates: check, try, compare."""
