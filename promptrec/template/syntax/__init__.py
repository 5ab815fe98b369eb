"""The YAML and Jinja syntax of template files, and hints for slips in it."""
