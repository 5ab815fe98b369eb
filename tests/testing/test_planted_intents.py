"""Planted requests that refuse or require: what is right follows from their grammar, and no reader has a say in it."""

import hashlib
import json
import re
import statistics
from pathlib import Path

import pytest
import yaml

import promptrec.testing
from promptrec.evaluate.datasets.registry import GENERATED, open_dataset, planted_dataset
from promptrec.evaluate.metrics.ranking import measure
from promptrec.rank.base import Setup
from promptrec.rank.baselines.simple import Bm25Ranker, Popular, Random
from promptrec.testing.planted_dataset import TASTES
from promptrec.testing.planted_intents import LIMITS, make_planted_constraints, make_planted_refusals

GRAMMARS = yaml.safe_load((Path(promptrec.testing.__file__).parent / "planted_intents.yaml").read_text("utf-8"))
MAKERS = [make_planted_refusals, make_planted_constraints]
both_languages = pytest.mark.parametrize("language", ["en", "zh"])
both_makers = pytest.mark.parametrize("make", MAKERS)


def plots(language):
    return {taste: TASTES[taste].plots for taste in TASTES} if language == "en" else GRAMMARS["zh"]["plots"]


def tastes_of(item, language):
    return {
        t
        for t, told in plots(language).items()
        if any(plain(plot) in plain(item.fields["description"]) for plot in told)
    }


def plain(text):
    """Letters and digits alone: queries and items are cleaned, and a Chinese comma becomes a plain one."""
    return "".join(c for c in text.casefold() if c.isalnum())


def readings(words, language, forms):
    """All ways to write a request with one of the forms, by parsing it with the grammar turned round."""
    names = {plain(name): taste for taste, told in GRAMMARS[language]["names"].items() for name in told}
    values = {"like": names, "other": names, "n": [r"\d+"], "word": map(plain, GRAMMARS[language]["places"])}
    slots = {f"{{{slot}}}": f"(?P<{slot}>{'|'.join(choices)})" for slot, choices in values.items()}
    for kind, form in forms:
        parts = re.split(r"(\{\w+\})", form)
        pattern = "".join(
            f"(?P={part[1:-1]})" if part in parts[:n] and part in slots else slots.get(part, plain(part))
            for n, part in enumerate(parts)
        )
        if found := re.fullmatch(pattern, plain(words)):
            groups = found.groupdict()
            yield kind, names[groups["like"]], names.get(groups.get("other")), groups.get("n") or groups.get("word")


def number(field, cell):
    """A cell as a number: minutes of a duration, the whole part of a price."""
    digits = [int(n) for n in re.findall(r"\d+", str(cell))]
    return digits[0] * 60 + digits[1] if field == "duration" and len(digits) == 2 else digits[0]


@pytest.mark.slow
@both_languages
def test_what_is_refused_follows_from_the_grammar(language):
    plant = make_planted_refusals(language)
    forms = [(kind, form) for kind, listed in GRAMMARS[language]["requests"].items() for form in listed]
    kinds = set()
    for request in plant.requests:
        ((kind, like, other, _),) = set(readings(request.query.preferences, language, forms))
        meant = plant.meanings[request.query.query_id]
        assert (meant.kind, meant.like, meant.other) == (kind, like, other) and like != other
        kinds.add(kind)
        has = {item.item_id: tastes_of(item, language) for item in request.candidates}
        assert all(len(tastes) == 2 for tastes in has.values())
        right = {
            item_id
            for item_id, tastes in has.items()
            if like in tastes and (kind == "allows" or (other in tastes) == (kind == "also"))
        }
        assert plant.relevant[request.query.query_id] == right and len(right) == (4 if kind == "allows" else 2)
        assert len(has) == 8 and sum(like in tastes and other in tastes for tastes in has.values()) == 2
    assert kinds == {"refuses", "also", "allows"}


@pytest.mark.slow
@both_languages
def test_what_is_required_follows_from_the_grammar_and_the_columns(language):
    plant = make_planted_constraints(language)
    grammar = GRAMMARS[language]
    forms = [
        ((field, operator), sentence.replace("{condition}", form))
        for field, by_operator in grammar["conditions"].items()
        for operator, listed in by_operator.items()
        for form in listed
        for sentence in grammar["asides" if field == "none" else "sentences"]
    ]
    fields = set()
    for request in plant.requests:
        found = set(readings(request.query.preferences, language, forms))
        (((field, operator), like, _, value),) = found
        fields.add(field)

        def fits(item, field=field, operator=operator, value=value):
            if field in ("none", "place"):
                return field == "none" or plain(str(item.fields["place"])) == value
            cell = number(field, item.fields[field])
            assert cell not in LIMITS[field]
            return cell < int(value) if operator == "<" else cell > int(value)

        of_taste = [item for item in request.candidates if tastes_of(item, language) == {like}]
        right = {item.item_id for item in of_taste if fits(item)}
        assert plant.relevant[request.query.query_id] == right
        assert (len(request.candidates), len(of_taste), len(right)) == (8, 4, 4 if field == "none" else 2)
    assert fields == {"price", "year", "duration", "place", "none"}


@both_languages
@both_makers
def test_the_same_seed_makes_the_same_requests_and_another_does_not(make, language):
    first, same, other = make(language, 20), make(language, 20), make(language, 20, seed=1)
    assert first == same or (
        list(first.catalog) == list(same.catalog)
        and first.requests == same.requests
        and (first.relevant, first.meanings) == (same.relevant, same.meanings)
    )
    assert list(first.catalog) != list(other.catalog) and len(first.requests) == 20


@both_languages
@both_makers
def test_neither_chance_nor_popularity_nor_shared_words_find_what_is_right(make, language):
    plant = make(language, 300)
    for kind in (Random, Popular, Bm25Ranker):
        areas = [
            measure(ranking.tie_groups(), dict.fromkeys(plant.relevant[ranking.query_id], 1), ["auc"])["auc"]
            for ranking in kind(Setup(catalog=plant.catalog)).rank(plant.requests)
        ]
        # Words of a place stand in the item too, and so do some Chinese names of tastes.
        assert 0.44 < statistics.mean(areas) < (0.56 if kind is not Bm25Ranker else 0.65), kind.name


@both_makers
def test_the_place_of_what_is_right_says_nothing(make):
    plant = make("en", 400)
    places = [
        place
        for request in plant.requests
        for place, item in enumerate(request.candidates)
        if item.item_id in plant.relevant[request.query.query_id]
    ]
    assert abs(statistics.mean(places) - 3.5) < 0.3


@pytest.mark.parametrize("name", [name for name in GENERATED if name != "planted"])
def test_the_datasets_are_opened_by_name(name):
    data = open_dataset(name)
    assert (data.name, data.language) == (name, name[-2:])
    assert len(data.requests) == 300 and set(data.relevance) == {query.query_id for query in data.queries}


def test_the_dataset_planted_is_as_it_was():
    data = planted_dataset()
    right = hashlib.sha256(json.dumps(data.relevance, sort_keys=True).encode()).hexdigest()
    assert (data.sha256[:16], right[:16]) == ("bb7c2d8d4225d9f1", "433f85e7ca07118b")
