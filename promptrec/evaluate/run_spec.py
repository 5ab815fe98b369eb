"""`System`: a ranker with its model and templates. `RunSpec`: the identity of its run on one dataset."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

import promptrec
from promptrec.data.languages import language_code
from promptrec.data.record import Record
from promptrec.engine.base import Engine
from promptrec.engine.models.fingerprint import adapter_sha256, folder_sha256
from promptrec.engine.models.registry import DEFAULT_MODEL, resolve
from promptrec.engine.options import DEFAULTS, NOT_OF_RESULTS, EngineOptions
from promptrec.engine.registry import choose_engine
from promptrec.errors import InputError
from promptrec.evaluate.datasets.dataset import Dataset
from promptrec.intent.reader import READER
from promptrec.intent.settings import IntentSettings, merged
from promptrec.rank.base import IntentReader
from promptrec.rank.baselines.embedding import Embedding
from promptrec.rank.expression import ranker_parts, template_kinds
from promptrec.rank.listwise.position_bias import ListwisePrior, bias_sha256
from promptrec.rank.ranking import TemplateRef
from promptrec.rank.selection.auto import AUTO
from promptrec.recommender import Recommender
from promptrec.retrieve.registry import DEFAULT_RETRIEVER
from promptrec.template.loader import load_template, packs
from promptrec.template.template import Template


def first_validation_error(error: ValidationError) -> str:
    """First error of a validation, as "field: error"; only the error if the text is not JSON."""
    fault = error.errors()[0]
    return ": ".join(filter(None, (".".join(map(str, fault["loc"])), fault["msg"])))


class RunSpec(Record):
    """One system on one dataset. Two runs with the same key would write the same rankings.

    The sums are SHA-256: of the dataset without its judgements (no ranking depends on them), and of the files in
    the folders of the model, the adapter and the encoder, and of the file of the position bias. How many queries are
    asked is no part of it: a longer run goes on from a shorter one. `retrieve` is how many candidates are retrieved
    where the dataset gives none; `intent` names the rules that read it, None where words are taken literally.
    """

    dataset: str
    dataset_sha256: str
    ranker: str
    model: str | None = None
    model_sha256: str | None = None
    engine: str | None = None
    engine_options: Mapping[str, Any] = Field(default_factory=dict)
    templates: tuple[TemplateRef, ...] = ()
    adapter: str | None = None
    adapter_sha256: str | None = None
    encoder: str | None = None
    encoder_sha256: str | None = None
    position_bias_sha256: str | None = None
    retrieve: int | None = None
    retriever: str | None = None
    intent: str | None = None
    seed: int = 0
    promptrec: str = promptrec.__version__

    @property
    def key(self) -> str:
        """SHA-256 of all fields, in hexadecimal."""
        # Fields that were added later: where they are None, the key is what it was before.
        without = {name for name in ("position_bias_sha256", "retriever", "intent") if getattr(self, name) is None}
        fields = self.model_dump(mode="json", exclude=without)
        return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()

    @property
    def system(self) -> str:
        """Name in tables: the ranker, and the model if it reads one."""
        return system_name(self.ranker, self.model, self.intent is not None)

    @property
    def folder_name(self) -> str:
        """Readable, unique name of the run's folder."""
        parts = (self.ranker.translate(FOLDER_LETTERS), self.model and Path(self.model).name, self.key[:8])
        return "-".join(filter(None, parts))


@dataclass(frozen=True)
class System:
    """A ranker with its model and templates. `engine` is a name, an open engine, or None for this machine's default."""

    ranker: str
    model: str | None = None
    engine: str | Engine | None = None
    options: EngineOptions = DEFAULTS
    template: str | None = None
    templates: Path | None = None
    adapter: str | None = None
    encoder: str = "minilm"
    position_bias: Path | None = None
    retrieve: int = 50
    retriever: str = DEFAULT_RETRIEVER
    seed: int = 0
    intent: bool = True
    intent_reader: IntentReader = "rules"

    @property
    def name(self) -> str:
        """Name without a run: the ranker, and the model if it reads one."""
        return system_name(self.ranker, self.model, self.intent)

    @property
    def reads_model(self) -> bool:
        """Whether the ranker writes prompts for a model."""
        return self.ranker == AUTO or bool(template_kinds(self.ranker))

    def spec(self, dataset: Dataset) -> RunSpec:
        """Identity of the run on a dataset, computed without loading the model.

        Raises:
            UnknownName, ModelError, TemplateError: a ranker, model, engine or template that cannot be used.
            InputError: a position bias that is needed and not there.
        """
        about: dict[str, Any] = {
            "dataset": dataset.name,
            "dataset_sha256": dataset.sha256,
            "ranker": self.ranker,
            "retrieve": None if dataset.candidates_given else self.retrieve,
            "retriever": None if dataset.candidates_given or self.retriever == DEFAULT_RETRIEVER else self.retriever,
            "intent": self._reader_name() if self.intent else None,
            "seed": self.seed,
        }
        if Embedding.name in ranker_parts(self.ranker):
            info = resolve(self.encoder, "text encoder")
            about |= {"encoder": info.name, "encoder_sha256": folder_sha256(info.folder)}
        if ListwisePrior.name in ranker_parts(self.ranker):
            about |= {"position_bias_sha256": bias_sha256(self.position_bias)}
        return RunSpec(**about, **(self._model_fields(dataset) if self.reads_model else {}))

    def open(self, dataset: Dataset, engine: Engine | None = None) -> Recommender:
        """A recommender over the dataset's catalogue; `engine` is one that is open already."""
        return Recommender.load(
            self.model or DEFAULT_MODEL,
            catalog=dataset.catalog,
            template=self._template_name(dataset),
            engine=engine or self.engine,
            ranker=self.ranker,
            templates=self.templates,
            adapter=self.adapter,
            encoder=self.encoder,
            position_bias=self.position_bias,
            retrieve=self.retrieve,
            retriever=self.retriever,
            seed=self.seed,
            intent=self.intent,
            intent_reader=self.intent_reader,
            training=dataset.training,
            **(self.options.given() if self.reads_model and engine is None else {}),
        )

    def prompt_templates(self, dataset: Dataset) -> tuple[Template, ...]:
        """Templates of the prompts for a dataset."""
        name = self._template_name(dataset)
        return tuple(load_template(name, folder=self.templates, kind=kind) for kind in template_kinds(self.ranker))

    def intent_settings(self, dataset: Dataset) -> IntentSettings | None:
        """What the pack of its templates adds to the rules that read a query of a dataset; None: words are literal."""
        if not self.intent:
            return None
        return merged(template.header.intent_settings for template in self.prompt_templates(dataset))

    def _model_fields(self, dataset: Dataset) -> dict[str, Any]:
        about: dict[str, Any] = {
            "templates": tuple(TemplateRef.of(template) for template in self.prompt_templates(dataset)),
            "adapter": self.adapter and Path(self.adapter).name,
            "adapter_sha256": adapter_sha256(self.adapter),
        }
        if self.engine is not None and not isinstance(self.engine, str):
            return about | {"model": self.engine.model_id, "engine": self.engine.name}
        info = resolve(self.model or "", "language model")
        return about | {
            "model": info.name,
            "model_sha256": folder_sha256(info.folder),
            "engine": choose_engine(self.engine).name,
            "engine_options": self.options.model_dump(mode="json", exclude_none=True, exclude=set(NOT_OF_RESULTS)),
        }

    def _reader_name(self) -> str:
        return f"{READER} and the model" if self.intent_reader == "model" and self.reads_model else READER

    def _template_name(self, dataset: Dataset) -> str:
        return self.template or default_template(dataset.domain, dataset.language, self.templates)


def system_name(ranker: str, model: str | None, intent: bool) -> str:
    """Name in tables: the ranker, the model if it reads one, and whether it takes people's words literally."""
    return " · ".join(filter(None, (ranker, model, None if intent else "literal")))


def default_template(domain: str, language: str, templates: Path | None = None) -> str:
    """The pack of a dataset's domain and language, else the general one in its language."""
    domain = domain.strip().casefold()
    wanted = (DOMAINS.get(domain, domain), language)
    named = [name for name in packs(templates) if _domain_and_language(name) == wanted]
    return min(named, key=lambda name: (name != "/".join(wanted), name), default=f"general/{language}")


def _domain_and_language(pack: str) -> tuple[str, str]:
    """Domain and language in the name of a pack, such as films/en or Films/zh-CN."""
    domain, _, tag = pack.casefold().rpartition("/")
    try:
        return domain, language_code(tag)
    except InputError:
        return domain, tag


# Characters of rankers' names that folder names should not have.
FOLDER_LETTERS = str.maketrans({":": "-", "*": "x"})
# Other words for the domains that have a pack.
DOMAINS = {"movies": "films", "movie": "films", "film": "films", "book": "books", "songs": "music"}
