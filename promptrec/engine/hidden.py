"""Modules kept out of sight while another package looks through all of them."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def hidden(*names: str) -> Iterator[None]:
    """Take modules out of `sys.modules` for a while. Who has imported them already does not notice."""
    taken = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    try:
        yield
    finally:
        sys.modules.update(taken)
