"""Items, catalogues, queries: reading and cleaning them."""
