import pytest

from promptrec.answer.labels import Labels
from promptrec.rank.label_tokens import label_names

ABC = ("A", "B", "C")
LETTERS = label_names(9)
MANY = label_names(40)
DIGITS = tuple(str(n) for n in range(1, 21))


def order(text, choices=ABC):
    return Labels().parse(text, choices).order


def test_the_ideal_answer():
    assert Labels().write(("B", "A", "C")) == "[B] > [A] > [C]"


@pytest.mark.parametrize(
    ("text", "choices", "named"),
    [
        ("Here are the top **3** passages: [5] > [1]", DIGITS, "5 1"),
        ("[2] (score 0.9) > [1]", DIGITS, "2 1"),
        ("1. [B]\n2. [A]", ABC, "B A"),
        ("First I would read [B], then [A] and at last [C].", ABC, "B A C"),
        ("[B]>[A]>[C]", ABC, "B A C"),
        ("[ B ] > [ A ]", ABC, "B A"),
        ("[[B]] > [[A]]", ABC, "B A"),
        ("**[B]** > **[A]**", ABC, "B A"),
        ("[AB] > [B] > [A]", MANY, "AB B A"),
        ("［B］＞［A］", ABC, "B A"),
        ("[Ｂ] > [Ａ]", ABC, "B A"),
        ("【B】、【A】", ABC, "B A"),
        ("〔B〕＞〔A〕", ABC, "B A"),
        ("最合适的是【１２】，其次【３】。", DIGITS, "12 3"),
        ("[b] > [a]", ABC, "B A"),
        ("[B] > [A] > [B]", ABC, "B A"),
        ("[B] > [Z] > [A]", ABC, "B A"),
        ("[B] > [A] > [", ABC, "B A"),
        ("[B, A, C]", ABC, "B A C"),
        ("[B > A > C]", ABC, "B A C"),
        ("【B、A】", ABC, "B A"),
        ("I would exclude [C]. Order: [A] > [B]", ABC, "A B"),
        ("I would exclude [C]. First [B], then [A].", ABC, "B A"),
        ("不推荐【C】。推荐【B】、【A】。", ABC, "B A"),
        ("I don't know all of them, but [B] > [A] > [C]", ABC, "B A C"),
        ("[A] > [B] > [C] is what I was shown. My order: [C] > [B] > [A]", ABC, "C B A"),
        ("[C] > [A] > [B]\n\n[A] is fine, and [B] less so.", ABC, "C A B"),
        ("[B] (a great fit) > [A] (fine) > [C]", ABC, "B A C"),
        ("最合适到最不合适：[B] > [A]", ABC, "B A"),
    ],
)
def test_labels_in_brackets_count_wherever_they_stand(text, choices, named):
    assert order(text, choices) == tuple(named.split())


@pytest.mark.parametrize(
    ("text", "choices", "named"),
    [
        ("B > A > C", ABC, "B A C"),
        ("B>A>C", ABC, "B A C"),
        ("B, A, C.", ABC, "B A C"),
        ("b > a", ABC, "B A"),
        ("Ｂ＞Ａ", ABC, "B A"),
        ("B、A、C", ABC, "B A C"),
        ("B → A", ABC, "B A"),
        ("２、１", DIGITS, "2 1"),
        ("B\nA\nC", ABC, "B A C"),
        ("1. B\n2. A", ABC, "B A"),
        ("1) B\n2) A\n3) C", ABC, "B A C"),
        ("- B\n- A", ABC, "B A"),
        ("1. 3\n2. 1", DIGITS, "3 1"),
        ("1. I\n2. A", LETTERS, "I A"),
        ("(B) > (A)", ABC, "B A"),
        ("（B）＞（A）", ABC, "B A"),
        ("**B** > **A**", ABC, "B A"),
        ("`B > A`", ABC, "B A"),
        ("I rank: B > A", LETTERS, "B A"),
        ("（1） B\n（2） A", ABC, "B A"),
        ("(2) > (1) > (3)", DIGITS, "2 1 3"),
        ("第一名：B\n第二名：A", ABC, "B A"),
        ("②＞①", DIGITS, "2 1"),
        ("排序：B＞A＞C", ABC, "B A C"),
        ("Here are the top 3: 5 > 1", DIGITS, "5 1"),
        ("B", ABC, "B"),
        ("CAB", ("CAB", "B"), "CAB"),
        ("Answer: A", ("A",), "A"),
    ],
)
def test_a_bare_chain_counts(text, choices, named):
    assert order(text, choices) == tuple(named.split())


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("", ABC),
        (" \n\t", ABC),
        ("None", ABC),
        ("null", ABC),
        ("CAB", ABC),
        ("Error code: 429 - rate limit, retry after 7 s; limit is 12", DIGITS),
        ("Error: 7", DIGITS),
        ("retry after: 12", DIGITS),
        ("HTTP 12", DIGITS),
        ("Time: 12:30", DIGITS),
        ("2024-01-05", DIGITS),
        ("3.5", DIGITS),
        ("{'error': {'code': 12, 'message': 'busy'}}", DIGITS),
        ("A film I like is a film.", LETTERS),
        ("I am a model and cannot rank", LETTERS),
        ("A, B and C", ABC),
        ("A: because it is good", ABC),
        ("A B C", ABC),
        ("[ERROR] B is overloaded", ABC),
        ("[object Object]", ABC),
        ("1, 2, 3", ABC),
        ("[] > []", ABC),
        ("Worst to best: [A] > [B] > [C]", ABC),
        ("From least suitable to most suitable: [A], [B], [C]", ABC),
        ("Worst first: A > B > C", ABC),
        ("\n\n  Worst first: A > B > C", ABC),
        ("`Worst first: A > B > C`", ABC),
        ("从最不合适到最合适：[A] > [B] > [C]", ABC),
        ("I would not take [A].", ABC),
    ],
)
def test_prose_and_errors_are_no_order(text, choices):
    parsed = Labels().parse(text, choices)
    assert parsed.order == ()
    assert parsed.report.missing == choices
    assert bool(parsed.report.unknown) == bool(text.strip())


def test_case_matters_only_where_it_tells_labels_apart():
    assert order("[a] > [B]", ("a", "A", "B")) == ("a", "B")
    assert order("[A] > [a]", ("a", "A", "B")) == ("A", "a")
    assert order("[b]", ("a", "A", "B")) == ("B",)
    assert order("[AB]", ("aB", "Ab", "C")) == ()


def test_a_label_in_brackets_silences_the_bare_ones():
    assert order("A, B, C: I would take [C]") == ("C",)


def test_what_stands_outside_of_the_order_is_reported():
    report = Labels().parse("I would exclude [C]. Order: [A] > [B]; [A] is fine", ABC).report
    assert (report.missing, report.repeated, report.unknown) == (("C",), ("A",), ("[C]",))
    assert Labels().parse("[B] > [A] > [C]", ABC).report.is_clean


def test_the_report_of_a_faulty_order():
    report = Labels().parse("[B] > [B] > [Z] > [Q] > [Z]", ABC).report
    assert report.repeated == ("B",)
    assert report.unknown == ("Z", "Q")
    assert report.missing == ("A", "C")


def test_a_long_chain_of_prose_is_left_alone():
    assert order("A, " * 10_000 + "A") == ()
    assert order(", ".join(MANY), MANY) == MANY
