"""File formats: delimited text, RecBole, TOML, and the encoding of text files."""
