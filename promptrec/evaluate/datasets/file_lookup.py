"""The files of a dataset folder: finding one, or saying what lies there in its place."""

from collections.abc import Mapping
from pathlib import Path

from rapidfuzz import fuzz

from promptrec.data.identifiers import likeness
from promptrec.errors import InputError

# Each part under all names that are read.
FILES: Mapping[str, tuple[str, ...]] = {
    "catalog": ("catalog.jsonl", "catalog.csv", "catalog.parquet"),
    "queries": ("queries.jsonl", "queries.csv"),
    "candidates": ("candidates.jsonl",),
    "qrels": ("qrels.txt",),
    "interactions": ("interactions.csv",),
}
LINE_FORMATS = {
    "candidates": ', a line {"query_id": …, "candidates": […]} for each query',
    "qrels": ", a line 'query_id 0 item_id grade' for each judgement, parted by spaces",
}
# How much a name must be like ours to be meant: "catalogue" and "query" for what has to be there, no more than a
# letter for what may be left out on purpose ("candidates-old").
LOOSE_SIMILARITY, STRICT_SIMILARITY = 66, 90


def find_file(folder: Path, part: str, min_similarity: float = STRICT_SIMILARITY) -> Path | None:
    """The file of a part that may be left out, None where there is none.

    Raises:
        InputError: a file would be passed over: one of a like name, such as candidates.csv, or one of two.
    """
    names = FILES[part]
    there = [folder / name for name in names if (folder / name).exists()]
    if len(there) > 1:
        raise InputError(f"{folder}: {' and '.join(path.name for path in there)} are the same part: keep one of them")
    found = there[0] if there else None
    if found is None and (other := _similar_file(folder, part, min_similarity)) is not None:
        same_kind = next((name for name in names if Path(name).suffix == other.suffix.lower()), None)
        table = next((name for name in names if name.endswith(".csv")), names[0])
        do = f"rename it {same_kind}" if same_kind else f"write it as {table}{LINE_FORMATS.get(part, '')}"
        raise InputError(f"{folder}: no {_join_or(names)}, but found {other.name}: {do}")
    return found


def require_file(folder: Path, part: str) -> Path:
    """The file of a part that has to be there.

    Raises:
        InputError: there is none; a file of a like name is named.
    """
    found = find_file(folder, part, LOOSE_SIMILARITY)
    if found is None:
        raise InputError(
            f"{folder}: no {_join_or(FILES[part])} there: a dataset folder needs one{LINE_FORMATS.get(part, '')}"
        )
    return found


def check_id(place: str, kind: str, written: str) -> None:
    """Refuse an ID with white space in it: qrels.txt and run.trec part IDs by spaces.

    Raises:
        InputError: with the place and an ID to write in its place.
    """
    words = written.split()
    if words != [written]:
        raise InputError(
            f"{place}: the {kind} ID {written!r} has white space in it, which parts IDs in qrels.txt: write "
            f"{'_'.join(words)!r} in every file"
        )


def check_known(place: str, kind: str, written: str, known: Mapping[str, object]) -> None:
    """Refuse the ID of a query or an item that is not among the known ones.

    Raises:
        InputError: with the place, and the known ID that it seems to be.
    """
    if written in known:
        return
    meant = likeness([written], known)
    seems = f"; it seems to be {meant.known!r} ({meant.difference})" if meant else ""
    where = "among the queries" if kind == "query" else "in the catalogue"
    add = "" if kind == "query" else "add it to the catalogue, "
    raise InputError(f"{place}: the {kind} {written!r} is not {where}{seems}: mend it, {add}or remove it")


def _similar_file(folder: Path, part: str, least: float) -> Path | None:
    """A file whose name begins much like this part's, and more like it than like any other's."""
    for path in sorted(folder.glob("[!.]*")):
        begins = path.name.split(".")[0].casefold()
        likeness = {each: fuzz.ratio(begins, each) for each in FILES}
        if path.is_file() and likeness[part] >= least and likeness[part] == max(likeness.values()):
            return path
    return None


def _join_or(names: tuple[str, ...]) -> str:
    return ", ".join(names[:-1]) + " or " * (len(names) > 1) + names[-1]
