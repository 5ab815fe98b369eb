"""Components that other installed packages add through entry points: engines, rankers, retrievers, answer formats."""

from collections.abc import Iterable, Mapping
from importlib.metadata import entry_points
from typing import Any

from promptrec.errors import InputError, UnknownName, first_line

ENGINES = "promptrec.engines"
RANKERS = "promptrec.rankers"
RETRIEVERS = "promptrec.retrievers"
ANSWERS = "promptrec.answers"


def plugin_names(group: str) -> list[str]:
    """The names that installed packages have entry points for in a group, sorted."""
    return sorted(entry_points(group=group).names)


def find_component(
    kind: str, name: str, builtin: Mapping[str, Any], group: str, other_names: Iterable[str] = ()
) -> Any:  # noqa: ANN401 - a class or function of any kind of component
    """The built-in component of a name, or the one that another package adds under it.

    Args:
        kind: what messages call such a component, as in "ranker".
        name: of the component; a built-in one is never replaced by a package.
        builtin: the built-in components.
        group: the entry point group of the others.
        other_names: more names for the message about an unknown one.

    Raises:
        UnknownName: no such component; the message lists those that exist.
        InputError: two packages have the name, or the package that has it cannot be imported.
    """
    if name in builtin:
        return builtin[name]
    found = [*entry_points(group=group, name=name)]
    if not found:
        raise UnknownName(kind, name, {*builtin, *plugin_names(group), *other_names})
    packages = sorted({f"{e.dist.name} {e.dist.version}" if e.dist else e.value for e in found})
    if len(packages) > 1:
        raise InputError(f"the packages {' and '.join(packages)} both add the {kind} {name}: uninstall one of them")
    what = f"the {kind} {name} of the package {packages[0]}"
    try:
        component = found[0].load()
    except Exception as error:  # importing another package can raise anything
        reason = f"{type(error).__name__}: {first_line(error)}"
        raise InputError(f"{what} cannot be imported ({reason}): repair or uninstall it") from error
    if not callable(component):
        raise InputError(f"{what} is neither a class nor a function: repair or uninstall it")
    return component
