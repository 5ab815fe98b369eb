"""Items, catalogues, queries and interactions: readers and cleaning."""
