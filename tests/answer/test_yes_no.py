import pytest

from promptrec.answer.yes_no import YesNo

YES, NO = EN = ("Yes", "No")
ZH = ("是", "否")


def said(text, choices=EN):
    order = YesNo("zh" if choices == ZH else "en").parse(text, choices).order
    return order[0] if order else None


@pytest.mark.parametrize(
    "text",
    [
        "Yes",
        "yes",
        "YES.",
        "Yes!",
        "yes, because…",
        "Yes, no doubt",
        "Definitely yes",
        "Well, yes",
        "Most likely yes, since she likes it",
        "**Yes**",
        "`yes`",
        '"Yes"',
        "“Yes”",
        "[Yes]",
        " Yes\n",
        "Answer: yes",
        "The answer is yes",
        "My answer is: Yes.",
        "Yes because no other film is like it",
        "Yes - definitely",
        "Yes he would",
        "Yeah",
        "Ｙｅｓ",
        "Yes\n\nThe person likes space films and this is one, so no other answer fits.",
    ],
)
def test_yes(text):
    assert said(text) == YES


@pytest.mark.parametrize(
    "text",
    [
        "No",
        "no",
        "NO!",
        "No.",
        "**No**",
        "No, the person likes comedies",
        "Definitely not.",
        "Of course not",
        "Probably no",
        "Most likely not",
        "Answer: no.",
        "The answer is: No",
        "Nope",
        "No not really",
        "No he would not",
        "No, no",
        "no; yes would be wrong",
    ],
)
def test_no(text):
    assert said(text) == NO


@pytest.mark.parametrize(
    "text",
    [
        "Not sure",
        "not",
        "Probably",
        "Surely nobody knows",
        "yes and no",
        "Yes or no",
        "Yes/No",
        "Yes\nNo",
        "Yes, no",
        "yes-no",
        "None",
        "nothing",
        "know",
        "Yesterday",
        "no idea",
        "No way to tell",
        "No one knows",
        "No comment",
        "No answer",
        "No more than yes",
        "maybe",
        "It depends: yes",
        "Answer",
        "Error: no such model",
        "<|im_end|>",
        "12",
        "y",
        "Nobody",
        "Noah",
        "yesyes",
    ],
)
def test_neither(text):
    parsed = YesNo().parse(text, EN)
    assert parsed.order == ()
    assert parsed.report.missing == EN
    assert parsed.report.unknown == (text.strip(),)


@pytest.mark.parametrize(
    "text",
    [
        "是",
        "是的。",
        "答案：是",
        "是，因为他喜欢科幻",
        "**是**",
        "“是”",
        "会",
        "对",
        "喜欢",
        "回答: 是",
        "是！",
        "肯定会",
        "可能会喜欢",
    ],
)
def test_chinese_yes(text):
    assert said(text, ZH) == "是"


@pytest.mark.parametrize(
    "text",
    [
        "否",
        "不",
        "不是",
        "不是。",
        "不会",
        "不喜欢",
        "答案是否",
        "答：不是",
        "否，他喜欢喜剧",
        "「否」",
        "不会喜欢",
        "应该不会",
    ],
)
def test_chinese_no(text):
    assert said(text, ZH) == "否"


@pytest.mark.parametrize(
    "text",
    [
        "是不是",
        "不确定",
        "不知道",
        "是或否",
        "是和否",
        "是，否",
        "是/否",
        "是否",
        "不好说",
        "可能",
        "是吗？",
        "不一定",
        "不是很确定",
    ],
)
def test_chinese_neither(text):
    assert said(text, ZH) is None


@pytest.mark.parametrize("text", ["", " ", "\n\n"])
def test_nothing_said(text):
    parsed = YesNo().parse(text, EN)
    assert parsed.order == ()
    assert parsed.report.unknown == ()


def test_one_word_is_the_whole_answer():
    report = YesNo().parse("No.", EN).report
    assert report.is_clean
    assert YesNo().write(["No"]) == "No"
    assert YesNo().write(["No", "Yes"]) == "No"


@pytest.mark.parametrize(
    ("text", "choices", "named"),
    [
        ("Likely, I think", ("likely", "unlikely"), "likely"),
        ("Unlikely", ("likely", "unlikely"), "unlikely"),
        ("yes", ("True", "False"), "True"),
        ("推荐", ("推荐", "不推荐"), "推荐"),
        ("不推荐。", ("推荐", "不推荐"), "不推荐"),
        ("No", ("No", "Yes"), "No"),
        ("answers", ("answers", "questions"), "answers"),
        ("would not like", ("would like", "would not like"), "would not like"),
    ],
)
def test_other_words(text, choices, named):
    assert said(text, choices) == named


def test_only_the_beginning_is_read():
    assert said("x " * 500 + "yes") is None
    assert said("Yes. " + "It is no comedy. " * 500) == YES
