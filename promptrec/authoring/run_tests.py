"""Run the tests of a template's header with a model."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from promptrec.authoring.lint.context import LintContext
from promptrec.authoring.lint.file_names import misnamed_files_hint
from promptrec.data.catalog import Catalog
from promptrec.data.query import RankRequest
from promptrec.engine.base import Engine
from promptrec.errors import InputError, UnknownName
from promptrec.messages import message
from promptrec.rank.base import Setup
from promptrec.rank.expression import build_ranker
from promptrec.rank.ranking import Ranking
from promptrec.template.template import Template
from promptrec.template.test_case import TemplateTest

Rank = Callable[[Sequence[RankRequest]], Sequence[Ranking]]


class Outcome(NamedTuple):
    """The outcome of one test; `reason` says what is wrong, and is empty if it passed."""

    test: TemplateTest
    passed: bool
    reason: str
    ranking: Ranking


def rank_with(template: Template, engine: Engine, catalog: Catalog | None = None, seed: int = 0) -> Rank:
    """The ranker of a template's kind, bound to an engine.

    Raises:
        InputError: the template ranks nothing.
    """
    kind = template.header.kind
    if not template.kind.ranks:
        raise InputError("template-without-ranking", name=template.name)
    ranker = build_ranker(kind, Setup(catalog, {kind: template}, seed))
    return lambda requests: ranker.rank(requests, engine)


def run_tests(template: Template, rank: Rank, catalog: Catalog) -> list[Outcome]:
    """Each test of the header, in its order; all are ranked in one go.

    Raises:
        InputError: the template has no tests, or one names a title that is not in the catalogue: its line is told, and
            the nearest title.
    """
    tests = template.header.tests
    if not tests:
        others = misnamed_files_hint(Path(template.path).parent)
        raise InputError("template-without-tests", path=template.path, others=others)
    requests = [_request(template, number, catalog) for number in range(len(tests))]
    rankings = rank(requests)
    return [_outcome(e, ranking) for e, ranking in zip(tests, rankings, strict=True)]


def _request(template: Template, number: int, catalog: Catalog) -> RankRequest:
    test = template.header.tests[number]
    by_title = {item.title: item for item in catalog}  # clean text, as that of a test is
    for field in ("candidates", "include", "exclude"):
        for title in getattr(test, field):
            if title not in by_title:
                place = LintContext(template, None, catalog, 0).place("tests", str(number), field, title)
                unknown = UnknownName(message("kind/title-in-test", number=number + 1), title, by_title)
                raise InputError(unknown.message, path=place.path, line=place.line)
    titles = test.candidates or tuple(by_title)
    return RankRequest(test.query(f"test-{number + 1}"), tuple(by_title[title] for title in titles))


def _outcome(test: TemplateTest, ranking: Ranking) -> Outcome:
    if ranking.status not in ("ok", "repaired"):
        # A list that the model did not make is no evidence for a template, whatever it holds.
        return Outcome(test, False, f"{ranking.status}: {ranking.reason}", ranking)
    reason = test.failure([item.title for item in ranking.items])
    return Outcome(test, reason is None, reason or "", ranking)
