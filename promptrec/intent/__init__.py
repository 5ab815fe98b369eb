"""Reading requests: likes, dislikes and constraints."""
