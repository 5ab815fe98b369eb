"""File formats: delimited text, RecBole, TOML, TREC, and the encoding of text files."""
