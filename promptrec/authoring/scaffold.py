"""Create a pack of templates from one that comes with promptrec."""

import json
import re
from itertools import islice
from pathlib import Path

import yaml

from promptrec.data.catalog import Catalog
from promptrec.errors import InputError, UnknownName
from promptrec.template.front_matter import TRUNCATABLE
from promptrec.template.loader import SUFFIX, list_templates, packs
from promptrec.template.pack import CATALOG, SETTINGS, Pack

NAME = re.compile(r"\w[\w-]*/(en|zh)")
# Enough to try templates with; a person is to read through them.
MOST_ITEMS = 100
HOW_TO_TEST = {
    "en": "# tests:\n# - preferences: what somebody says\n#   include: a title that must be among the first 3\n"
    "#   exclude: a title that must not\n",
    "zh": "# tests:\n# - preferences: 某人说的话\n#   include: 必须排进前三的标题\n#   exclude: 不能排进前三的标题\n",
}


class NoPackName(InputError):
    """The name of a pack is not of the form DOMAIN/LANGUAGE."""


class PackIsThere(InputError):
    """The pack exists already, and is not overwritten."""


def new_pack(name: str, folder: Path, like: str | None = None, catalog: Catalog | None = None) -> list[Path]:
    """Write a pack of templates for a new domain, for its author to change.

    Args:
        name: DOMAIN/LANGUAGE, such as "wine/en".
        folder: of the author's own templates.
        like: the pack to begin from; None: the general one of the language.
        catalog: its first items are put beside the templates to try them with, and its fields declared.

    Returns:
        The files that were written.

    Raises:
        NoPackName, PackIsThere: see there.
        InputError: a pack to begin from in another language, or a folder that cannot be written to.
        UnknownName: no such pack to begin from.
    """
    domain, language = pack_name(name)
    like = like or f"general/{language}"
    if like not in packs():
        raise UnknownName("pack", like, packs())
    if not like.endswith(f"/{language}"):
        raise InputError("pack-in-other-language", like=like, name=name, language=language)
    target = folder / name
    try:
        if target.exists():
            raise PackIsThere("pack-exists", target=target)
        return _write_pack(target, list_templates(pack=like)[0].pack, domain, language, catalog)
    except OSError as error:
        raise InputError("pack-not-writable", name=name, folder=folder, why=error.strerror) from None


def pack_name(name: str) -> tuple[str, str]:
    """Split the name of a pack into domain and language.

    Raises:
        NoPackName: see there.
    """
    if not NAME.fullmatch(name):
        meant = re.sub(r"\s+", "-", name.strip()).lower()
        if NAME.fullmatch(meant):
            raise NoPackName("not-a-pack-name-but-near", name=name, meant=meant)
        raise NoPackName("not-a-pack-name", name=name)
    domain, language = name.split("/")
    return domain, language


def _write_pack(target: Path, source: Pack, domain: str, language: str, catalog: Catalog | None) -> list[Path]:
    target.mkdir(parents=True)
    written = [_copy_template(path, target, domain) for path in sorted(_folder(source).glob(f"*{SUFFIX}"))]
    written.append(_write(target / SETTINGS, _settings(source, domain, language, catalog)))
    if catalog is not None:
        rows = ({"item_id": i.item_id, "title": i.title, **i.fields} for i in islice(catalog, MOST_ITEMS))
        lines = (json.dumps(row, ensure_ascii=False) for row in rows)
        written.append(_write(target / CATALOG, "".join(f"{line}\n" for line in lines)))
    return written


def _folder(pack: Pack) -> Path:
    assert pack.folder is not None  # noqa: S101 - a pack that has a name has a folder
    return pack.folder


def _copy_template(path: Path, target: Path, domain: str) -> Path:
    text = re.sub(r"^domain: .*$", f"domain: {domain}", path.read_text(encoding="utf-8"), count=1, flags=re.MULTILINE)
    return _write(target / path.name, text)


def _settings(source: Pack, domain: str, language: str, catalog: Catalog | None) -> str:
    """The text of pack.yaml, with the fields of the catalogue or of the source pack, and without tests."""
    shared = source.shared()
    if catalog is not None:
        names = dict.fromkeys(name for item in catalog for name in item.fields)
        shared["fields"] = list(names)
    fields = shared.get("fields") or []
    cut = [name for name in shared.get("truncate", ()) if name in TRUNCATABLE or name.removeprefix("item.") in fields]
    settings = {"domain": domain, "language": language, "chat": shared.get("chat", False), "truncate": cut}
    settings |= {name: shared[name] for name in ("columns", "refusals") if name in shared}
    return yaml.safe_dump(settings | {"fields": fields}, sort_keys=False, allow_unicode=True) + HOW_TO_TEST[language]


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
