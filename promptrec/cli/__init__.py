"""The command line. Thin: it parses, calls the library and prints."""
