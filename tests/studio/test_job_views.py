"""Rankings, comparisons, tests and A/B, from the form to what the page shows."""

import html
import json
import re
from pathlib import Path

import pytest

from promptrec.errors import InputError
from promptrec.messages import reason
from promptrec.studio import job_views
from promptrec.studio.job import Job
from promptrec.studio.model import AT_ONCE, Model, ObservedEngine
from promptrec.testing.scripted_engine import ScriptedEngine

PACK = Path(__file__).parent / "pack"
LISTWISE = (PACK / "listwise-text.jinja").read_text()
SOURCE = (PACK / "query-likelihood.jinja").read_text()


def ranked(text):
    return re.findall(r'data-ranked="([^"]*)"', text)


def before(text):
    return json.loads(html.unescape(re.search(r'name="before" value="([^"]*)"', text)[1]))


def test_a_ranking_has_places_titles_and_scores(ended, form):
    shown = ended("run", form())
    assert ranked(shown) == before(shown) == ["1", *ranked(shown)[1:]] and len(ranked(shown)) == 3
    assert "query-likelihood" in shown and re.search(r'class="number">-\d+\.\d{3}<', shown)
    assert "Every candidate was read" in shown and 'class="move' not in shown


def test_the_list_moves_when_the_words_change(ended, form):
    first = ended("run", form())
    second = ended("run", form(preferences="Burgundy, white and stony", before=json.dumps(before(first))))
    assert ranked(second)[0] == "2" and ranked(first)[0] == "1"
    assert "▲" in second and "▼" in second and "have moved" in second


def test_the_text_in_the_editor_is_what_ranks(ended, form, engine):
    ended("run", form(SOURCE.replace("A guest who", "A stranger who")))
    assert engine.prompts and all("A stranger who" in prompt for prompt in engine.prompts)


def test_only_the_candidates_named_are_ranked(ended, form):
    assert sorted(ranked(ended("run", form(candidates="Mosel\n2\nMosel")))) == ["1", "2"]


def test_what_the_model_wrote_is_shown_beside_what_was_read_from_it(session, ended, form):
    object.__setattr__(session, "model", Model("scripted", ScriptedEngine(reply=lambda text: "[B] > [B] > <i>[Z]</i>")))
    shown = ended("run", form(LISTWISE, "wine/en/listwise-text"))
    assert "[B] &gt; [B] &gt; &lt;i&gt;[Z]&lt;/i&gt;" in shown
    assert re.search(r"What it had read</summary><pre>.*\[B\] Chablis", shown, re.DOTALL)
    assert "Left out:" in shown and "Said twice: Chablis. Not among the candidates: Z." in shown


def test_what_is_chosen_as_way_of_ranking_is_what_both_versions_are_ranked_by(session, ended, form):
    object.__setattr__(session, "model", Model("scripted", ScriptedEngine(reply=lambda text: "[B]")))
    source = LISTWISE.replace("kind: listwise-text", "kind: listwise-labels").replace("{{ instruction }}", "Which?")
    fields = form(source, "wine/en/listwise-text", ranker="pairwise")
    assert "· pairwise ·" in ended("run", fields)
    assert ended("compare", fields).count("· pairwise ·") == 1, "the saved one is of another kind"


def test_a_template_that_only_tells_of_people_ranks_nothing(client, form):
    source = form()["source"].replace("kind: query-likelihood", "kind: profile")
    source = source.replace("{% block reply %}", "{# #}{% block system %}")
    for kind in ("run", "compare"):
        assert "并不排序" in client.post(f"/start/{kind}?language=zh", data=form(source)).text


def test_nothing_known_is_said(ended, form):
    assert "Nothing is known of this person" in ended("run", form(preferences=""))


def test_a_way_of_ranking_of_another_kind_is_passed_over(ended, form):
    assert "· query-likelihood ·" in ended("run", form(ranker="listwise-text"))
    assert "the ranker" not in ended("run", form(ranker="no-such"))


def test_the_saved_and_the_edited_are_ranked_side_by_side(client, ended, form):
    edited = form(SOURCE.replace("{% if item.region %} from {{ item.region }}{% endif %}", ""))
    shown = ended("compare", edited)
    assert len(ranked(shown)) == 6 and "Saved" in shown and "In the editor" in shown
    differed = client.post("/diff", data=edited).text
    assert (
        "<del>-Wine: {{ item.title }}{% if item.region" in differed
        and "<ins>+Wine: {{ item.title }}.</ins>" in differed
    )
    assert "<del>-Wine: Mosel from a wine" in differed


def test_tests_pass_and_fail_one_by_one(ended, form):
    shown = ended("tests", form())
    assert "<b>1 / 2</b>" in shown
    assert shown.count("✓ passed") == shown.count("✗ failed") == 1
    assert "Chablis must be among the first 1, and is at " in shown
    without = SOURCE[: SOURCE.index("tests:")] + SOURCE[SOURCE.index("---\n{% block") :]
    assert "no tests yet" in ended("tests", form(without))


# Planted people can be told apart by the descriptions of items, and not by their titles.
INFORMED = SOURCE.replace("[region]", "[region, description]").replace(
    "{{ item.title }}", "{{ item.title }}: {{ item.description }}"
)


@pytest.mark.parametrize(
    ("saved", "edited", "verdict", "difference"),
    [
        (SOURCE, INFORMED, "The text in the editor is better.", r"-0\.(?!0[0-4])\d{3}"),
        (INFORMED, SOURCE, "The saved text is better.", r"\+0\.(?!0[0-4])\d{3}"),
        (INFORMED, INFORMED.replace("---\n{%", "---\n{# new #}{%"), "No difference is shown.", r"\+0\.000"),
    ],
)
def test_ab_says_which_text_is_better_or_that_no_difference_is_shown(
    ended, form, mine, saved, edited, verdict, difference
):
    (mine / "wine" / "en" / "query-likelihood.jinja").write_text(saved)
    shown = ended("ab", form(edited, dataset="planted", people="60"))
    assert f'<p class="verdict">{verdict}</p>' in shown and "60 people" in shown
    assert re.search(rf"ndcg@10, saved minus edited: {difference}, 95 % interval [+-]", shown), shown
    means = [float(mean) for mean in re.findall(r'</th><td class="number">(\d\.\d{3})</td>', shown)]
    assert (means[0] > means[1]) - (means[0] < means[1]) == ("saved" in verdict) - ("editor" in verdict)


def test_ab_says_whose_ranking_failed_first_and_why(client, session, ended, form):
    engine = ScriptedEngine(fail=lambda text: reason("prompt-empty") if "Nothing more" in text else None)
    object.__setattr__(session, "model", Model("scripted", engine))
    edited = SOURCE.replace("A guest who would enjoy it says:", "Nothing more is known.")
    fields = form(edited, dataset="planted", people="3")
    assert re.search(r'class="number">3<small>\S+: .*the prompt is empty.*</small>', ended("ab", fields))
    client.get("/?language=zh")
    shown = ended("ab", fields)
    assert shown.count("<small>") == 1 and re.search(r"<small>\S+：.*提示词是空的.*</small>", shown)


def test_ab_with_one_person_cannot_tell(ended, form):
    shown = ended("ab", form(SOURCE.replace("A guest", "Someone"), dataset="planted", people="1"))
    assert "Too few people to tell." in shown and "nan" not in shown


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"people": "0"}, "1 to 500"),
        ({"people": "many"}, "1 to 500"),
        ({"people": "9"}, "change the text"),
        ({"people": "9", "source": SOURCE + "\n", "dataset": "no-such-set"}, "no-such-set"),
    ],
)
def test_ab_asks_for_what_it_needs(ended, form, fields, said):
    assert said in ended("ab", form() | {"dataset": "planted"} | fields)


def test_work_can_be_stopped_from_the_page(client, session, form):
    hold = session.model._lock
    with hold:
        shown = client.post("/start/run", data=form()).text
        assert "Waiting" in shown and 'hx-trigger="every' in shown
        stop = re.search(r'hx-post="(/job/\d+/stop)"', shown)[1]
        client.post(stop, data=form())
        job = session.jobs.get(stop.split("/")[2])
        shown = client.get(f"/job/{job.job_id}").text
        assert "Stopping" in shown and "/stop" not in shown
        job.wait(30)
    assert "Stopped." in client.get(f"/job/{job.job_id}").text
    assert client.get("/job/999").status_code == 404
    assert client.post("/start/nonsense", data=form()).status_code == 404


def test_work_that_fails_while_it_is_told_of_is_asked_after_once_more(client, session, monkeypatch):
    job, page = Job("1", "ab", lambda job: {}), job_views.page

    def later(*form):
        job.error, job.state = InputError("why"), "failed"
        return page(*form)

    monkeypatch.setattr(session.jobs, "get", lambda _: job)
    monkeypatch.setattr(job_views, "page", later)
    assert 'hx-trigger="every' in client.get("/job/1").text, "and not None, as why it failed"
    assert "why" in client.get("/job/1").text


def test_a_model_that_cannot_be_opened_is_said_and_may_be_tried_again(session, ended, form):
    object.__setattr__(session, "model", Model("no-such-model", "transformers"))
    for _ in range(2):
        assert "no-such-model" in ended("run", form())


def test_a_watched_engine_reads_as_the_engine_does_and_stops_between_prompts():
    engine, job = ScriptedEngine(), Job("1", "run", lambda job: {})
    watched = ObservedEngine(engine, job)
    prompts = [tuple(f"text {n}".encode()) for n in range(AT_ONCE + 5)]
    assert [r.value for r in watched.loglikelihood(prompts, prompts)] == [
        r.value for r in engine.loglikelihood(prompts, prompts)
    ]
    assert [r.value for r in watched.next_logprobs(prompts, [65])] == [
        r.value for r in engine.next_logprobs(prompts, [65])
    ]
    assert job.done == len(prompts) + AT_ONCE
    job.stop()
    with pytest.raises(Exception, match="^$"):
        watched.loglikelihood(prompts, prompts)
