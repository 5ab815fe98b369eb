"""The faults that `check` finds, one idea a file. Each rule takes a `Draft` and gives what is wrong with it."""
