"""The rules of the linter by subject. Each takes the lint context and yields diagnostics."""
