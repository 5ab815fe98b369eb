"""`Config`: configuration of an evaluation, from code, the command line or a TOML file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from promptrec.data.formats.toml import read_toml
from promptrec.engine.options import DEFAULTS, EngineOptions
from promptrec.errors import InputError, UnknownName
from promptrec.evaluate.metrics.ranking import DEFAULT_METRICS, parse_metric
from promptrec.messages import Slot, message
from promptrec.plugins import RETRIEVERS as RETRIEVER_GROUP
from promptrec.plugins import find_component
from promptrec.rank.base import IntentReader
from promptrec.rank.expression import ranker_parts
from promptrec.rank.selection.auto import AUTO
from promptrec.retrieve.registry import DEFAULT_RETRIEVER, RETRIEVERS

_NUMBER = "expected/number-from-one"
# Expected kind of each field, as a code of the message catalogue, and an example in TOML.
EXPECTED = {
    "datasets": ("expected/folders-or-names", '["mine"]'),
    "rankers": ("expected/names", '["query-likelihood"]'),
    "models": ("expected/names-or-folders", '["smollm2-135m"]'),
    "engine": ("expected/name", '"transformers"'),
    "engine_options": ("expected/options", '{dtype = "bfloat16"}'),
    "template": ("expected/name-or-file", '"films/en"'),
    "templates": ("expected/folder", '"my-templates"'),
    "adapter": ("expected/folder", '"my-adapter"'),
    "position_bias": ("expected/file", '"films.position-bias.json"'),
    "limit": (_NUMBER, "100"),
    "retrieve": (_NUMBER, "50"),
    "retriever": ("expected/name", '"bm25"'),
    "seed": ("expected/number", "0"),
    "metrics": ("expected/names", '["ndcg@10"]'),
    "memorisation": ("expected/true-or-false", "true"),
    "literal": ("expected/true-or-false", "true"),
    "intent_reader": ("expected/name", '"model"'),
    "robustness": ("expected/true-or-false", "true"),
    "check_limit": ("expected/number-from-two", "100"),
    "max_failed": ("expected/share", "0.01"),
    "executor": ("expected/name", '"ray"'),
    "workers": (_NUMBER, "4"),
}
# Options of the command line only: they do not affect results.
COMMAND_ONLY = {"out": "--out", "tracker": "--tracker", "retry_failed": "--retry-failed", "dry_run": "--dry-run"}


class Config(BaseModel):
    """Configuration of an evaluation: systems, datasets and metrics."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    datasets: Annotated[tuple[str, ...], Field(min_length=1)]
    """Folders, or names that `promptrec data list` shows."""
    rankers: tuple[str, ...] = ()
    """Names or expressions. Those that read a model run with each of `models`; baselines are always added."""
    models: tuple[str, ...] = ()
    """Names of added models, or model folders. Empty: the default model."""
    engine: str | None = None
    """Name of the engine; None: the best one for this machine."""
    engine_options: EngineOptions = DEFAULTS
    template: str | None = None
    """Name or file of a template; None: the pack of the dataset's domain and language."""
    templates: Path | None = None
    """Folder of the user's own templates, searched before the shipped ones."""
    adapter: str | None = None
    """Folder of a LoRA adapter."""
    position_bias: Path | None = None
    """File of `promptrec position-bias`, for the ranker listwise-prior."""
    limit: Annotated[int, Field(ge=1)] | None = None
    """Number of queries of each dataset, from the first; None: all."""
    retrieve: Annotated[int, Field(ge=1)] = 50
    """Number of candidates to retrieve for each query of a dataset without candidates."""
    retriever: str = DEFAULT_RETRIEVER
    """Name of the retriever of these candidates."""
    seed: int = 0
    """Seed of ties, label orders and resampling."""
    metrics: Annotated[tuple[str, ...], Field(min_length=1)] = DEFAULT_METRICS
    """Metrics of single rankings; systems are compared on the first."""
    memorisation: bool = False
    """Whether to run also with masked and permuted titles."""
    literal: bool = False
    """Whether to run each ranker also on people's words taken literally, without reading dislikes and constraints."""
    intent_reader: IntentReader = "rules"
    """What reads dislikes: the rules, or the model of each system; baselines are always read by the rules."""
    robustness: bool = False
    """Whether to run also with other candidate orders, paraphrases, typos and a distracting clause."""
    check_limit: Annotated[int, Field(ge=2)] = 100
    """Number of queries for the memorisation and robustness runs."""
    max_failed: Annotated[float, Field(ge=0, le=1)] = 0.01
    """Greatest share of failed rankings for which a run counts as successful."""
    executor: str = "local"
    """Name of the executor: local or ray."""
    workers: Annotated[int, Field(ge=1)] = 1
    """Number of Ray actors."""

    @field_validator("engine_options", mode="before")
    @classmethod
    def _known_options(cls, options: object) -> object:
        return EngineOptions.parse(options) if isinstance(options, Mapping) else options

    @field_validator("rankers")
    @classmethod
    def _known_rankers(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name != AUTO:
                ranker_parts(name)
        return tuple(dict.fromkeys(names))

    @field_validator("retriever")
    @classmethod
    def _known_retriever(cls, name: str) -> str:
        find_component("retriever", name, RETRIEVERS, RETRIEVER_GROUP)
        return name

    @field_validator("metrics")
    @classmethod
    def _known_metrics(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            parse_metric(name)
        return tuple(dict.fromkeys(names))

    @property
    def primary(self) -> str:
        """The metric on which systems are compared."""
        return self.metrics[0]

    @classmethod
    def parse(cls, values: Mapping[str, Any], source: str = "the evaluation") -> Self:
        """A configuration from names and values.

        Raises:
            InputError: an unknown field or a value it cannot take, in one line. UnknownName: a ranker or metric.
        """
        try:
            return cls.model_validate(dict(values))
        except ValidationError as error:
            # A misspelt field explains others.
            first = min(error.errors(include_input=False), key=lambda e: e["type"] != "extra_forbidden")
        name = str(first["loc"][0])
        if name in COMMAND_ONLY:
            raise InputError("config-command-line-only", path=source, name=name, option=COMMAND_ONLY[name])
        if name in EngineOptions.model_fields:
            raise InputError("config-engine-option", path=source, name=name)
        if first["type"] == "extra_forbidden":
            raise InputError(UnknownName("field", name, cls.model_fields).message, path=source)
        expected, example = EXPECTED[name]
        got: Slot = message("nothing") if first["type"] == "missing" else repr(values[name])
        if name == "engine_options":  # it may hold a secret
            got = type(values[name]).__name__
        raise InputError("config-value", path=source, name=name, expected=message(expected), example=example, got=got)

    @classmethod
    def from_toml(cls, path: str | Path, changes: Mapping[str, Any]) -> Self:
        """A configuration from a TOML file, with `changes` on top.

        Raises:
            InputError: no such file, not TOML, or as `parse`.
        """
        values = read_toml(Path(path))
        # What is wrong in an option is not blamed on the file.
        cls.parse({"datasets": ("any",), **changes}, "promptrec evaluate")
        return cls.parse({**values, **changes}, str(path))
