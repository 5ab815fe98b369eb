"""Recipes: a public set, split and put into words, as a dataset folder that is built once."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from promptrec.data.download import home
from promptrec.data.sources.raw_dataset import RawDataset
from promptrec.data.sources.registry import PUBLIC, get
from promptrec.evaluate.datasets.folder import SPLITS, write_dataset
from promptrec.evaluate.datasets.leaks import check_leaks
from promptrec.evaluate.datasets.profiles import profiles, relevance
from promptrec.evaluate.datasets.split import DEFAULT_SHARE, SCHEMES, Split, items_by_user, split
from promptrec.rank.ordering import seeded_hash
from promptrec.template.loader import load_template
from promptrec.template.template import Template

VERSION = 1
"""Part of what a folder is compared by: raise it when the same recipe comes to make another dataset."""
SEED = 0
MOST_CANDIDATES = 20
RANK_FULL_CATALOG = ("leave-last-out",)


@dataclass(frozen=True)
class Recipe:
    """A public set and the way it is split.

    Candidates are up to 20 of the items that a person is tested on, chosen by a hash, and grades are
    max(0, rating - 3). Where there are no ratings, or one item is tested, the whole catalogue is to be ranked. People
    without anything relevant to find are left out, and counted in splits.json.
    """

    public: str
    scheme: str

    @property
    def name(self) -> str:
        """Name, such as "ml-100k:cold-user"."""
        return f"{self.public}:{self.scheme}"

    @property
    def folder(self) -> Path:
        """Folder of the built dataset."""
        return home() / "data" / f"{self.public}-{self.scheme}"


def _recipes(public: str) -> list[Recipe]:
    """The ways of splitting that a set has the facts for."""
    known = PUBLIC[public]
    lacking = {"cold-user": not known.has_people, "temporal": not known.has_times}
    return [Recipe(public, scheme) for scheme in SCHEMES if not lacking.get(scheme)]


RECIPES = {recipe.name: recipe for public in PUBLIC for recipe in _recipes(public)}


def build(recipe: Recipe, notify: Callable[[str], None] = lambda message: None) -> Path:
    """The folder of a recipe, built where it is not there or was built from something else; all of it or nothing.

    Raises:
        InputError: the set cannot be had.
    """
    source = get(recipe.public, notify)
    template = load_template(f"profiles/{PUBLIC[recipe.public].language}", kind="profile")
    provenance = _provenance(recipe, source, template)
    if not _is_up_to_date(recipe.folder, provenance):
        notify(f"building {recipe.name}, once")
        raw = PUBLIC[recipe.public].read(source)
        recipe.folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=recipe.folder.parent, prefix=f".{recipe.folder.name}-") as scratch:
            built = Path(scratch) / "built"
            write_recipe(recipe, raw, template, built, provenance)
            shutil.rmtree(recipe.folder, ignore_errors=True)
            built.rename(recipe.folder)
    return recipe.folder


def write_recipe(
    recipe: Recipe, raw: RawDataset, template: Template, folder: Path, provenance: Mapping[str, object]
) -> None:
    """Split a collection as the recipe says, put its people into words, check them, and write the dataset folder.

    Raises:
        InputError: no test users are left, or a profile leaks a relevant item.
    """
    known = raw.interactions.frame["item_id"].isin([item.item_id for item in raw.catalog])
    raw = replace(raw, interactions=raw.interactions.where(list(known)))
    parts = split(raw.interactions, recipe.scheme, seed=SEED)
    shown = _candidates(recipe, raw, parts)
    grades = relevance(parts.test)
    if shown is not None:
        grades = {user: {i: grades[user][i] for i in shown[user]} for user in grades}
    everybody = profiles(parts, raw.people, raw.catalog, template)
    relevant = [p for p in everybody if any(grades[p.query.query_id].values())]
    check_leaks(relevant, grades, raw.catalog)
    about = PUBLIC[recipe.public]
    stated = {"name": recipe.name} | {n: getattr(about, n) for n in ("domain", "language", "licence", "source")}
    write_dataset(
        folder,
        about=stated,
        catalog=raw.catalog,
        queries=[profile.query for profile in relevant],
        candidates=shown,
        relevance=grades,
        training=parts.train,
        splits={
            "made_of": provenance,
            **parts.manifest,
            "nothing_relevant": len(everybody) - len(relevant),
            "support": items_by_user(parts.support),
            "test": items_by_user(parts.test),
        },
    )


def _candidates(recipe: Recipe, raw: RawDataset, parts: Split) -> dict[str, Sequence[str]] | None:
    if recipe.scheme in RANK_FULL_CATALOG or not raw.has_ratings:
        return None
    chosen: dict[str, Sequence[str]] = {}
    for user, tested in parts.test.items():
        by_hash = sorted((one.item_id for one in tested), key=lambda item_id: seeded_hash(SEED, user, item_id))
        chosen[user] = by_hash[:MOST_CANDIDATES]
    return chosen


def _provenance(recipe: Recipe, source: Path, template: Template) -> dict[str, object]:
    digest = hashlib.sha256()
    for file in PUBLIC[recipe.public].files:
        digest.update((source / file).read_bytes())
    return {
        "recipe": recipe.name,
        "version": VERSION,
        "seed": SEED,
        "share": DEFAULT_SHARE,
        "most_candidates": MOST_CANDIDATES,
        "template_sha256": template.sha256,
        "source_sha256": digest.hexdigest(),
    }


def _is_up_to_date(folder: Path, provenance: Mapping[str, object]) -> bool:
    try:
        splits = json.loads((folder / SPLITS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(splits, dict) and splits.get("made_of") == provenance
