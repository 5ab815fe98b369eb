"""What a template refers to, and the files that it is made of."""
