"""Datasets by name: a folder, a folder under $PROMPTREC_DATA, or a recipe."""

from collections.abc import Callable
from pathlib import Path

from promptrec.data.public import data_folders, local_folder
from promptrec.errors import UnknownName
from promptrec.evaluate.dataset import Dataset, load_dataset
from promptrec.evaluate.recipes import RECIPES, build


def open_dataset(name: str | Path, notify: Callable[[str], None] = lambda said: None) -> Dataset:
    """The dataset in a folder or of a name. A recipe is built once and read afterwards.

    Args:
        name: a folder; the name of a folder under $PROMPTREC_DATA; or a recipe, such as "ml-100k:near-cold-5".
        notify: is told what takes time, and what a licence forbids.

    Raises:
        UnknownName: none of the three; the message lists the names there are.
        InputError: a file that cannot be read or downloaded.
    """
    return load_dataset(find_dataset(name, notify))


def find_dataset(name: str | Path, notify: Callable[[str], None] = lambda said: None) -> Path:
    """The folder of a dataset; see `open_dataset`."""
    folder = Path(name) if Path(name).is_dir() else local_folder(str(name))
    if folder is not None:
        return folder
    if str(name) in RECIPES:
        return build(RECIPES[str(name)], notify)
    raise UnknownName("dataset", str(name), known_datasets())


def known_datasets() -> list[str]:
    """The names of all datasets that can be opened: those under $PROMPTREC_DATA, then the recipes."""
    return [*local_datasets(), *RECIPES]


def local_datasets() -> list[str]:
    """The names of the dataset folders under $PROMPTREC_DATA."""
    return list(dict.fromkeys(path.parent.name for root in data_folders() for path in sorted(root.glob("*/qrels.txt"))))
