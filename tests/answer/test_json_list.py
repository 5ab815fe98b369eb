import pytest

from promptrec.answer.json_list import JsonList

ABC = ("A", "B", "C")


def order(text, choices=ABC):
    return JsonList().parse(text, choices).order


def test_the_ideal_answer_is_compact():
    assert JsonList().write(("B", "A", "三")) == '["B","A","三"]'


@pytest.mark.parametrize(
    "text",
    [
        '["B","A"]',
        '  [ "B" ,\n "A" ]  ',
        '```json\n["B", "A"]\n```',
        '{"ranking": ["B", "A"]}',
        'Sure! ["B","A"] is what I would take.',
        '["B","A"] and not ["C"]',
        '[] ["B","A"]',
        '[best first] ["B","A"]',
        '[["B","A"]]',
        '["\\u0042","A"]',
        '["Ｂ","Ａ"]',
        '["b","a"]',
        '["A","B"] is the input; my answer: ["B","A"]',
        'Shown: ["Z","Y","X"]. Best: ["B","A"]. Draft kept: ["A"]',
        '["B","A","B"]',
        '["B",7,"A"]',
        '[1-2] ["B","A"]',
    ],
)
def test_the_array_that_names_most_counts_and_of_several_the_last(text):
    assert order(text) == ("B", "A")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "B, A, C",
        "B > A",
        '["B","A"',
        '"B","A"]',
        "[B, A]",
        "['B','A']",
        "[]",
        "[true]",
        "[null]",
        "[NaN]",
        '[{"label":"B"}]',
        '{"B": 1}',
        '["',
        '"["',
        "Error [429]",
        "[" + "9" * 5000 + "]",
        '["B" "A"]',
        '["B",]',
        '["a\nb"]',
    ],
)
def test_what_is_no_array_of_labels_is_no_order(text):
    parsed = JsonList().parse(text, ABC)
    assert parsed.order == ()
    assert parsed.report.missing == ABC
    assert bool(parsed.report.unknown) == bool(text.strip())


def test_numbers_are_labels_too():
    assert order("[3, 1, 2]", ("1", "2", "3")) == ("3", "1", "2")
    assert order('["3", 1]', ("1", "2", "3")) == ("3", "1")


def test_words_of_json_are_no_titles():
    assert order("[null, true]", ("None", "True", "null")) == ()
    assert order('["None"]', ("None", "True")) == ("None",)


def test_titles_with_brackets_and_quotes():
    choices = ("[REC]", 'The "Real" One', "a, b", "back\\slash", "{x}")
    assert order(JsonList().write(choices[::-1]), choices) == choices[::-1]


@pytest.mark.parametrize("text", ['Worst to best: ["B","A"]', '从最差到最好：["B","A"]'])
def test_a_list_that_begins_with_the_worst_is_no_order(text):
    assert order(text) == ()
    assert JsonList().parse(text, ABC).report.unknown == (text,)


def test_an_echo_is_reported():
    report = JsonList().parse('Of ["A","B","C"] I take ["B","A","C"]', ABC).report
    assert report.repeated == ABC
    assert JsonList().parse('["B","A"], not ["C"]', ABC).report.unknown == ("C",)


def test_the_report_of_a_faulty_order():
    report = JsonList().parse('["B","B","Z"]', ABC).report
    assert report.repeated == ("B",)
    assert report.unknown == ("Z",)
    assert report.missing == ("A", "C")


@pytest.mark.parametrize("text", ["[" * 100_000, "[" * 100_000 + "]" * 100_000, '{"a":' * 100_000, '["A",[' * 50_000])
def test_deep_brackets_are_no_order(text):
    assert order(text) == ()


def test_an_array_of_any_length_is_read():
    assert order("[" + '"A","B",' * 50_000 + '"C"]') == ABC
