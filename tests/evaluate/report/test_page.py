import re
from html.parser import HTMLParser

import pytest

from promptrec.evaluate.report.page import POLICY, as_page

VOID = {"meta", "br"}


class Tags(HTMLParser):
    """Checks that tags close in order, and keeps IDs, links and text."""

    def __init__(self, text):
        super().__init__()
        self.open, self.ids, self.links, self.tags, self.text = [], [], [], set(), ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        self.tags.add(tag)
        self.ids += [told["id"]] if "id" in told else []
        self.links += [told["href"]] if tag == "a" else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


@pytest.fixture
def text(page):
    return page.read_text(encoding="utf-8")


def test_tags_close_and_links_lead_somewhere(text):
    read = Tags(text)
    assert read.open == [] and len(read.links) == 3
    assert {link.removeprefix("#") for link in read.links} <= set(read.ids)


def test_nothing_is_loaded_from_anywhere(text):
    named = re.findall(r"""(?:src|href|url)[=(]["']?([^"'\s>)]*)""", text)
    assert len(named) > 50 and all(where.startswith("#") for where in named) and "@import" not in text
    assert f'content="{POLICY}"' in text and "default-src 'none'" in POLICY
    assert not Tags(text).tags & {"script", "link", "iframe", "img", "object", "form"}


def test_headlines_come_first_and_say_that_a_baseline_won(text, evaluation):
    read = Tags(text).text
    first_table = read.index("Accuracy")
    for dataset in evaluation.datasets:
        lead = dataset.headline.split(". ")[0]
        assert read.index(lead) < first_table
        assert dataset.comparisons[0].verdict in read
    assert text.count('class="headline lost"') == 1


def test_every_section_is_there(text, evaluation):
    read = Tags(text).text
    for title in ("Accuracy", "Beyond accuracy", "Validity, as shares", "Worst queries of"):
        assert read.count(title) == 2
    assert read.count("Memorisation\n") + read.count("Memorisationsystem") == 1
    assert read.count("Memorisation and robustness were not measured") == 1
    assert text.count("<figure>") == 8
    for what in (evaluation.command, evaluation.date, evaluation.machine, evaluation.datasets[1].sha256):
        assert what in read
    assert "The same 3 items came first" in read and "item-knn: the dataset has no training interactions" in read


def test_a_title_cannot_bring_markup_into_the_page(text):
    assert "<script" not in text and "&lt;script&gt;alert(1)&lt;/script&gt;" in text


@pytest.mark.slow
def test_neither_can_anything_else_that_is_named(evaluation):
    bad = "\"><script>alert(1)</script>'"
    first = evaluation.datasets[0]
    run = first.runs[0].model_copy(
        update={
            "alarms": (bad,),
            "folder": bad,
            "spec": first.runs[0].spec.model_copy(update={"model": bad}),
            "beyond_accuracy": {bad: 1.0},
            "robustness": {bad: first.runs[0].robustness["order"]},
        }
    )
    dataset = first.model_copy(
        update={
            **dict.fromkeys(("name", "licence", "source", "headline", "language", "domain", "candidates"), bad),
            "runs": (run, *first.runs[1:]),
            "skipped": {bad: bad},
        }
    )
    told = {"datasets": (dataset,), "command": bad, "machine": bad, "versions": {bad: bad, "promptrec": bad}}
    written = as_page(evaluation.model_copy(update=told), {}, {})
    assert Tags(written).open == [] and "script" not in Tags(written).tags
    assert "<script" not in written


def test_baselines_are_told_from_ours(text):
    assert '<tr class="baseline"><th scope="row">embedding</th>' in text
    assert '<tr><th scope="row">query-likelihood<small>tiny-4l</small></th>' in text
    assert "<small>[+0.060, +0.176],<br>p = .002</small>" in text
