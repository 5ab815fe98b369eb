"""The page and its parts, as a browser gets them."""

import html
import re

import pytest

from promptrec.studio.model import Model
from promptrec.studio.session import LONGEST_FORM

BROKEN = "{{ item.yaer }}"
NEED_A_TEMPLATE = ("/prompt", "/diff", "/start/run", "/start/compare", "/start/tests", "/start/ab")


def token_spans(text):
    return [
        html.unescape(token_span) for token_span in re.findall(r'<span class="chip[^>]*title[^>]*>([^<]*)</span>', text)
    ]


def test_the_page_holds_the_template_whole(client, form):
    page = client.get("/?open=wine/en/query-likelihood").text
    source = html.unescape(re.search(r'<textarea id="source"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)[1])
    assert source == form()["source"]
    assert '<html lang="en">' in page and "Skip to the editor" in page
    assert re.search(r'<option value="wine/en/query-likelihood" selected>[^<]*yours', page)
    assert not re.search(r"\son\w+=|<script>|style=", page), "nothing that the policy would forbid"


def test_the_authors_own_template_is_opened_first(client):
    assert "<title>wine/en/listwise-text" in client.get("/").text


def test_the_language_is_the_browsers_or_the_one_chosen(client):
    assert '<html lang="zh-CN">' in client.get("/", headers={"Accept-Language": "zh-CN"}).text
    assert '<html lang="zh-CN">' in client.get("/?language=zh").text
    assert "保存" in client.get("/").text, "it is remembered"


def test_an_unknown_template_is_said(client):
    answer = client.get("/?open=wine/en/yes-know")
    assert answer.status_code == 404 and "unknown template" in answer.text


def test_findings_have_their_line_and_what_to_do(client, form):
    source = form()["source"].replace("{{ item.title }}", BROKEN)
    shown = client.post("/check", data=form(source)).text
    line = source.split(BROKEN)[0].count("\n") + 1
    assert f'data-here="{line}"' in shown and 'data-severity="error"' in shown
    assert "yaer" in shown and "title" in shown


def test_findings_and_problems_are_told_in_chinese_on_the_chinese_page(client, form):
    source = form()["source"].replace("{{ item.title }}", BROKEN)
    shown = html.unescape(client.post("/check?language=zh", data=form(source)).text)
    assert "item.yaer：item 没有 'yaer'" in shown and "或者先声明它" in shown and "has no" not in shown
    refused = html.unescape(client.post("/prompt?language=zh", data=form(source + "{% block replay %}")).text)
    assert "请先修正模板：" in refused and "query-likelihood.jinja 第 23 行：" in refused
    assert "{% block … %} 没有用 {% endblock %} 结束" in refused
    assert "第 17 行：没有叫 'yaer' 的名称" in html.unescape(client.post("/prompt?language=zh", data=form(source)).text)
    plain = html.unescape(client.post("/prompt", data=form(source + "{% block replay %}")).text)
    assert "query-likelihood.jinja line 23: this {% block … %} has no {% endblock %}" in plain


def test_nothing_wrong_is_said_too(client, form):
    assert "Nothing is wrong" in client.post("/check", data=form()).text
    assert "没有发现问题" in client.post("/check?language=zh", data=form()).text


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        ("", 1, "a template starts with a YAML header"),
        ("no header", 1, "a template starts with a YAML header"),
        ("---\n", 1, "the header has no end"),
        ("---\nkind: [\n---\n", 2, "a bracket is opened in this line and not closed"),
        ("{% for %}", 1, "a template starts with a YAML header"),
        ("\ud7ff" * 9, 1, "a template starts with a YAML header"),
        ("x" * 300_000, 1, "longer than 200,000 characters"),
    ],
)
def test_a_template_that_cannot_be_used_is_explained_in_every_view(client, form, source, line, message):
    answers = {path: client.post(path, data=form(source)) for path in ("/check", "/save/look", *NEED_A_TEMPLATE)}
    assert {answer.status_code for answer in answers.values()} == {200}
    (finding,) = re.findall(
        r'<li class="error"[^>]*data-here="(\d+)">.*?</b> (.*?) <i>→', answers["/check"].text, re.DOTALL
    )
    assert int(finding[0]) == line and message in finding[1]
    assert "Errors in it: 1." in answers["/save/look"].text
    for path in NEED_A_TEMPLATE:
        assert re.fullmatch(
            rf'<p class="problem" role="alert">First mend .*{message}.*</p>', answers[path].text.strip()
        ), path


def test_the_prompt_is_shown_token_by_token(client, form):
    shown = client.post("/prompt", data=form()).text
    assert "".join(token_spans(shown)).replace("⏎", "").startswith("Wine: Mosel from a wine from the Mosel.\nA guest")
    assert "".join(token_spans(shown)).endswith(" a wine from the Mosel")
    assert "The text that is scored" in shown and "so it is read once" in shown


def test_the_prompt_of_the_candidate_that_is_chosen(client, form):
    shown = client.post("/prompt", data=form(place="1")).text
    assert '<option value="1" selected>Chablis' in shown and "Burgundy" in "".join(token_spans(shown))
    assert "Chablis" in "".join(token_spans(client.post("/prompt", data=form(candidates="Chablis", place="7")).text))


def test_markup_in_items_and_words_is_text(client, form, ended):
    evil = "<script>alert(1)</script>"
    fields = form(candidates=evil, preferences=evil, history=evil)
    pages = [client.post(path, data=fields).text for path in ("/prompt", "/diff", "/find", "/pick")]
    pages += [client.post("/find", data=form(words="script")).text, ended("run", fields), ended("tests", fields)]
    pages.append(client.post("/check", data=form(source=f"{{{{ {evil} }}}}")).text)
    for page in pages:
        assert "<script" not in page and "<b>nowhere" not in page
    assert html.escape(evil) in pages[-3]


def test_a_candidate_nobody_knows_is_said_with_the_nearest(client, form):
    assert "did you mean &#39;Chablis&#39;" in client.post("/prompt", data=form(candidates="Chablee")).text
    assert "did you mean" not in client.post("/prompt", data=form(candidates="Alert")).text


def test_titles_can_be_found_and_picked(client, form):
    assert 'data-add="Chablis"' in client.post("/find", data=form(words="chab")).text
    assert "No title" in client.post("/find", data=form(words="beer")).text
    assert client.post("/find", data=form(words=" ")).text.strip() == ""
    picked = client.post("/pick", data=form(preferences="white and stony")).text
    assert picked.split('rows="8">\n')[1].startswith("Chablis")


def test_without_a_model_everything_but_ranking_works(session, client, form, ended):
    object.__setattr__(session, "model", Model("no-such-model"))
    assert "Nothing is wrong" in client.post("/check", data=form()).text
    shown = client.post("/prompt", data=form()).text
    assert "no-such-model" in shown and "Mosel" in "".join(token_spans(shown)) and "words" in shown
    assert "No difference" in client.post("/diff", data=form()).text
    assert "unknown" in ended("run", form()) and "no-such-model" in ended("run", form())


def test_a_form_without_end_is_not_read(client):
    answer = client.post("/check", content=b"source=" + b"x" * LONGEST_FORM)
    assert "more than" in answer.text


@pytest.mark.parametrize("body", [b"\xff=\xff", b"source=%ff", b"&".join(b"a=b" for _ in range(99))])
def test_what_is_no_form_is_refused(client, body):
    assert "no form" in client.post("/check", content=body).text


ATTRIBUTES = "{% for name in query.attributes %}{{ name }}={{ query.attributes[name] }};{% endfor %}"


def test_facts_about_the_person_are_read(client, form):
    source = form()["source"].replace("{{ query.preferences }}", ATTRIBUTES)
    fields = form(source, attributes="age: 40\n\n职业：医生 \n")
    assert "age=40;职业=医生;" in "".join(token_spans(client.post("/prompt", data=fields).text))
    for wrong in ("age", ": 40", "age:"):
        fields = form(source, attributes=wrong)
        assert f"name: value, one a line, and not '{wrong}'" in html.unescape(client.post("/prompt", data=fields).text)
        assert f"而不是“{wrong}”" in client.post("/prompt?language=zh", data=fields).text


def test_no_line_is_said_where_none_is_known(client, mine, form):
    (mine / "wine" / "en" / "pack.yaml").write_bytes(b"\xff")
    shown = client.post("/prompt?language=zh", data=form()).text
    assert "pack.yaml" in shown and "第 1 行" not in shown


def test_titles_that_several_items_have_are_said(client, mine, form):
    with (mine / "wine" / "en" / "catalog.jsonl").open("a") as catalog:
        catalog.write('{"item_id": "4", "title": "Mosel"}\n')
    assert "several items are called" in client.post("/prompt", data=form(candidates="Mosel")).text
    assert client.post("/pick", data=form()).text.count("Mosel") == 0, "they are named by their IDs"
