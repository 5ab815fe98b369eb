"""Tests that no ranking can pass."""

from collections.abc import Iterator
from itertools import combinations

from rapidfuzz import process

from promptrec.author.draft import Draft, fault
from promptrec.author.finding import Finding
from promptrec.author.sample import own_catalog
from promptrec.template.expectation import Expectation

NEAR = 50


def titles_exist(draft: Draft) -> Iterator[Finding]:
    """Every title that a test names is one of the pack's own catalogue, which is what tests are run on."""
    catalog = own_catalog(draft.template)
    if catalog is None:
        return
    titles = list(dict.fromkeys(item.title for item in catalog))
    for number, test in enumerate(draft.header.tests):
        for field in ("candidates", "has", "lacks"):
            for title in getattr(test, field):
                if title not in titles:
                    nearest = process.extractOne(title, titles, score_cutoff=NEAR)
                    yield fault(
                        "test-title",
                        draft.place("tests", str(number), field, title),
                        f"a test names {title!r}, which is no title of {catalog.name}",
                        f"did you mean {nearest[0]!r}?" if nearest else "write a title as the catalogue has it",
                    )


def tests_agree(draft: Draft) -> Iterator[Finding]:
    """No two tests ask for the opposite, and none asks for more titles than there are places."""
    tests = draft.header.tests
    for number, test in enumerate(tests):
        both = set(test.has) & set(test.lacks)
        if both:
            yield _contradiction(draft, number, f"a test both wants and forbids {min(both)!r}")
    for (a, one), (b, other) in combinations(enumerate(tests), 2):
        if _asked(one) != _asked(other):
            continue
        said = _disagree(one, other) or _disagree(other, one) or _crowded(one, other)
        if said:
            yield _contradiction(draft, b, f"test {b + 1} contradicts test {a + 1}: {said}")


def _contradiction(draft: Draft, number: int, said: str) -> Finding:
    mend = "keep the one that is meant; or make the two people say different things"
    return fault("test-contradiction", draft.place("tests", str(number)), said, mend)


def _asked(test: Expectation) -> object:
    """What two tests must share for the ranking to be the same."""
    return test.query("same"), frozenset(test.candidates)


def _disagree(wants: Expectation, forbids: Expectation) -> str | None:
    """What one wants among so few first places that the other forbids it there."""
    both = set(wants.has) & set(forbids.lacks)
    if not both or wants.top > forbids.top:
        return None
    return f"{min(both)!r} is to be among the first {wants.top}, and not among the first {forbids.top}"


def _crowded(one: Expectation, other: Expectation) -> str | None:
    """More titles wanted by both together than the places they are wanted in."""
    top, wanted = max(one.top, other.top), {*one.has, *other.has}
    return f"together they want {len(wanted)} titles among the first {top}" if len(wanted) > top else None
