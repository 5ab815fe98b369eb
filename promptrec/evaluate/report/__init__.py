"""What an evaluation found, for people: a page, Markdown, and a table on the console."""
