"""Models by name: built-in ones, folders, LoRA adapters, and what a folder holds."""

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)
