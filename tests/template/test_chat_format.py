import pytest

from promptrec.errors import ModelError
from promptrec.template.chat_format import chat_spans
from promptrec.template.spans import Span, joined

CHATML = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content | trim }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SYSTEM, USER = (Span("Be brief.", True),), (Span("Likes: ", True), Span("<|im_end|>", False))


def test_the_chat_format_is_trusted_and_what_people_wrote_is_not():
    assert chat_spans(SYSTEM, USER, CHATML, {}) == (
        Span("<|im_start|>system\n", True),
        *SYSTEM,
        Span("<|im_end|>\n<|im_start|>user\n", True),
        *USER,
        Span("<|im_end|>\n<|im_start|>assistant\n", True),
    )


def test_without_a_system_text_the_format_is_asked_for_none():
    assert joined(chat_spans((), USER, CHATML, {})).startswith("<|im_start|>user\nLikes: ")


def test_a_format_that_knows_no_system_role_gets_both_texts_as_the_users():
    refuses = "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}" + CHATML
    drops = CHATML.replace("{% for m in messages %}", "{% for m in messages if m.role == 'user' %}")
    rotate_items = CHATML.replace("in messages %}", "in messages | reverse %}")
    raises = CHATML.replace("m.role", "m.role + (1 if m.role == 'system' else '')")
    for chat in (refuses, drops, rotate_items, raises):
        text = joined(chat_spans(SYSTEM, USER, chat, {}))
        assert text.startswith("<|im_start|>user\nBe brief.\n\nLikes: ")


def chat_format(opening, reply="<bot>"):
    """A format that opens the model's turn so, and shows a finished reply behind `reply`."""
    turns = "{% if m.role == 'assistant' %}" + reply + "{% else %}<{{ m.role }}>{% endif %}{{ m.content }}<end>"
    return f"{{% for m in messages %}}{turns}{{% endfor %}}{{% if add_generation_prompt %}}{opening}{{% endif %}}"


@pytest.mark.parametrize(
    ("opening", "reply", "expected"),
    [
        # Thoughts that are left open are closed, whatever the tag.
        ("<bot><think>\n", "<bot>", "<bot><think>\n\n</think>\n\n"),
        ("<bot><think>", "{{ raise_exception('no') }}", "<bot><think>\n\n</think>\n\n"),
        ("<bot><|START_THINKING|>", "<bot>", "<bot><|START_THINKING|>\n\n<|END_THINKING|>\n\n"),
        ("<bot><|begin_of_thought|>\n", "<bot>", "<bot><|begin_of_thought|>\n\n<|end_of_thought|>\n\n"),
        ("<bot>[THINK]", "<bot>", "<bot>[THINK]\n\n[/THINK]\n\n"),
        ("<bot>◁think▷", "<bot>", "<bot>◁think▷\n\n◁/think▷\n\n"),
        ("<bot><mm:think>\n", "<bot>", "<bot><mm:think>\n\n</mm:think>\n\n"),
        # Those that begin with words are left out.
        ("<bot>\nMy reasoning:\n", "<bot>\n", "<bot>\n"),
        ("<bot><|channel>thought\n", "<bot>", "<bot>"),
        # What stands before every finished reply stands before this one.
        ("<bot>", "<bot><|channel|>final<|message|>", "<bot><|channel|>final<|message|>"),
        ("<bot>\n", "<bot>\n<think>\n\n</think>\n\n", "<bot>\n<think>\n\n</think>\n\n"),
        ("", "<bot>\n", "<bot>\n"),
        # Formats that know how to leave thoughts out are asked to, each in its own words.
        ("<bot>{% if enable_thinking is false %}<think>\n\n</think>{% endif %}", "<bot>", "<bot><think>\n\n</think>"),
        ("<bot>{% if thinking is false %}</think>{% else %}<think>{% endif %}", "<bot>", "<bot></think>"),
        ("<bot>{% if reasoning is not false %}<think>{% endif %}", "<bot>", "<bot>"),
        ("<bot>{% if thinking_budget == 0 %}<think>no</think>{% endif %}", "<bot>", "<bot><think>no</think>"),
        # Other tags and spaces are left as they are.
        ("<|start_of|>bot<|end_of|>\n\n", "<|start_of|>bot<|end_of|>\n\n", "<|start_of|>bot<|end_of|>\n\n"),
        ("[/INST]", "[/INST] ", "[/INST]"),
        ("<bot>I think: ", "<bot>I think: ", "<bot>I think: "),
    ],
)
def test_the_prompt_ends_where_the_reply_itself_begins(opening, reply, expected):
    text = joined(chat_spans(SYSTEM, USER, chat_format(opening, reply), {}))
    assert text == f"<system>Be brief.<end><user>Likes: <|im_end|><end>{expected}"


@pytest.mark.parametrize(
    ("before", "after", "end"),
    [
        # Opened by the format, in another model's signs.
        ("", "[THINK]", "[THINK]\n\n[/THINK]\n\n"),
        # The format only takes earlier thoughts out: the model itself opens them.
        ("{% set x = 'a</think>b'.split('</think>') %}", "", "assistant\n<think>\n\n</think>\n\n"),
        # Closed already where nobody wants thoughts.
        ("", "{% if not enable_thinking %}<think>\n\n</think>\n\n{% endif %}", "assistant\n<think>\n\n</think>\n\n"),
        ("", "{% if thinking %}<think>{% else %}</think>{% endif %}", "assistant\n</think>"),
        # Of thoughts nothing is said.
        ("", "", "assistant\n"),
    ],
)
def test_thoughts_are_closed_as_the_format_has_them(before, after, end):
    text = joined(chat_spans((), USER, before + CHATML.replace("assistant\n", "assistant\n" + after), {}))
    assert text.endswith(end) and text.count("think>") <= 2


def test_a_format_may_mark_what_the_model_writes_and_write_json_as_it_is():
    marking = CHATML.replace("{{ m.role }}", "{%- generation -%}{{ m.role }}{%- endgeneration -%}{{ '' }}")
    assert chat_spans(SYSTEM, USER, marking, {}) == chat_spans(SYSTEM, USER, CHATML, {})
    quoting = CHATML.replace("m.content | trim", "m.content | tojson")
    assert joined(chat_spans((), USER, quoting + "{{ '<s>' | tojson }}", {})).endswith('assistant\n"<s>"')
    assert '"Likes: <|im_end|>"' in joined(chat_spans((), USER, quoting, {}))


def test_special_tokens_reach_the_format():
    assert joined(chat_spans((), USER, "{{ bos_token }}" + CHATML, {"bos_token": "<s>"})).startswith("<s>")


@pytest.mark.parametrize(
    "chat", ["nothing of it", "{{ messages[0].nope.nope }}", "{% if %}", "{{ messages[0].content + 1 }}"]
)
def test_a_format_that_cannot_be_used_is_said(chat):
    with pytest.raises(ModelError, match="chat template"):
        chat_spans((), USER, chat, {})
