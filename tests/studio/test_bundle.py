"""The bundled script: small, whole, of packages that may be shipped, and the ones that the lock names."""

import json
import re
from pathlib import Path

from promptrec.studio.html_pages import FOLDER

ROOT = Path(__file__).parents[2]
STATIC = FOLDER / "static"
SCRIPT = (STATIC / "studio.js").read_text(encoding="utf-8")
NOTICE = (STATIC / "NOTICE").read_text(encoding="utf-8")
BUNDLED = dict(re.findall(r"^((?:@[\w-]+/)?[\w.-]+) (\d+\.\d+\.\d+) \(\w+\)$", NOTICE, re.MULTILINE))


def test_it_is_one_small_file():
    assert 100_000 < (STATIC / "studio.js").stat().st_size < 700_000
    assert {path.name for path in STATIC.iterdir()} == {"studio.js", "studio.css", "NOTICE"}


def test_what_is_bundled_is_what_the_lock_names():
    locked = json.loads((ROOT / "studio" / "package-lock.json").read_text())["packages"]
    assert {"htmx.org", "@codemirror/view", "@codemirror/lang-jinja", "@codemirror/lint"} <= BUNDLED.keys()
    assert {name: locked[f"node_modules/{name}"]["version"] for name in BUNDLED} == BUNDLED
    assert all(entry.get("integrity") for path, entry in locked.items() if path)


def test_every_licence_is_there_and_lets_us_ship_it():
    licences = re.findall(r"^\S+ [\d.]+ \((\w+)\)$", NOTICE, re.MULTILINE)
    assert len(licences) == len(BUNDLED) and set(licences) <= {"MIT", "0BSD"}
    assert NOTICE.count("Permission ") >= len(BUNDLED)


def test_nothing_is_fetched_from_elsewhere():
    hosts = set(re.findall(r"https?://([\w.-]+)", SCRIPT + (STATIC / "studio.css").read_text()))
    pages = "".join(path.read_text(encoding="utf-8") for path in (FOLDER / "pages").glob("*.html"))
    # Names of XML, in SVG; and what an error message or a comment points to.
    assert hosts <= {"www.w3.org", "codemirror.net", "htmx.org"}
    assert "http" not in pages.replace("http-equiv", "")
