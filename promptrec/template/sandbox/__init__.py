"""The Jinja that templates of strangers may use: what is allowed, and what one rendering may cost."""
