"""What templates of a folder share: pack.yaml, parts, other names of fields."""

import pytest

from promptrec.data.item import Item
from promptrec.data.query import Query
from promptrec.errors import TemplateError
from promptrec.template.loader import list_templates
from promptrec.template.spans import joined
from promptrec.template.template import Template

HEADER = "---\nkind: yes-no\nabout: a test\ntruncate: [query.preferences]\n---\n"
SHARED = "domain: wine\nlanguage: en\nfields:\n  region: [area, origin]\n  grape:\n"
ITEM = Item(item_id="1", title="Muscadet", fields={"origin": "Loire"})
QUERY = Query(preferences="oysters")


@pytest.fixture
def pack(tmp_path):
    (tmp_path / "pack.yaml").write_text(SHARED)

    def template(body, header=HEADER, **files):
        for name, text in files.items():
            (tmp_path / f"_{name}.jinja").write_text(text)
        path = tmp_path / "yes-no.jinja"
        path.write_text(header + body)
        return Template.from_file(path)

    return template


def words(template, item=ITEM):
    return joined(template.render(QUERY, [item]).user)


def test_a_header_takes_from_the_pack_what_it_does_not_say(pack):
    header = pack("{% block user %}x{% endblock %}").header
    assert (header.domain, header.language, dict(header.fields)) == (
        "wine",
        "en",
        {"region": ("area", "origin"), "grape": ()},
    )


def test_a_templates_own_fields_are_added_to_the_packs(pack):
    header = pack("{% block user %}x{% endblock %}", HEADER.replace("truncate", "fields: [vintage]\ntruncate")).header
    assert list(header.fields) == ["region", "grape", "vintage"]


def test_a_field_is_found_under_another_name_that_the_pack_knows(pack):
    template = pack("{% block user %}{{ item.title }} from {{ item.region }}{{ item.grape }}{% endblock %}")
    assert words(template) == "Muscadet from Loire"
    own = Item(item_id="1", title="Muscadet", fields={"origin": "Loire", "region": "Nantes"})
    assert words(template, own) == "Muscadet from Nantes"


@pytest.mark.parametrize(("tag", "code"), [("zh-CN", "zh"), ("ZH", "zh"), ("cmn-Hans-CN", "zh"), ("en_US", "en")])
def test_a_header_may_name_its_language_by_any_tag(pack, tmp_path, tag, code):
    (tmp_path / "pack.yaml").write_text(SHARED.replace("language: en", f"language: {tag}"))
    assert pack("{% block user %}x{% endblock %}").header.language == code
    own = HEADER.replace("about", f"language: {tag}\nabout")
    assert pack("{% block user %}x{% endblock %}", own).header.language == code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_templates_and_what_they_share_may_be_written_by_any_editor(tmp_path, encoding, line_end):
    part = "{% block user %}né {{ item.title }}\n{% endblock %}"
    files = {"pack.yaml": SHARED, "yes-no.jinja": f"{HEADER}{{% extends '_base.jinja' %}}", "_base.jinja": part}
    for name, text in files.items():
        (tmp_path / name).write_bytes(text.replace("\n", line_end).encode(encoding))
    template = Template.from_file(tmp_path / "yes-no.jinja")
    assert template.header.domain == "wine" and words(template).startswith("né Muscadet")
    assert not {"\r", "\ufeff"} & set(template.source)


def test_parts_are_included_and_extended(pack):
    template = pack(
        "{% extends '_base.jinja' %}\n{% block question %}Would it suit them?{% endblock %}",
        base="{% block user %}{% include '_person.jinja' %} {{ item.title }}. {% block question %}Well?{% endblock %}"
        "{% endblock %}{% block reply %}Answer:{% endblock %}",
        person="They say: {{ query.preferences }}.",
    )
    assert words(template) == "They say: oysters. Muscadet. Would it suit them?"
    assert template.cue == "Answer:"


def test_what_a_part_emits_is_untrusted_too(pack):
    template = pack("{% block user %}{% include '_p.jinja' %}{% endblock %}", p="{{ item.title }}")
    assert [span.trusted for span in template.render(QUERY, [ITEM]).user] == [False]


def test_sha256_is_of_the_parts_and_the_pack_too(pack, tmp_path):
    body = "{% block user %}{% include '_p.jinja' %}{% endblock %}"
    first = pack(body, p="one").sha256
    assert pack(body, p="two").sha256 != first
    assert pack(body, p="one").sha256 == first
    (tmp_path / "pack.yaml").write_text(SHARED + "tests: [{preferences: x, include: [y]}]\n")
    assert pack(body).sha256 == first, "tests change no prompt"
    (tmp_path / "pack.yaml").write_text(SHARED.replace("area", "place"))
    assert pack(body).sha256 != first


@pytest.mark.parametrize(
    ("body", "files", "said"),
    [
        ("{% block user %}{% include '_p.jinja' %}{% endblock %}", {"p": "{% include '_p.jinja' %}"}, "uses itself"),
        ("{% block user %}{% include '../secret' %}{% endblock %}", {}, "no part of this pack"),
        ("{% block user %}{% include item.title %}{% endblock %}", {}, "a name that is worked out"),
        (
            "{% block user %}{% include '_p.jinja' %}{% endblock %}",
            {"p": "{{ item.__class__ }}"},
            "_p.jinja:1: .*start",
        ),
        ("{% block user %}{% include '_p.jinja' %}{% endblock %}", {"p": "a\n{{ x"}, "_p.jinja:2"),
        ("{% extends '_b.jinja' %}lost text", {"b": "{% block user %}x{% endblock %}"}, "outside of the blocks"),
        ("{% extends '_b.jinja' %}{% block usr %}x{% endblock %}", {"b": "{% block user %}x{% endblock %}"}, "'usr'"),
        ("{% extends '_b.jinja' %}", {"b": "{% block reply %}x{% endblock %}"}, "needs a block named user"),
    ],
)
def test_what_parts_may_not_do_is_said_with_file_and_line(pack, body, files, said):
    with pytest.raises(TemplateError, match=said):
        pack(body, **files)


def test_a_link_out_of_the_folder_is_refused(pack, tmp_path):
    outside = tmp_path.parent / "outside.txt"
    outside.write_text("secret")
    (tmp_path / "_p.jinja").symlink_to(outside)
    with pytest.raises(TemplateError, match="own folder only"):
        pack("{% block user %}{% include '_p.jinja' %}{% endblock %}")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("kind: yes-no", "pack.yaml:1: unknown header field 'kind'; known: domain"),
        ("domain: x\nlanguage: fr", "pack.yaml:2: header field language"),
        ("domain: x\nlanguage: en\ntests: [{preferences: x}]", "pack.yaml:3: header field tests.0: .*names titles"),
        ("- a\n- b", "pack.yaml:1"),
    ],
)
def test_settings_that_are_wrong_are_said_with_file_and_line(pack, tmp_path, settings, said):
    (tmp_path / "pack.yaml").write_text(settings)
    with pytest.raises(TemplateError, match=said):
        pack("{% block user %}x{% endblock %}")


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ("kind:", "ranks:"),
        ("truncate:", "limits:"),
        ("truncate:", "cut:"),
        ("about:", "description:"),
        ("answers:", "words:"),
        ("preferences:", "person:"),
        ("include:", "has:"),
        ("exclude:", "lacks:"),
    ],
)
def test_an_old_word_of_the_header_is_refused_with_what_it_is_called_now(pack, new, old):
    test = "tests: [{preferences: x, include: [y], exclude: [z]}]\nanswers: [Yes, No]\n---\n"
    header = HEADER.replace("---\n", "").join(["---\n", test])
    assert pack("{% block user %}x{% endblock %}", header).header.kind == "yes-no"
    with pytest.raises(TemplateError, match=f"'{old[:-1]}'; it is called {new[:-1]} here"):
        pack("{% block user %}x{% endblock %}", header.replace(new, old))


def test_chat_and_truncate_of_the_pack_hold_where_a_template_says_nothing_of_its_own(pack, tmp_path):
    (tmp_path / "pack.yaml").write_text(SHARED + "chat: true\ntruncate: [item.title, query.history]\n")
    body = "{% block user %}x{% endblock %}"
    of_pack = pack(body, "---\nkind: yes-no\nabout: x\n---\n").header
    assert of_pack.chat and of_pack.truncate == ("item.title", "query.history")
    own = pack(body, "---\nkind: yes-no\nabout: x\nchat: false\ntruncate: [query.context]\n---\n").header
    assert not own.chat and own.truncate == ("query.context",)
    (tmp_path / "pack.yaml").write_text(SHARED + "truncate: [item.nope]\n")
    with pytest.raises(TemplateError, match=r"pack.yaml:\d+: header field truncate: truncate names 'item.nope'"):
        pack(body, HEADER)


@pytest.mark.slow
def test_parts_are_no_templates_of_their_own(tmp_path):
    folder = tmp_path / "wine/en"
    folder.mkdir(parents=True)
    (folder / "_person.jinja").write_text("{{ query.preferences }}")
    (folder / "yes-no.jinja").write_text(
        HEADER.replace("about", "domain: wine\nlanguage: en\nabout")
        + "{% block user %}{% include '_person.jinja' %}{% endblock %}"
    )
    assert [t.name for t in list_templates(tmp_path) if t.name.startswith("wine")] == ["wine/en/yes-no"]


def test_a_field_that_a_template_names_again_keeps_the_packs_other_names(pack):
    header = pack("{% block user %}x{% endblock %}", HEADER.replace("truncate", "fields: [region]\ntruncate")).header
    assert header.fields["region"] == ("area", "origin")
