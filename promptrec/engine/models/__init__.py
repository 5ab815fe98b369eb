"""Models by name: built-in ones, folders, adapters, and what a folder holds."""
