"""What a pack adds to the rules: phrases that refuse, and names of columns."""

import pytest

from promptrec.authoring.lint.linter import check
from promptrec.data.catalog import Catalog
from promptrec.data.intent import Intent
from promptrec.data.item import Item
from promptrec.data.query import Query, RankRequest
from promptrec.errors import TemplateError
from promptrec.intent import IntentSettings, read_intent
from promptrec.intent.settings import NO_SETTINGS, merged
from promptrec.rank.base import Setup
from promptrec.rank.expression import build_ranker
from promptrec.recommender import Recommender
from promptrec.template.loader import load_template
from promptrec.testing.scripted_engine import ScriptedEngine

SHARED = "domain: events\nlanguage: en\ntruncate: [query.preferences]\n"
TEMPLATE = """---
kind: query-likelihood
about: a test
---
{% block user %}{{ item.title }}{% endblock %}
{% block reply %}{{ query.preferences }}{% endblock %}
"""
ITEMS = (
    Item(item_id="1", title="Opera gala", fields={"cost_of_entry": "120 EUR", "genre": "opera"}),
    Item(item_id="2", title="Punk night", fields={"cost_of_entry": "8 EUR", "genre": "punk"}),
    Item(item_id="3", title="Jazz cellar", fields={"cost_of_entry": "15 EUR", "genre": "jazz"}),
)


@pytest.fixture
def pack(tmp_path):
    def write(settings, template=TEMPLATE):
        folder = tmp_path / "events" / "en"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "pack.yaml").write_text(settings, encoding="utf-8")
        (folder / "query-likelihood.jinja").write_text(template, encoding="utf-8")
        return tmp_path

    return write


def loaded(folder):
    return load_template("events/en", folder=folder, kind="query-likelihood")


def texts(clauses):
    return [clause.text for clause in clauses]


@pytest.mark.parametrize(
    ("text", "phrase", "refused"),
    [
        ("A cosy film, swerve zombies.", "swerve", ["zombies"]),
        ("Thai food, big nope to peanuts and shrimp", "big nope to", ["peanuts", "shrimp"]),
        ("Please don’t inflict musicals on us", "don't inflict", ["musicals"]),
        ("Jazz is fine, zombies I swerve", "swerve", ["zombies"]),
        ("Comedies, spare us any zombies", "spare|save us any", ["zombies"]),
        ("A quiet hotel, boo to every pool", "boo to *", ["pool"]),
    ],
)
def test_an_english_phrase_refuses_what_follows_it(text, phrase, refused):
    read = read_intent(text, IntentSettings(refusals=(phrase,)))
    assert texts(read.dislikes) == refused
    assert all(text[clause.start : clause.end] == clause.text for clause in read.dislikes)


@pytest.mark.parametrize(
    ("text", "phrase", "refused"),
    [
        ("想吃辣的，拜拜了您香菜", "拜拜了您", ["香菜"]),
        ("找部電影，拜拜了您恐怖片和愛情片", "拜拜了您", ["恐怖片", "愛情片"]),
    ],
)
def test_a_chinese_word_refuses_what_follows_it(text, phrase, refused):
    assert texts(read_intent(text, IntentSettings(language="zh", refusals=(phrase,))).dislikes) == refused


def test_phrases_are_for_requests_in_the_language_of_the_pack():
    settings = IntentSettings(language="zh", refusals=("拜拜了您", "swerve"))
    english = "A cosy film, swerve zombies."
    assert read_intent(english, settings) == read_intent(english)
    assert read_intent("想吃辣的，不要香菜", settings) == read_intent("想吃辣的，不要香菜")


def test_what_is_shipped_stays_as_it_is_with_a_phrase_that_the_text_does_not_have():
    text = "Curry, but not Indian, under 20 euros; I hate olives, and not only that"
    assert read_intent(text, IntentSettings(refusals=("swerve",))) == read_intent(text)


def test_settings_of_templates_are_put_together():
    one = IntentSettings(refusals=("swerve",), columns={"price": ("fee", "toll")})
    other = IntentSettings(refusals=("big nope to", "swerve"), columns={"price": ("toll", "gate")})
    found = merged([one, other])
    assert found.refusals == ("swerve", "big nope to") and found.columns == {"price": ("fee", "toll", "gate")}
    assert merged([]) is NO_SETTINGS


def test_fields_of_a_pack_name_columns_too(pack):
    folder = pack(SHARED + "fields: {price: [gate], genre: [style]}\ncolumns: {price: cost_of_entry, year: [season]}\n")
    settings = loaded(folder).header.intent_settings
    assert settings.columns == {"price": ("gate", "cost_of_entry"), "year": ("season",)}


@pytest.mark.parametrize(
    ("settings", "line", "code"),
    [
        ("columns:\n  price: [fee]\n  prise: [toll]\n", 6, "header-choice"),
        ("columns:\n  price: []\n", 5, "columns-without-name"),
        ("columns:\n  price: ['']\n", 5, "columns-without-name"),
        ("columns: text\n", 4, "header-not-list"),
        ("refusals: ''\n", 4, "header-empty"),
        ("refusals: {a: b}\n", 4, "header-not-list"),
        ("refusals:\n- big nope to\n- ''\n", 6, "refusal-no-phrase"),
        ("refusals:\n- 不要\n", 5, "refusal-no-phrase"),
        ("refusals: ['* nope to']\n", 4, "refusal-no-phrase"),
        ("refusals: ['#nope to']\n", 4, "refusal-no-phrase"),
        ("refusals: ['<dont> want']\n", 4, "refusal-no-phrase"),
        ("refusals: ['really? no']\n", 4, "refusal-no-phrase"),
        ("refusals: [a b c d e f g]\n", 4, "refusal-no-phrase"),
        (f"refusals: [{', '.join(f'nope{n}' for n in range(101))}]\n", 4, "too-many-refusals"),
        ("refusal: [nope to]\n", 4, "header-unknown-field"),
    ],
)
def test_a_wrong_setting_is_an_error_with_its_line(pack, settings, line, code):
    folder = pack(SHARED + settings)
    with pytest.raises(TemplateError) as error:
        loaded(folder)
    assert (error.value.code, error.value.line) == (code, line)
    assert error.value.path.endswith("pack.yaml")


@pytest.mark.parametrize(
    ("phrase", "code"), [("敬谢不敏", None), ("say no to", "refusal-no-phrase"), ("不要，不放", "header-wide-comma")]
)
def test_a_chinese_pack_takes_words_without_marks(pack, phrase, code):
    folder = pack(SHARED.replace("en", "zh", 1).replace("language: en", "language: zh") + f"refusals: [{phrase}]\n")
    if code is None:
        assert loaded(folder).header.refusals == (phrase,)
        return
    with pytest.raises(TemplateError) as error:
        loaded(folder)
    assert error.value.code == code


def test_a_phrase_of_a_pack_without_a_language_is_checked_with_the_template(pack):
    settings = SHARED.replace("language: en\n", "") + "refusals: [不要]\n"
    chinese = TEMPLATE.replace("about", "language: zh\nabout")
    assert loaded(pack(settings, chinese)).header.refusals == ("不要",)
    with pytest.raises(TemplateError) as error:
        loaded(pack(settings, chinese.replace("zh", "en")))
    assert error.value.code == "refusal-no-phrase"


def test_a_ranker_reads_with_the_settings_of_its_templates_pack(pack):
    settings = "columns: {price: [cost_of_entry]}\nrefusals: [swerve]\n"
    request = RankRequest(Query(preferences="A night out under 20 euros, swerve punk"), ITEMS)

    def ranked(folder):
        setup = Setup(templates={"query-likelihood": loaded(folder)})
        return build_ranker("query-likelihood", setup).rank([request], ScriptedEngine())[0]

    with_pack = ranked(pack(SHARED + settings))
    assert isinstance(with_pack.intent, Intent) and texts(with_pack.intent.dislikes) == ["punk"]
    assert with_pack[0].item_id == "3" and with_pack[-1].item_id in ("1", "2")
    assert {report.columns for report in with_pack.filters} == {("cost_of_entry",), ("genre",)}
    without = ranked(pack(SHARED))
    assert not without.intent.dislikes and [report.columns for report in without.filters] == [()]


def test_a_recommender_retrieves_with_the_settings_of_its_pack(pack):
    folder = pack(SHARED + "columns: {price: [cost_of_entry]}\nrefusals: [swerve]\n")
    catalog = Catalog(ITEMS)
    how = {"engine": ScriptedEngine(), "ranker": "query-likelihood", "template": "events/en", "templates": folder}
    recommender = Recommender.load(catalog=catalog, **how)
    found = recommender.candidates("A night out under 20 euros, swerve punk", k=1)
    assert [item.item_id for item in found.request.candidates] == ["3"]
    literal = Recommender.load(catalog=catalog, intent=False, **how)
    assert len(literal.candidates("A night out under 20 euros, swerve punk", k=1).request.candidates) == 3


def test_the_linter_warns_of_columns_that_no_item_has(pack):
    rows = "".join(f'{{"item_id": "{i.item_id}", "title": "{i.title}", "toll": "5 EUR"}}\n' for i in ITEMS)
    folder = pack(SHARED + "columns:\n  price: [toll]\n  year: [vintage, harvest]\n") / "events" / "en"
    (folder / "catalog.jsonl").write_text(rows)
    found = [d for d in check(folder / "query-likelihood.jinja") if d.rule == "columns-not-in-catalogue"]
    assert [(d.severity, d.line) for d in found] == [("warning", 6)]
    assert found[0].path.endswith("pack.yaml") and "vintage, harvest" in found[0].message
