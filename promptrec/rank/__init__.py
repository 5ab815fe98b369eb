"""Ways of ranking, one a file."""
