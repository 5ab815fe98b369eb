"""Lookup of the files of a dataset folder, with hints for misnamed files."""

from collections.abc import Mapping
from pathlib import Path

from rapidfuzz import fuzz

from promptrec.data.identifiers import likeness
from promptrec.errors import InputError
from promptrec.messages import Slot, message

# Each part under all names that are read.
FILES: Mapping[str, tuple[str, ...]] = {
    "catalog": ("catalog.jsonl", "catalog.csv", "catalog.parquet"),
    "queries": ("queries.jsonl", "queries.csv"),
    "candidates": ("candidates.jsonl",),
    "qrels": ("qrels.txt",),
    "interactions": ("interactions.csv",),
}
# Parts whose line format errors explain, by the message `line-format/PART`.
LINE_FORMATS = ("candidates", "qrels")
# How much a name must be like ours to be meant: "catalogue" and "query" for what has to be there, no more than a
# letter for what may be left out on purpose ("candidates-old").
LOOSE_SIMILARITY, STRICT_SIMILARITY = 66, 90


def find_file(folder: Path, part: str, min_similarity: float = STRICT_SIMILARITY) -> Path | None:
    """File of an optional part; None if there is none.

    Raises:
        InputError: a file would be ignored: a misnamed one, such as candidates.csv, or one of two.
    """
    names = FILES[part]
    there = [folder / name for name in names if (folder / name).exists()]
    if len(there) > 1:
        raise InputError("dataset-part-twice", path=folder, names=tuple(path.name for path in there))
    found = there[0] if there else None
    if found is None and (other := _similar_file(folder, part, min_similarity)) is not None:
        same_kind = next((name for name in names if Path(name).suffix == other.suffix.lower()), None)
        table = next((name for name in names if name.endswith(".csv")), names[0])
        code = "dataset-file-misnamed" if same_kind else "dataset-file-of-other-kind"
        right, lines = same_kind or table, _line_format(part)
        raise InputError(code, path=folder, names=_either(names), other=other.name, right=right, lines=lines)
    return found


def require_file(folder: Path, part: str) -> Path:
    """File of a required part.

    Raises:
        InputError: there is none; the message has a misnamed one.
    """
    found = find_file(folder, part, LOOSE_SIMILARITY)
    if found is None:
        raise InputError("dataset-file-missing", path=folder, names=_either(FILES[part]), lines=_line_format(part))
    return found


def check_id(place: str, kind: str, written: str) -> None:
    """Refuse an ID with white space in it: qrels.txt and run.trec separate IDs by spaces.

    Raises:
        InputError: with the place and an ID to write in its place.
    """
    words = written.split()
    if words != [written]:
        raise InputError("id-with-spaces", path=place, kind=kind, found=written, fixed="_".join(words))


def check_known(place: str, kind: str, written: str, known: Mapping[str, object]) -> None:
    """Refuse the ID of a query or an item that is not among the known ones.

    Raises:
        InputError: with the place, and the known ID that it seems to be.
    """
    if written in known:
        return
    meant = likeness([written], known)
    near = message("seems-to-be", known=meant.known, difference=meant.difference) if meant else ""
    raise InputError("query-not-known" if kind == "query" else "item-not-known", path=place, name=written, near=near)


def _similar_file(folder: Path, part: str, least: float) -> Path | None:
    """A file whose name begins much like this part's, and more like it than like any other's."""
    for path in sorted(folder.glob("[!.]*")):
        begins = path.name.split(".")[0].casefold()
        likeness = {each: fuzz.ratio(begins, each) for each in FILES}
        if path.is_file() and likeness[part] >= least and likeness[part] == max(likeness.values()):
            return path
    return None


def _either(names: tuple[str, ...]) -> Slot:
    return message("one-of", names=names[:-1], last=names[-1]) if len(names) > 1 else names[0]


def _line_format(part: str) -> Slot:
    return message(f"line-format/{part}") if part in LINE_FORMATS else ""
