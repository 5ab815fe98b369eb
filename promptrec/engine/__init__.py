"""Reading prompts with a model."""
