"""`Config`: what an evaluation is asked to do, from code, the command line or a TOML file."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from promptrec.errors import InputError
from promptrec.evaluate.metrics import DEFAULT_METRICS, parse_metric
from promptrec.rank.table import ranker_parts


class Config(BaseModel):
    """Which systems are run on which datasets, and what is measured.

    datasets: folders, or names that `promptrec data list` shows. rankers: those that read a model are run with each
    of `models`; the baselines that a dataset allows are always added. template: a name or file; None takes the pack
    of the dataset's domain and language. limit: only the first so many queries. pool: how many candidates are
    retrieved where a dataset gives none. metrics: the first is the primary one, on which systems are compared.
    memorisation: also run with titles masked and permuted. robustness: also run with candidates in other orders, and
    with paraphrases, typos and a distracting clause. check_limit: how many queries those two take.
    max_failed: the greatest share of failed rankings with which a run still counts.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    datasets: Annotated[tuple[str, ...], Field(min_length=1)]
    rankers: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    engine: str | None = None
    engine_options: Mapping[str, Any] = Field(default_factory=dict)
    template: str | None = None
    templates: Path | None = None
    adapter: str | None = None
    limit: Annotated[int, Field(ge=1)] | None = None
    pool: Annotated[int, Field(ge=1)] = 50
    seed: int = 0
    metrics: Annotated[tuple[str, ...], Field(min_length=1)] = DEFAULT_METRICS
    memorisation: bool = False
    robustness: bool = False
    check_limit: Annotated[int, Field(ge=2)] = 100
    max_failed: Annotated[float, Field(ge=0, le=1)] = 0.01
    executor: str = "local"
    workers: Annotated[int, Field(ge=1)] = 1

    @field_validator("rankers")
    @classmethod
    def _known_rankers(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            ranker_parts(name)
        return tuple(dict.fromkeys(names))

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
    def parse(cls, told: Mapping[str, Any], source: str = "the evaluation") -> Self:
        """A configuration from names and values.

        Raises:
            InputError: an unknown field or a value it cannot take, in one line. UnknownName: a ranker or metric.
        """
        try:
            return cls.model_validate(dict(told))
        except ValidationError as error:
            first = min(
                error.errors(), key=lambda e: e["type"] != "extra_forbidden"
            )  # a misspelt field explains others
            name = ".".join(map(str, first["loc"]))
            if first["type"] == "extra_forbidden":
                raise InputError(f"{source}: unknown field {name!r}; known: {', '.join(cls.model_fields)}") from None
            raise InputError(f"{source}: {name}: {first['msg']}") from None

    @classmethod
    def from_toml(cls, path: str | Path, changes: Mapping[str, Any]) -> Self:
        """A configuration from a TOML file, with `changes` on top.

        Raises:
            InputError: no such file, not TOML, or as `parse`.
        """
        try:
            told = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        except OSError as error:
            raise InputError(f"{path}: cannot be read ({error.strerror})") from None
        except ValueError as error:
            raise InputError(f"{path}: not readable as TOML: {error}") from None
        return cls.parse({**told, **changes}, str(path))
