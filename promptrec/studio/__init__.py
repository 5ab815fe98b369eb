"""A page on this machine where templates are written, tried and compared."""
