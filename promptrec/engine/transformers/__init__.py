"""The embedded engine: Hugging Face transformers in this process."""
