"""Tests that no ranking can pass, or none can fail."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import combinations

from rapidfuzz import process

from promptrec.authoring.lint.context import LintContext, fault
from promptrec.authoring.lint.diagnostic import Diagnostic
from promptrec.messages import Message, Slot, message
from promptrec.template.syntax.yaml_hints import MARK
from promptrec.template.test_case import TemplateTest

NEAR = 50
# What people write between titles, and around them, besides commas and brackets.
# Words last: they stand in titles too.
_BETWEEN = (re.compile("[,;、]"), re.compile(r"[,;、和&]|\sand\s"))
_AROUND = "【】[]〔〕"
_WIDE = re.compile(r"[，、；【】［］〔〕]")


def titles_exist(context: LintContext) -> Iterator[Diagnostic]:
    """Every title that a test names is one, and one only, of the catalogue: the pack's own, which tests are run on."""
    catalog = context.own_catalog or context.catalog
    if catalog is None:
        if context.header.tests:
            yield fault("no-catalogue", context.place("tests"), "warning")
        return
    titles = Counter(item.title for item in catalog)
    for number, test in enumerate(context.header.tests):
        # A title that is among the candidates too is said of once.
        named = {title: field for field in ("candidates", "exclude", "include") for title in getattr(test, field)}
        for title, field in named.items():
            place = context.place("tests", str(number), field, title)
            if titles[title] > 1:
                slots: dict[str, Slot] = {"title": repr(title), "plain": title, "many": titles[title]}
                yield fault("test-title/twice", place, "warning", catalog=catalog.name, **slots)
            elif title not in titles:
                which, near, sign = _diagnose_title(title, list(titles), context.written(place))
                yield fault(which, place, title=repr(title), catalog=catalog.name, near=near, sign=sign)


def _diagnose_title(title: str, titles: list[str], line: str) -> tuple[str, str, str]:
    """In which way a title that is not there went wrong, what it was to be, and the sign that did it."""
    full_title = next((one for one in titles if one.startswith(f"{title} #")), None)
    if full_title is not None:
        return "test-title/remark", full_title, "#"
    if mark := MARK.match(title):
        return "test-title/mark", "", mark["mark"]
    for between in _BETWEEN:
        parts = [part.strip() for part in between.split(title.strip(_AROUND))]
        wide, signs, known = _WIDE.search(line), set(between.findall(title)) - {","}, set(parts) & set(titles)
        if wide and parts != [title] and known:
            return "test-title/wide", ", ".join(parts), wide[0]
        if len(parts) > 1 and known == set(parts):
            which = "test-title/joined" if signs else "test-title/several"
            return which, ", ".join(parts), min(signs, default=",").strip()
    nearest = process.extractOne(title, titles, score_cutoff=NEAR)
    return ("test-title/near", repr(nearest[0]), "") if nearest else ("test-title/unlike", "", "")


def tests_agree(context: LintContext) -> Iterator[Diagnostic]:
    """No two tests ask for the opposite, none for more titles than there are or than there are places, nor for all."""
    alike: dict[object, list[int]] = {}
    items = len(context.own_catalog or context.catalog or ())
    for number, test in enumerate(context.header.tests):
        wanted = len(test.include)
        # Two tests that share these share their ranking.
        alike.setdefault((test.query("same").model_dump_json(), frozenset(test.candidates)), []).append(number)
        both = set(test.include) & set(test.exclude)
        left = (len(test.candidates) or items) - len(set(test.exclude))
        if both:
            yield _contradiction(context, number, "one", title=repr(min(both)))
        elif test.exclude and items and left < test.top:
            yield _contradiction(context, number, "few", left=max(left, 0), top=test.top)
        elif not test.exclude and test.model_fields_set & {"top", "candidates"} and wanted < left <= test.top:
            slots: dict[str, Slot] = {"items": left, "top": test.top, "fewer": max(wanted, min(3, left // 2))}
            yield fault("idle-test", context.place("tests", str(number), "top"), "warning", **slots)
    for a, b in (pair for numbers in alike.values() for pair in combinations(numbers, 2)):
        one, other = context.header.tests[a], context.header.tests[b]
        why = _disagree(one, other) or _disagree(other, one) or _crowded(one, other)
        if why:
            yield _contradiction(context, b, "two", a=a + 1, b=b + 1, why=why)


def _contradiction(context: LintContext, number: int, of: str, **slots: Slot) -> Diagnostic:
    return fault(f"test-contradiction/{of}", context.place("tests", str(number)), **slots)


def _disagree(wants: TemplateTest, forbids: TemplateTest) -> Message | None:
    """What one wants among so few first places that the other forbids it there."""
    both = set(wants.include) & set(forbids.exclude)
    if not both or wants.top > forbids.top:
        return None
    return message("wanted-and-forbidden", title=repr(min(both)), wants=wants.top, forbids=forbids.top)


def _crowded(one: TemplateTest, other: TemplateTest) -> Message | None:
    """More titles wanted by both together than the places they are wanted in."""
    top, wanted = max(one.top, other.top), {*one.include, *other.include}
    return message("crowded", wanted=len(wanted), top=top) if len(wanted) > top else None
