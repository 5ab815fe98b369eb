"""Public tools for testing: a scripted engine, contract tests, planted catalogues."""
