"""Datasets by name: a folder, a folder under $PROMPTREC_DATA, a recipe, or one that is generated."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from promptrec.data.sources.registry import PUBLIC, data_folders, local_folder
from promptrec.errors import InputError, UnknownName
from promptrec.evaluate.datasets.dataset import Dataset
from promptrec.evaluate.datasets.folder import load_dataset
from promptrec.evaluate.datasets.recipes import RECIPES, build
from promptrec.testing.planted_dataset import PlantedDataset, make_planted_dataset
from promptrec.testing.planted_intents import Language, make_planted_constraints, make_planted_refusals

LIST = "`promptrec data list`"


def open_dataset(name: str | Path, notify: Callable[[str], None] = lambda message: None) -> Dataset:
    """The dataset in a folder or of a name. A recipe is built once and read afterwards.

    Args:
        name: a folder; the name of one under $PROMPTREC_DATA; a recipe, such as "ml-100k:near-cold-5"; or a
            generated one, such as "planted".
        notify: gets notes on downloads, licences, ignored columns and problems of the data.

    Raises:
        UnknownName: none of these; the message has the nearest name.
        InputError: a file that cannot be read or downloaded.
    """
    if str(name) in GENERATED and not _has_queries(Path(name)):
        return GENERATED[str(name)]()
    data = load_dataset(find_dataset(name, notify))
    if data.ignored_columns:
        notify(f"{data.name}: columns of the queries that are passed over: {', '.join(data.ignored_columns)}")
    for remark in data.remarks:
        notify(f"{data.name}: {remark}")
    return data


def find_dataset(name: str | Path, notify: Callable[[str], None] = lambda message: None) -> Path:
    """The folder of a dataset; see `open_dataset`."""
    if not str(name).strip():
        # Path("") is the folder one is in.
        raise InputError("dataset-name-empty", command=LIST)
    if any("\udc80" <= sign <= "\udcff" for sign in str(name)):
        raise InputError("folder-name-not-utf-eight", name=ascii(str(name)))
    # `evaluate NAME --out NAME` makes a folder of that name which is no dataset.
    if _has_queries(Path(name)):
        return Path(name)
    folder = local_folder(str(name))
    if folder is not None:
        return folder
    if Path(name).is_dir() and str(name) not in {*RECIPES, *GENERATED}:
        return Path(name)
    if str(name) in GENERATED:
        raise InputError("dataset-without-folder", name=name)
    if str(name) in RECIPES:
        return build(RECIPES[str(name)], notify)
    if str(name) in PUBLIC:
        splits = tuple(split for split, recipe in RECIPES.items() if recipe.public == str(name))
        raise InputError("dataset-needs-split", name=name, splits=splits)
    if Path(name).is_file():
        raise InputError("dataset-is-a-file", name=name)
    folders_there = [f"{path.parent}/" for path in Path(name).parent.glob("*/queries.*")]
    raise UnknownName("dataset folder or name", str(name), [*folders_there, *known_datasets()], LIST)


def known_datasets() -> list[str]:
    """The names of all datasets that can be opened: those under $PROMPTREC_DATA, then the recipes and the generated."""
    return [*local_datasets(), *RECIPES, *GENERATED]


def _has_queries(folder: Path) -> bool:
    return next(folder.glob("queries.*"), None) is not None


def planted_dataset(users: int = 300, items: int = 320, candidates: int = 8, right: int = 2, seed: int = 0) -> Dataset:
    """Simulated users with one taste each, and candidates of which some match it: see `promptrec.testing.planted`."""
    generated = make_planted_dataset(users=users, items=items, candidates=candidates, right=right, seed=seed)
    return _generated("planted", "en", generated, f"promptrec.testing.planted, seed {seed}")


def _generated(name: str, language: str, generated: PlantedDataset, source: str) -> Dataset:
    return Dataset(
        name=name,
        language=language,
        catalog=generated.catalog,
        requests=generated.requests,
        relevance={query_id: dict.fromkeys(sorted(right), 1) for query_id, right in generated.relevant.items()},
        queries=tuple(request.query for request in generated.requests),
        domain="films",
        licence="Apache-2.0",
        source=source,
    )


def planted_refusals(language: Language = "en", users: int = 300, seed: int = 0) -> Dataset:
    """Simulated users who like one taste and refuse another: see `promptrec.testing.planted_intents`."""
    generated = make_planted_refusals(language, users, seed)
    return _generated(f"planted-refusals-{language}", language, generated, f"{INTENTS}, seed {seed}")


def planted_constraints(language: Language = "en", users: int = 300, seed: int = 0) -> Dataset:
    """Simulated users who require a price, year, duration or place: see `promptrec.testing.planted_intents`."""
    generated = make_planted_constraints(language, users, seed)
    return _generated(f"planted-constraints-{language}", language, generated, f"{INTENTS}, seed {seed}")


INTENTS = "promptrec.testing.planted_intents"
GENERATED: dict[str, Callable[[], Dataset]] = {
    "planted": planted_dataset,
    "planted-refusals-en": planted_refusals,
    "planted-refusals-zh": partial(planted_refusals, "zh"),
    "planted-constraints-en": planted_constraints,
    "planted-constraints-zh": partial(planted_constraints, "zh"),
}


def local_datasets() -> list[str]:
    """The names of the dataset folders under $PROMPTREC_DATA."""
    return list(dict.fromkeys(path.parent.name for root in data_folders() for path in sorted(root.glob("*/qrels.txt"))))
