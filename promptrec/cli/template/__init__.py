"""`promptrec template` and its subcommands."""
