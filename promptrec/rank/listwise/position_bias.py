"""Position bias: how much a model prefers each position of a prompt, and `listwise-prior`, which subtracts it."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, ClassVar, Self

import numpy as np
from pydantic import Field, FiniteFloat, ValidationError, model_validator

from promptrec.data.query import RankRequest
from promptrec.data.record import Record
from promptrec.engine.base import Engine
from promptrec.engine.models.fingerprint import adapter_sha256
from promptrec.errors import InputError, writing
from promptrec.messages import Message, message, reason
from promptrec.rank.base import PromptRanker
from promptrec.rank.listwise.labels import LabelReading, assign, read_labels
from promptrec.rank.ranking import TemplateRef
from promptrec.rank.result_builder import ResultBuilder
from promptrec.template.template import Template

# Below this, preferences for single candidates have not averaged out.
LEAST_REQUESTS = 16
# Requests per engine call: enough to fill its batches, few enough to report progress.
BATCH = 64
EARLIER = message("earlier-position-bias")


class PositionOffsets(Record):
    """Position bias of prompts with one number of candidates."""

    labels: tuple[str, ...]
    """Label of each position."""
    offsets: tuple[FiniteFloat, ...]
    """Mean over requests of the label's log-probability (nats) minus the mean over the prompt's positions."""
    requests: Annotated[int, Field(ge=1)]
    """Number of requests in the mean."""

    @model_validator(mode="after")
    def _one_for_each(self) -> Self:
        if len(self.labels) != len(self.offsets):
            raise ValueError(f"{len(self.labels)} labels but {len(self.offsets)} offsets")
        return self


class PositionBias(Record):
    """A model's preference for each position of a template's prompts."""

    model: str
    adapter: str | None
    """SHA-256 of the LoRA adapter: a name does not say which weights are read."""
    template: TemplateRef
    by_size: Mapping[int, PositionOffsets]
    """Offsets by number of candidates in the prompt."""

    @classmethod
    def fit(
        cls,
        template: Template,
        requests: Sequence[RankRequest],
        engine: Engine,
        *,
        adapter: str | None = None,
        earlier: Self | None = None,
        progress: Callable[[int], None] = lambda done: None,
    ) -> Self:
        """Read each request once, and average by position, for each number of candidates that occurs.

        Args:
            template: of kind listwise-labels.
            requests: at least 16 with the same number of candidates, or the bias is not used for that number.
            engine: of the model that will rank.
            adapter: of the model that will rank.
            earlier: a bias fitted on other requests, whose means are updated.
            progress: called with the number of requests read so far.

        Raises:
            InputError: nothing could be read, or `earlier` is of another model, adapter, template or labels.
        """
        if earlier is not None:
            earlier.check(engine, template, adapter, EARLIER)
        evidence = [ResultBuilder(request) for request in requests]
        # Each request has its own seed: requests that share an ID and candidates must not share an assignment.
        assignments = [assign(e, seed) for seed, e in enumerate(evidence)]
        found: list[LabelReading] = []
        for start in range(0, len(assignments), BATCH):
            batch = read_labels(assignments[start : start + BATCH], engine, template, adapter)
            found += [reading for reading in batch if reading is not None]
            progress(start + len(batch))
        if not found:
            errors = [error for e in evidence for error in e.errors] or [reason("no-requests")]
            raise InputError("position-bias-cannot-be-fitted", why=errors[0])
        by_size = dict(earlier.by_size) if earlier else {}
        for n in sorted({len(reading.labels) for reading in found}):
            mean = _mean([reading for reading in found if len(reading.labels) == n])
            known = earlier and earlier.offsets_for(mean.labels, EARLIER)
            by_size[n] = _pool(known, mean) if known else mean
        ref, sha256 = TemplateRef.of(template), adapter_sha256(adapter)
        return cls(model=engine.model_id, adapter=sha256, template=ref, by_size=by_size)

    def check(self, engine: Engine, template: Template, adapter: str | None, where: Message) -> None:
        """Check that the bias was fitted for this model, adapter and template.

        Args:
            engine: that will read.
            template: that writes the prompts.
            adapter: folder of a LoRA adapter that will be read with.
            where: what the message calls the bias.

        Raises:
            InputError: it was fitted for another one; the message says which.
        """
        now = TemplateRef.of(template)
        fitted_and_now = {
            "model": (self.model, engine.model_id),
            "adapter": ((self.adapter or "none")[:8], (adapter_sha256(adapter) or "none")[:8]),
            "template": (self.template.name, now.name),
            "template-text": (self.template.sha256[:8], now.sha256[:8]),
        }
        _check_equal(fitted_and_now, where)

    def offsets_for(self, labels: Sequence[str], where: Message) -> PositionOffsets | None:
        """Offsets for so many labels; None if none were fitted for that number of candidates.

        Raises:
            InputError: they were fitted for other labels.
        """
        offsets = self.by_size.get(len(labels))
        if offsets is not None:
            _check_equal({"labels": (" ".join(offsets.labels), " ".join(labels))}, where)
        return offsets

    def save(self, path: str | Path) -> None:
        """Write the bias as JSON.

        Raises:
            InputError: the file cannot be written.
        """
        with writing(path):
            Path(path).write_text(self.model_dump_json(indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path | None) -> Self:
        """Read a bias from JSON.

        Raises:
            InputError: no file is given, or it cannot be read or holds no position bias.
        """
        try:
            return cls.model_validate_json(_content(path))
        except ValidationError as error:
            raise InputError("not-a-position-bias", path=path or "", why=error.errors()[0]["msg"]) from None


def bias_sha256(path: str | Path | None) -> str:
    """SHA-256 of the file of a position bias.

    Raises:
        InputError: no file was named, or it cannot be read; the message says how to fit one.
    """
    return hashlib.sha256(_content(path)).hexdigest()


def _content(path: str | Path | None) -> bytes:
    if path is None:
        raise InputError("position-bias-missing")
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise InputError("position-bias-cannot-be-read", path=path, why=error.strerror) from None


def _mean(readings: Sequence[LabelReading]) -> PositionOffsets:
    """Mean offsets of prompts with the same number of candidates."""
    logprobs = np.array([reading.logprobs for reading in readings])
    offsets = (logprobs - logprobs.mean(axis=1, keepdims=True)).mean(axis=0)
    return PositionOffsets(labels=readings[0].labels, offsets=tuple(offsets.tolist()), requests=len(readings))


def _pool(a: PositionOffsets, b: PositionOffsets) -> PositionOffsets:
    """Mean of two fits, weighted by their numbers of requests."""
    total = a.requests + b.requests
    offsets = (np.array(a.offsets) * a.requests + np.array(b.offsets) * b.requests) / total
    return PositionOffsets(labels=a.labels, offsets=tuple(offsets.tolist()), requests=total)


def _check_equal(fitted_and_now: Mapping[str, tuple[str, str]], where: Message) -> None:
    stale = tuple(
        reason("fitted-for", what=message(f"kind/{name}"), was=was, now=now)
        for name, (was, now) in fitted_and_now.items()
        if was != now
    )
    if stale:
        raise InputError("position-bias-stale", where=where, stale=stale)


class ListwisePrior(PromptRanker):
    """Log-probability (nats) of a candidate's label minus the offset of its position; see `PositionBias`.

    The score `listwise-labels` is the log-probability alone. The diagnostic `position-bias-requests` is the number of
    requests the offsets were fitted on: 0 where too few had so many candidates, and nothing is subtracted.
    """

    name: ClassVar[str] = "listwise-prior"
    template_kind: ClassVar[str] = "listwise-labels"

    def score(self, evidence: Sequence[ResultBuilder], engine: Engine, template: Template) -> None:
        """See `PromptRanker.score`.

        Raises:
            InputError: no position bias is given, or one of another model, adapter, template or set of labels.
        """
        adapter, where = self._setup.adapter, message("position-bias-of", file=self._setup.position_bias)
        self._bias.check(engine, template, adapter, where)
        assignments = [assign(e, self._setup.seed) for e in evidence]
        for reading in read_labels(assignments, engine, template, adapter):
            if reading is not None:
                reading.add_scores()
                _add_corrected(reading, self._bias.offsets_for(reading.labels, where))

    @cached_property
    def _bias(self) -> PositionBias:
        return PositionBias.load(self._setup.position_bias)


def _add_corrected(reading: LabelReading, fitted: PositionOffsets | None) -> None:
    """Add the scores minus the position offsets, if those were fitted on enough requests."""
    e, n = reading.assignment.evidence, len(reading.labels)
    requests = fitted.requests if fitted else 0
    known = fitted if requests >= LEAST_REQUESTS else None
    offsets = known.offsets if known else (0.0,) * n
    for (item_id, logprob), offset in zip(reading.by_item.items(), offsets, strict=True):
        e.score(item_id, listwise_prior=logprob - offset)
    e.diagnostics["position-bias-requests"] = requests if known else 0
    if not known:
        e.notes.append(reason("position-bias-not-used", requests=requests, n=n, least=LEAST_REQUESTS))
