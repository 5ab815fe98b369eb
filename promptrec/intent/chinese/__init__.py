"""Rule reader of Chinese requests: dislikes and constraints."""
