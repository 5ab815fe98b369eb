"""Find and load templates: from the user's own folder first, then from the shipped ones."""

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

from promptrec.data.catalog import Catalog
from promptrec.errors import TemplateError, UnknownName
from promptrec.template.pack import PART
from promptrec.template.template import Template

SUFFIX = ".jinja"
CJK_SHARE = 0.3


def shipped_folder() -> Path:
    """Folder of the shipped templates: inside an installed wheel, or beside the package in a source tree."""
    package = Path(__file__).parent.parent
    return package / "templates" if (package / "templates").is_dir() else package.parent / "templates"


def load_template(name: str | Path, *, folder: str | Path | None = None, kind: str | None = None) -> Template:
    """Load a template.

    Args:
        name: a name ("films/en/yes-no"), a pack or its folder (with `kind`), or the path of a file.
        folder: the user's own templates.
        kind: required kind; None: any.

    Raises:
        UnknownName: no such template; the message has the nearest names and the command that lists all.
        TemplateError: an invalid template, or one of another kind.
    """
    known = dict(_files(folder))
    path = known.get(f"{name}/{kind}") or known.get(str(name))
    in_folder = Path(name) / f"{kind}{SUFFIX}"
    if path is not None:
        full = f"{name}/{kind}" if f"{name}/{kind}" in known else str(name)
        template = Template.from_file(path, full)
    elif Path(name).suffix == SUFFIX and Path(name).is_file():
        template = Template.from_file(name)
    elif kind is not None and in_folder.is_file():
        template = Template.from_file(in_folder)
    else:
        raise _unknown(name, known)
    if kind is not None and template.header.kind != kind:
        raise TemplateError("template-of-other-kind", path=template.path, kind=template.header.kind, wanted=kind)
    return template


def known_name(name: str | Path, *, folder: str | Path | None = None) -> str | Path:
    """Check that a name is that of a template or a pack, and return it; also for rankers that use no template.

    Raises:
        UnknownName: no such template or pack.
    """
    known = dict(_files(folder))
    is_file = Path(name).suffix == SUFFIX and Path(name).is_file()
    if not (is_file or str(name) in {*known, *_packs(known)} or any(Path(name).glob(f"*{SUFFIX}"))):
        raise _unknown(name, known)
    return name


def list_templates(
    folder: str | Path | None = None,
    pack: str | None = None,
    *,
    on_error: Callable[[TemplateError], None] | None = None,
) -> list[Template]:
    """Load all templates, or those of a pack, sorted by name.

    Args:
        folder: of the user's own templates.
        pack: the name of a pack; None: all packs.
        on_error: called with the error of each invalid template, which is then omitted.

    Raises:
        TemplateError: an invalid template, if there is no `on_error`.
    """
    found = []
    for name, path in sorted(dict(_files(folder)).items()):
        if pack in (None, name.rpartition("/")[0]):
            try:
                found.append(Template.from_file(path, name))
            except TemplateError as error:
                if on_error is None:
                    raise
                on_error(error)
    return found


def packs(folder: str | Path | None = None) -> set[str]:
    """Names of all packs ("films/en")."""
    return _packs(name for name, _ in _files(folder))


def default_pack(catalog: Catalog | None) -> str:
    """The general pack in the language of the catalogue's titles."""
    titles = "".join(item.title for item in catalog or ())
    chinese = sum(1 for c in titles if "\u4e00" <= c <= "\u9fff")
    return "general/zh" if titles and chinese > CJK_SHARE * len(titles) else "general/en"


def _packs(names: Iterable[str]) -> set[str]:
    return {name.rpartition("/")[0] for name in names} - {""}


def _unknown(name: str | Path, known: Collection[str]) -> UnknownName:
    return UnknownName("template", str(name), {*known, *_packs(known)}, "`promptrec template list --templates FOLDER`")


def _files(folder: str | Path | None) -> Iterator[tuple[str, Path]]:
    """Names and files, the user's own last so that they override others; parts of templates have no name."""
    own = folder or os.environ.get("PROMPTREC_TEMPLATES")
    if own is not None and not Path(own).is_dir():
        raise TemplateError("no-template-folder", path=own)
    for root in (shipped_folder(), *([Path(own)] if own else [])):
        for path in sorted(root.rglob(f"*{SUFFIX}")):
            if path.name.startswith(PART):
                continue
            yield path.relative_to(root).with_suffix("").as_posix(), path
