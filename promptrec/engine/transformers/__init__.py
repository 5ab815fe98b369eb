"""Engine that reads a model with Hugging Face transformers in this process."""

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)
