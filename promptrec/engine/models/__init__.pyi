from .builtin import BUILTIN as BUILTIN
from .fingerprint import adapter_sha256 as adapter_sha256
from .fingerprint import folder_sha256 as folder_sha256
from .registry import DEFAULT_MODEL as DEFAULT_MODEL
from .registry import ModelInfo as ModelInfo
from .registry import add as add
from .registry import list_models as list_models
from .registry import resolve as resolve
