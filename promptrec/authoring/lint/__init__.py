"""The linter for templates: `promptrec template check`."""
