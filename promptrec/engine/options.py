"""Options of engines and their values."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Secret, SecretStr, ValidationError

from promptrec.errors import InputError, InvalidValue, UnknownName
from promptrec.messages import Message, Slot
from promptrec.redaction import MASK, redact_address

Quantization = Literal[
    "awq", "awq_marlin", "bitsandbytes", "compressed-tensors", "fp8", "gptq", "gptq_marlin", "modelopt"
]
# The ranks that vLLM has; text comes from the command line.
LoraRank = Annotated[
    Literal[8, 16, 32, 64, 128, 256, 320, 512],
    BeforeValidator(lambda rank: int(rank) if isinstance(rank, str) and rank.isdecimal() else rank),
]

# Options that results do not depend on: a run can be continued with others.
NOT_OF_RESULTS = frozenset({"api_key", "threads"})


class Address(Secret[str]):
    """Address of a server. Printed, logged or written to a file, it has no credentials."""

    def _display(self) -> str:
        return redact_address(self.get_secret_value())


def _sendable(key: SecretStr) -> SecretStr:
    """A key without surrounding white space, as from files."""
    value = key.get_secret_value().strip()
    if not re.fullmatch(r"[!-~]*", value):
        raise InvalidValue("key-not-sendable")
    return SecretStr(value)


class EngineOptions(BaseModel):
    """Options of all engines; each engine declares which it accepts. None means the engine's own default."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    dtype: Literal["auto", "float32", "float16", "bfloat16"] | None = None
    """Number type of the weights; float32 on a CPU, where bfloat16 is several times slower."""
    max_model_len: Annotated[int, Field(ge=16)] | None = None
    """Longest prompt plus answer, in tokens."""
    tensor_parallel_size: Annotated[int, Field(ge=1)] | None = None
    """Number of GPUs that vLLM splits the model over."""
    gpu_memory_utilization: Annotated[float, Field(gt=0, le=1)] | None = None
    """Share of a GPU's memory that vLLM uses."""
    quantization: Quantization | None = None
    """Quantization of the weights in vLLM."""
    max_lora_rank: LoraRank | None = None
    """Greatest rank of the LoRA adapters that vLLM reads with; None: it reads with none."""
    threads: Annotated[int, Field(ge=1, le=1024)] | None = None
    """Threads of the engine transformers on a CPU; None: the fastest number, timed from time to time."""
    base_url: Address | None = None
    """Address of an OpenAI-compatible server, or several with commas; else `PROMPTREC_SERVER` of the environment."""
    api_key: Annotated[SecretStr, AfterValidator(_sendable)] | None = Field(None, exclude=True)
    """Key of the server, never shown or dumped; else `PROMPTREC_API_KEY` of the environment."""

    @classmethod
    def parse(cls, options: Mapping[str, Any]) -> Self:
        """Options from names and values, which may be text.

        Raises:
            InputError: an unknown option or an invalid value, in one line.
        """
        try:
            return cls.model_validate(dict(options))
        except ValidationError as error:
            # Pydantic's error holds the values, which may be secrets: it is not chained.
            fault = error.errors(include_input=False)[0]
        name, cause = str(fault["loc"][0]), fault.get("ctx", {}).get("error")
        if fault["type"] == "extra_forbidden":
            # Anything else than a name may be a key in the wrong place.
            shown = name if re.fullmatch(r"[A-Za-z_-]{1,30}", name) else MASK
            raise InputError(UnknownName("engine option", shown, cls.model_fields).message)
        shown = "" if name in SECRET else f"={options[name]!r}"
        why: Slot = Message(cause.code, cause.slots) if isinstance(cause, InvalidValue) else fault["msg"]
        raise InputError("engine-option-invalid", option=f"{name}{shown}", why=why)

    def given(self) -> dict[str, Any]:
        """The options that are set, including secrets."""
        return {name: value for name, value in self if value is not None}


# Options whose values are not in messages.
SECRET = ("base_url", "api_key")
DEFAULTS = EngineOptions()
