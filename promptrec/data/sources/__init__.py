"""Public data sets: where each comes from, under which terms, and reading it."""
