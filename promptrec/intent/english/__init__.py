"""Reading English requests by rules."""
