"""The templates that come with promptrec: their names, and each read once for all tests of a process."""

from functools import cache

from promptrec.template.kinds import KINDS
from promptrec.template.loader import load_template, shipped_folder
from promptrec.template.pack import PART


@cache
def load(name):
    """The template of a name with its kind ("films/en/yes-no")."""
    return load_template(name)


def names(*kinds):
    """The names of those of some kinds, or of all, without reading them: they end with the kind."""
    root = shipped_folder()
    files = (path.relative_to(root).with_suffix("") for path in root.rglob("*.jinja") if not path.name.startswith(PART))
    return sorted(path.as_posix() for path in files if not kinds or path.name in kinds)


RANKING = tuple(name for name, kind in KINDS.items() if kind.ranks)
