"""What a model likes about slots: found without right answers, kept on disk, taken off, refused where it is stale."""

import random
import re

import pytest

from promptrec.data.item import Item
from promptrec.data.query import Query, RankRequest
from promptrec.errors import InputError
from promptrec.rank.base import Setup
from promptrec.rank.expression import build_ranker
from promptrec.rank.listwise.position_bias import BATCH, LEAST_REQUESTS, PositionBias, bias_sha256
from promptrec.template.loader import load_template
from promptrec.testing.scripted_engine import ScriptedEngine

TEMPLATE = load_template("films/en", kind="listwise-labels")
BIAS = (2.0, 0.9, 0.3, 0.0, -0.2, -0.4, -0.6, -2.0)
SLOTS = len(BIAS)


def engine(model_id="scripted"):
    """Likes Film v by v / 5 nats, and each slot as BIAS says."""

    def read(text, label):
        shown = dict(re.findall(r"^\[(\w+)\] Film (\d+)$", text, re.MULTILINE))
        return -9.0 + int(shown[label]) / 5 + BIAS[list(shown).index(label)] if label in shown else -30.0

    scripted = ScriptedEngine(next=read)
    scripted.model_id = model_id
    return scripted


def requests(n, candidates=SLOTS, seed=0):
    """Each with other candidates, of 40 films."""
    films = [Item(item_id=f"i{v}", title=f"Film {v}") for v in range(40)]
    rng = random.Random(seed)
    return [
        RankRequest(Query(preferences="anything", query_id=f"q{k}"), tuple(rng.sample(films, candidates)))
        for k in range(n)
    ]


def best_first(request):
    return tuple(sorted((item.item_id for item in request.candidates), key=lambda i: -int(i[1:])))


def ranked(path, asked, read_with=None, template=TEMPLATE, **more):
    setup = Setup(templates={"listwise-labels": template}, position_bias=path, **more)
    return build_ranker("listwise-prior", setup).rank(asked, read_with or engine())


@pytest.fixture(scope="module")
def close_requests():
    """200 people who choose among neighbouring films, so that slots decide where nothing is taken off."""
    films = [Item(item_id=f"i{v}", title=f"Film {v}") for v in range(40)]
    rng = random.Random(1)
    starts = [rng.randrange(40 - SLOTS) for _ in range(200)]
    return [
        RankRequest(Query(preferences="anything", query_id=f"c{k}"), tuple(films[start : start + SLOTS]))
        for k, start in enumerate(starts)
    ]


@pytest.fixture(scope="module")
def fitted(close_requests):
    return PositionBias.fit(TEMPLATE, close_requests, engine())


@pytest.fixture
def saved(fitted, tmp_path):
    fitted.save(tmp_path / "prior.json")
    return tmp_path / "prior.json"


def test_what_slots_are_worth_is_found_without_right_answers(fitted):
    found = fitted.by_size[SLOTS]
    mean = sum(BIAS) / SLOTS
    assert found.requests == 200 and found.labels == tuple("ABCDEFGH")
    assert all(abs(offset - (bias - mean)) < 0.1 for offset, bias in zip(found.offsets, BIAS, strict=True))


def test_taking_it_off_restores_the_order(saved, close_requests):
    asked = close_requests[:20]
    plain = build_ranker("listwise-labels", Setup(templates={"listwise-labels": TEMPLATE})).rank(asked, engine())
    for request, raw, corrected in zip(asked, plain, ranked(saved, asked), strict=True):
        assert raw.item_ids != best_first(request) == corrected.item_ids
        assert corrected.status == "ok" and corrected.diagnostics["position-bias-requests"] == 200
        as_read = {item.item_id: item.scores["listwise-labels"] for item in corrected.items}
        assert as_read == {item.item_id: item.scores["listwise-labels"] for item in raw.items}


def test_one_request_over_and_over_is_dealt_anew_each_time():
    mean = sum(BIAS) / SLOTS
    found = PositionBias.fit(TEMPLATE, requests(1) * 300, engine()).by_size[SLOTS]
    # Films 0 to 39 are worth up to 7.8 nats more than one another: their deals must differ for that to go.
    assert all(abs(offset - (bias - mean)) < 0.6 for offset, bias in zip(found.offsets, BIAS, strict=True))


def test_earlier_requests_count_as_much_as_later_ones():
    first, later = requests(30), requests(10, seed=9)
    a, b = (PositionBias.fit(TEMPLATE, asked, engine()) for asked in (first, later))
    both = PositionBias.fit(TEMPLATE, later, engine(), earlier=a).by_size[SLOTS]
    wanted = [(30 * x + 10 * y) / 40 for x, y in zip(a.by_size[SLOTS].offsets, b.by_size[SLOTS].offsets, strict=True)]
    assert both.requests == 40 and both.offsets == pytest.approx(wanted)
    apart = PositionBias.fit(TEMPLATE, requests(3, candidates=5), engine(), earlier=a)
    assert apart.by_size.keys() == {5, SLOTS} and apart.by_size[SLOTS] == a.by_size[SLOTS]
    with pytest.raises(InputError, match=r"earlier position bias was fitted for the model scripted \(now other\)"):
        PositionBias.fit(TEMPLATE, later, engine("other"), earlier=a)


def test_it_is_said_how_far_the_reading_is():
    said = []
    found = PositionBias.fit(TEMPLATE, requests(BATCH + 3, candidates=2), engine(), progress=said.append)
    assert said == [BATCH, BATCH + 3] and found.by_size[2].requests == BATCH + 3


def test_a_place_that_cannot_be_written_is_said(fitted, tmp_path):
    with pytest.raises(InputError, match="cannot be written .No such file"):
        fitted.save(tmp_path / "nowhere" / "prior.json")


def test_a_prior_comes_back_from_the_disk_as_it_was(saved, fitted):
    assert PositionBias.load(saved) == fitted


@pytest.mark.parametrize("name", ["model", "adapter", "template", "labels"])
def test_a_stale_prior_is_refused_and_says_what_is_different(name, saved, fitted):
    asked, more = requests(1), {}
    if name == "model":
        more = {"read_with": engine("other")}
    elif name == "adapter":
        more = {"adapter": "tuned/on-films"}
    elif name == "template":
        more = {"template": load_template("general/en", kind="listwise-labels")}
    else:
        relabelled = fitted.by_size[SLOTS].model_copy(update={"labels": tuple("ABCDEFGX")})
        fitted.model_copy(update={"by_size": {SLOTS: relabelled}}).save(saved)
    with pytest.raises(InputError, match=f"{saved.name} was fitted for the {name}") as refused:
        ranked(saved, asked, **more)
    others = {"model", "adapter", "template", "labels"} - {name}
    assert not any(f"the {other} " in str(refused.value) for other in others)
    assert "fit it again with `promptrec position-bias`" in str(refused.value)


def test_another_adapter_of_the_same_name_is_another(tmp_path):
    for parent, weights in (("mine", "1"), ("theirs", "2"), ("moved", "1")):
        (tmp_path / parent / "lora").mkdir(parents=True)
        (tmp_path / parent / "lora" / "adapter_model.safetensors").write_text(weights)
    mine, theirs, moved = (str(tmp_path / parent / "lora") for parent in ("mine", "theirs", "moved"))
    path = tmp_path / "prior.json"
    PositionBias.fit(TEMPLATE, requests(1), engine(), adapter=mine).save(path)
    assert ranked(path, requests(1), adapter=moved)[0].status == "ok"
    with pytest.raises(InputError, match=r"was fitted for the adapter \w{8} \(now \w{8}\): fit it again"):
        ranked(path, requests(1), adapter=theirs)


@pytest.mark.parametrize(("count", "used"), [(LEAST_REQUESTS - 1, False), (LEAST_REQUESTS, True)])
def test_too_few_requests_are_no_prior_and_the_ranking_says_so(count, used, tmp_path):
    PositionBias.fit(TEMPLATE, requests(count), engine()).save(tmp_path / "prior.json")
    ranking = ranked(tmp_path / "prior.json", requests(1, seed=5))[0]
    raw = all(item.scores["listwise-prior"] == item.scores["listwise-labels"] for item in ranking.items)
    assert ranking.status == "ok" and raw is not used
    assert ranking.diagnostics["position-bias-requests"] == (count if used else 0)
    assert (f"fitted on {count} requests with {SLOTS} candidates and needs {LEAST_REQUESTS}" in ranking.reason) != used


def test_another_number_of_candidates_has_no_prior(saved):
    ranking = ranked(saved, requests(1, candidates=5))[0]
    assert (
        "fitted on 0 requests with 5 candidates" in ranking.reason
        and ranking.diagnostics["position-bias-requests"] == 0
    )


def test_a_ranker_without_a_prior_says_how_to_fit_one():
    for asked in (lambda: ranked(None, requests(1)), lambda: bias_sha256(None)):
        with pytest.raises(InputError, match="fit one with `promptrec position-bias`, and give --position-bias FILE"):
            asked()


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "No such file"), *((text, "not a position bias") for text in ("{", '{"model": "m"}', b"\xff"))],
)
def test_a_file_that_is_no_prior_is_refused(content, said, tmp_path):
    path = tmp_path / "prior.json"
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError, match=said):
        ranked(path, requests(1))


def test_a_slot_without_an_offset_is_refused(saved):
    saved.write_text(saved.read_text().replace('"A",', ""))
    with pytest.raises(InputError, match="7 labels but 8 offsets"):
        PositionBias.load(saved)


def test_nothing_read_is_no_prior():
    with pytest.raises(InputError, match="no position bias can be fitted: there are no requests"):
        PositionBias.fit(TEMPLATE, [], engine())
    with pytest.raises(InputError, match="no position bias can be fitted: broken"):
        PositionBias.fit(TEMPLATE, requests(2), ScriptedEngine(fail=lambda text: "broken"))
