"""Runs: what their rankings depend on, carrying them out, storing and measuring them."""
