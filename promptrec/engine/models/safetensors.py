"""Reader of safetensors files without torch.

The format is a little-endian length, a JSON header of that length, and the bytes of the tensors.
"""

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from promptrec.errors import ModelError

# bfloat16, which numpy lacks, is the first half of a float32.
NUMPY = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2"}


@dataclass(frozen=True)
class Tensor:
    """Number type, shape and byte range, counted from the end of the header, of a tensor."""

    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int


def read_header(path: Path) -> dict[str, Tensor]:
    """The tensors of a file by name.

    Raises:
        ModelError: it is not a safetensors file, or an incomplete one.
    """
    header, room = _header(path)
    try:
        tensors = {
            name: Tensor(str(t["dtype"]), tuple(map(int, t["shape"])), *map(int, t["data_offsets"]))
            for name, t in header.items()
        }
        if any(not 0 <= t.begin <= t.end <= room for t in tensors.values()):
            raise ModelError("safetensors-cut-off", path=path)
    except (ValueError, AttributeError, KeyError, TypeError) as error:
        raise ModelError("not-safetensors", path=path, why=error) from None
    return tensors


def _header(path: Path) -> tuple[dict[str, Any], int]:
    """The header of a file, and the number of bytes after it."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > size - 8:
                raise ModelError("safetensors-cut-off", path=path)
            header = json.loads(file.read(length))
        header.pop("__metadata__", None)
    except (OSError, struct.error, ValueError, AttributeError, TypeError) as error:
        raise ModelError("not-safetensors", path=path, why=error) from None
    return header, size - 8 - length


def values(path: Path) -> Iterator[tuple[str, "np.ndarray[Any, np.dtype[Any]]"]]:
    """Name and flat values of each tensor of a file, except of number types that numpy lacks."""
    with path.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        for name, tensor in read_header(path).items():
            if tensor.dtype in NUMPY:
                file.seek(8 + length + tensor.begin)
                numbers = np.frombuffer(file.read(tensor.end - tensor.begin), dtype=NUMPY[tensor.dtype])
                if tensor.dtype == "BF16":
                    numbers = (numbers.astype("<u4") << 16).view("<f4")
                yield name, numbers
