"""Answer formats: how the model is asked to answer, and the parser of its replies."""
