"""promptrec: recommend to people nobody has seen before, from what they say in words.

The public names load on first use, so that `import promptrec` stays light.
"""

import lazy_loader as lazy

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)
