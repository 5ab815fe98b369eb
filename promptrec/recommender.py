"""`Recommender`: the main entry point. One catalogue, one model and one ranker, for one query or many."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, Self

from promptrec.data.catalog import Catalog, by_popularity
from promptrec.data.identifiers import identifier
from promptrec.data.interactions import Interactions
from promptrec.data.item import Item
from promptrec.data.query import Query, RankRequest
from promptrec.engine.base import Engine
from promptrec.engine.models.registry import DEFAULT_MODEL, resolve
from promptrec.engine.options import EngineOptions
from promptrec.engine.registry import EngineChoice, choose_engine, open_engine
from promptrec.errors import EngineError, InputError
from promptrec.intent.settings import NO_SETTINGS, IntentSettings
from promptrec.messages import Reason, message
from promptrec.rank.base import IntentReader, Ranker, Setup
from promptrec.rank.expression import build_ranker, template_kinds
from promptrec.rank.item_score_cache import ScoreFile
from promptrec.rank.ranking import RankedItem, Ranking, Run
from promptrec.rank.registry import default_ranker
from promptrec.rank.selection.auto import AUTO, Probe, auto
from promptrec.rank.selection.reader_probe import choose_reader
from promptrec.retrieve.candidates import Candidates, retrieve_candidates, with_titles
from promptrec.retrieve.registry import DEFAULT_RETRIEVER, Retriever, open_retriever
from promptrec.template.loader import default_pack, known_name, load_template

# Requests ranked in one go. The more they are, the more of them share the reading of an item they are all asked about;
# but memory grows with them, and a kill of an evaluation loses what was read of one batch.
BATCH = 128


class Recommender:
    """Recommends items of a catalogue for a query: preferences in words, a history, or both.

    Build it with `Recommender.load`, and close it, or use it in a `with` block. Wherever a query is wanted, plain text
    is one: the person's own words.

    >>> from promptrec import Catalog, Recommender
    >>> with Recommender.load(catalog=Catalog.bundled("films"), ranker="bm25") as recommender:
    ...     ranking = recommender.recommend("an astronaut alone in space", k=3)
    >>> len(ranking), ranking[0].rank, ranking.status
    (3, 1, 'ok')
    """

    def __init__(
        self,
        ranker: Ranker,
        catalog: Catalog | None,
        engine: Engine | None,
        choice: EngineChoice | None,
        retrieve: int,
        seed: int,
        probe: Probe | None = None,
        retriever: Retriever | None = None,
        intent: IntentSettings | None = NO_SETTINGS,
    ) -> None:
        self.ranker = ranker
        self.catalog = catalog
        self.engine = engine
        self.choice = choice
        self.probe = probe
        self.retrieve = retrieve
        self._retriever = retriever
        self._seed = seed
        self._intent = intent

    @classmethod
    def load(
        cls,
        model: str | Path = DEFAULT_MODEL,
        *,
        catalog: Catalog | None = None,
        template: str | Path | None = None,
        engine: str | Engine | None = None,
        ranker: str | None = None,
        templates: str | Path | None = None,
        adapter: str | None = None,
        encoder: str = "minilm",
        training: Interactions | None = None,
        position_bias: str | Path | None = None,
        score_cache: str | Path | None = None,
        retrieve: int = 50,
        retriever: str = DEFAULT_RETRIEVER,
        seed: int = 0,
        intent: bool = True,
        intent_reader: Literal["rules", "model", "probe"] = "rules",
        **options: Any,  # noqa: ANN401 - validated by EngineOptions
    ) -> Self:
        """Open a model and build a ranker.

        Args:
            model: name of an added model, or a model folder.
            catalog: what can be recommended. Only `rank` with `Item`s works without one.
            template: name of a template or of a pack ("films/en"), or a file; None: the one for the titles' language.
            engine: "vllm", "transformers", "server", an opened `Engine`, or None for what this machine has.
            ranker: name or expression, as "query-likelihood+embedding" (sum), "bm25:50:query-likelihood" (cascade) or
                "auto" (see `probe`). None: query-likelihood below a billion parameters, else yes-no.
            templates: a folder of your own templates, looked into before the shipped ones.
            adapter: folder of a LoRA adapter.
            encoder: name of an added text encoder, or its folder, for the ranker embedding.
            training: what other people chose, for the rankers item-knn and implicit-mf.
            position_bias: a file that `promptrec position-bias` wrote, for the ranker listwise-prior.
            score_cache: SQLite file of query-independent item scores.
            retrieve: number of candidates that `recommend` retrieves and ranks.
            retriever: name of the index that finds them: "bm25", or one that another package adds.
            seed: of everything that is random.
            intent: whether to read what people's words refuse and require; for one query, see `Query.intent`.
            intent_reader: of refusals: the rules, the model, or "probe": which reads better is measured once a model.
            **options: of the engine, such as dtype, max_model_len or base_url: see `EngineOptions`.

        Raises:
            UnknownName, ModelError, EngineError, TemplateError, InputError, MissingExtra: see promptrec.errors.
        """
        _check(engine, retrieve)  # before anything is loaded
        pack = default_pack(catalog) if template is None else known_name(template, folder=templates)
        ranker = ranker or _default_ranker(engine, model)
        parsed, choice, probe = EngineOptions.parse(options), None, None
        if ranker == AUTO:
            engine, choice, probe = _probed(engine, model, parsed, catalog, encoder, adapter)
            ranker = probe.ranker
        loaded = {kind: load_template(pack, folder=templates, kind=kind) for kind in template_kinds(ranker)}
        opened, made = _engine(engine, model, parsed) if loaded else (None, None)
        cache = _score_file(score_cache, model, opened)
        reader = _reader(intent_reader, opened, model if isinstance(engine, str | None) else None, pack, parsed)
        setup = Setup(catalog, loaded, seed, adapter, encoder, training, position_bias, cache, intent, reader)
        built, read = build_ranker(ranker, setup), setup.intent_settings if intent else None
        return cls(built, catalog, opened, choice or made, retrieve, seed, probe, _index(retriever, catalog), read)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def recommend(self, query: Query | str, k: int = 10) -> Ranking:
        """The best `k` items of the catalogue for a person; items of their history are left out.

        A person of whom nothing is known gets the most popular items, with status abstained.
        """
        retrieved = self.candidates(query, k)
        return self._rank([retrieved.request])[0].with_retrieval(retrieved).top(k)

    def recommend_many(
        self, queries: Iterable[Query | str], k: int = 10, progress: Callable[[int], None] | None = None
    ) -> Run:
        """The same for many people, in their order; the engine reads them in batches.

        Args:
            queries: people; plain texts get the IDs "query 1", "query 2" and so on.
            k: how many items for each.
            progress: is called with the number ranked so far.

        Raises:
            InputError: as `candidates`, before anything is read. An engine that dies gives failed rankings, see `run`.
        """
        retrieved = [self.candidates(query, k) for query in _numbered(queries)]
        ranked = self.run((found.request for found in retrieved), progress)
        return Run([r.with_retrieval(found).top(k) for r, found in zip(ranked, retrieved, strict=True)])

    def candidates(self, query: Query | str, k: int = 10) -> Candidates:
        """Retrieve what `recommend` ranks, with a note if popular items fill up what BM25 did not find.

        Raises:
            InputError: k below 1, no catalogue, or a history that holds every item of it.
        """
        if k < 1:
            raise InputError("k-too-small", k=k)
        query = _as_query(query)
        if self._intent is None:
            query = query.model_copy(update={"intent": False})
        catalog, size = self._need_catalog(), max(self.retrieve, k)
        retrieved = retrieve_candidates(catalog, query, size, self._retriever, k, self._intent or NO_SETTINGS)
        if not retrieved.request.candidates:
            raise InputError("nothing-left-to-recommend")
        return retrieved

    def rank(self, query: Query | str, candidates: Iterable[Item | str | int]) -> Ranking:
        """The given candidates (items, or IDs of the catalogue's), best first. Each comes back exactly once."""
        return self._rank([self.request(query, candidates)])[0]

    def rank_many(self, requests: Sequence[RankRequest]) -> list[Ranking]:
        """A ranking for each request, in order, all in one batch of the engine's.

        Raises:
            EngineError: the engine cannot answer at all; `run` gives failed rankings then.
        """
        return self._rank([self._checked(request) for request in requests])

    def run(self, requests: Iterable[RankRequest], progress: Callable[[int], None] | None = None) -> Run:
        """A ranking for each request, in order. `progress` is called with the number ranked so far.

        An engine that dies does not lose what is done: the requests it never answered come back as failed.
        """
        done: list[Ranking] = []
        dead: Reason | None = None
        for chunk in _chunks(requests, BATCH):
            if dead is None:
                try:
                    done += self.rank_many(chunk)
                except EngineError as error:
                    dead = error.reason
            if dead is not None:
                done += [self._failed(request, dead) for request in chunk]
            if progress is not None:
                progress(len(done))
        return Run(done)

    def request(self, query: Query | str, candidates: Iterable[Item | str | int]) -> RankRequest:
        """A checked request: every candidate known, none twice.

        Raises:
            InputError: no candidates, one that is not in the catalogue, or one given twice.
        """
        items = tuple(c if isinstance(c, Item) else self._need_catalog()[identifier(c)] for c in candidates)
        return self._checked(RankRequest(_as_query(query), items))

    def close(self) -> None:
        """Free the model."""
        if self.engine is not None:
            self.engine.close()

    def _rank(self, requests: Sequence[RankRequest]) -> list[Ranking]:
        """Rankings of checked requests; those with an empty query abstain without asking the model."""
        answerable = [r for r in requests if not (r.query.is_empty and self.ranker.reads_query)]
        ranked = iter(self.ranker.rank(answerable, self.engine) if answerable else [])
        why = self.choice.reason if self.choice else None
        return [
            next(ranked).model_copy(update={"engine_reason": why})
            if not (r.query.is_empty and self.ranker.reads_query)
            else self._abstain(r.query, r.candidates)
            for r in requests
        ]

    def _checked(self, request: RankRequest) -> RankRequest:
        ids = [item.item_id for item in request.candidates]
        if not ids:
            raise InputError("query-without-candidates", query_id=request.query.query_id)
        twice = sorted(i for i, times in Counter(ids).items() if times > 1)
        if twice:
            raise InputError("query-with-candidates-twice", query_id=request.query.query_id, item_ids=tuple(twice[:5]))
        query = with_titles(self.catalog, request.query)[0] if self.catalog else request.query
        return RankRequest(query, request.candidates, request.retrieved)

    def _abstain(self, query: Query, candidates: Sequence[Item]) -> Ranking:
        by_count = any(item.popularity is not None for item in candidates)
        order = "order-by-popularity" if by_count else "order-of-catalogue"
        return Ranking(
            query_id=query.query_id,
            status="abstained",
            reason=Reason(message("nothing-known"), message(order)),
            items=tuple(
                RankedItem(item_id=i.item_id, title=i.title, rank=n, score=i.popularity, scores=_popularity(i))
                for n, i in enumerate(by_popularity(candidates), 1)
            ),
            ranker=self.ranker.name,
            seed=self._seed,
            ordered_by="popularity" if by_count else None,
        )

    def _failed(self, request: RankRequest, reason: Reason) -> Ranking:
        return Ranking(
            query_id=request.query.query_id,
            status="failed",
            reason=reason,
            ranker=self.ranker.name,
            model=self.engine and self.engine.model_id,
            engine=self.engine and self.engine.name,
            seed=self._seed,
        )

    def _need_catalog(self) -> Catalog:
        if self.catalog is None:
            raise InputError("needs-catalogue")
        return self.catalog


def _check(engine: str | Engine | None, retrieve: int) -> None:
    """Raise InputError for a number below 1, and UnknownName for a name that no engine has."""
    if retrieve < 1:
        raise InputError("retrieve-too-small", retrieve=retrieve)
    if isinstance(engine, str):
        choose_engine(engine)


def _index(retriever: str, catalog: Catalog | None) -> Retriever | None:
    """The index of the catalogue; None for BM25, which is built when it is needed."""
    return open_retriever(retriever, catalog) if catalog is not None and retriever != DEFAULT_RETRIEVER else None


def _default_ranker(engine: str | Engine | None, model: str | Path) -> str:
    """The default ranker for the size of the model; an open engine does not tell its size."""
    by_name = engine is None or isinstance(engine, str)
    return default_ranker(resolve(model, "language model").parameters if by_name else None)


def _engine(
    engine: str | Engine | None, model: str | Path, options: EngineOptions
) -> tuple[Engine, EngineChoice | None]:
    if engine is None or isinstance(engine, str):
        return open_engine(model, engine, options)
    return engine, None


def _probed(
    engine: str | Engine | None,
    model: str | Path,
    options: EngineOptions,
    catalog: Catalog | None,
    encoder: str,
    adapter: str | None,
) -> tuple[Engine, EngineChoice | None, Probe]:
    """An open engine and what a probe finds of its model."""
    info = resolve(model, "language model") if engine is None or isinstance(engine, str) else None
    opened, choice = _engine(engine, model, options)
    language = default_pack(catalog).rpartition("/")[2]
    return opened, choice, auto(opened, info, language, encoder, options=options, adapter=adapter)


def _reader(
    name: Literal["rules", "model", "probe"],
    opened: Engine | None,
    model: str | Path | None,
    pack: str | Path,
    options: EngineOptions,
) -> IntentReader:
    """The reader of requests; of a probe, in the language of the templates. Where no model is open, the rules."""
    if name != "probe":
        return name
    if opened is None:
        return "rules"
    info = resolve(model, "language model") if model is not None else None
    return choose_reader(opened, info, "zh" if "/zh" in str(pack) else "en", options=options).reader


def _score_file(file: str | Path | None, model: str | Path, engine: Engine | None) -> ScoreFile | None:
    """The file of cached item scores; None if none is named or no model is read."""
    if file is None or engine is None:
        return None
    return ScoreFile.of(file, resolve(model, "language model"), engine)


def _popularity(item: Item) -> dict[str, float]:
    return {} if item.popularity is None else {"popularity": item.popularity}


def _as_query(query: Query | str) -> Query:
    return Query(preferences=query) if isinstance(query, str) else query


def _numbered(queries: Iterable[Query | str]) -> list[Query]:
    if isinstance(queries, str | Query):
        raise InputError("not-a-list-of-queries")
    return [Query(query_id=f"query {n}", preferences=q) if isinstance(q, str) else q for n, q in enumerate(queries, 1)]


def _chunks(requests: Iterable[RankRequest], size: int) -> Iterator[list[RankRequest]]:
    iterator = iter(requests)
    while chunk := list(itertools.islice(iterator, size)):
        yield chunk
