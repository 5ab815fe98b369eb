import pytest

from promptrec.answer.titles import Titles

FILMS = (
    "Rocky|Rocky II|Rocky III|1984|1Q84|Alien|Aliens|Toy Story 2|Toy Story 3|The Matrix|The Matrix Reloaded|Se7en"
    "|12 Angry Men|2001: A Space Odyssey|300|10 Things I Hate About You|Hello, Dolly!|Monsters, Inc."
    "|Star Wars: Episode IV – A New Hope|Crouching Tiger, Hidden Dragon|Up|It|I, Robot|V for Vendetta|M|Amélie"
    "|The Good, the Bad and the Ugly|Am I > You?|#Alive|(500) Days of Summer|[REC]|Mission: Impossible|Kill Bill"
).split("|")
BOOKS = (
    "哈利·波特与魔法石|哈利·波特与密室|三体|三体II|1984|红楼梦|活着|十二怒汉|七宗罪|霸王别姬|无间道|战狼"
    "|叶问|叶问2|流浪地球|流浪地球2"
).split("|")
UNKNOWN = (
    "Rocky IV|Rocky V|Rocky 4|Alien 3|Alien³|Toy Story|Toy Story 4|2001|Star Wars|Episode IV|V|I|No|…|1.|<im_end>"
    "|Star Wars: Episode VI – A New Hope|Things I Hate About You|Here are my picks:|Sure! Here is the list:"
    "|Error code: 300|300 requests per minute|Rate limit 1984|It is a good film|Up to 10|Alien: Resurrection"
    "|Mission: Impossible – Fallout|Mission: Impossible - Dead Reckoning Part One|Kill Bill - Vol. 2"
    "|Kill Bill (Vol. 2)|Kill Bill – Part Two|Alien (3)|The Matrix Revolutions|Alien - The Making of a Classic"
).split("|")


def named(text, choices=tuple(FILMS), language="en"):
    return Titles(language).parse(text, choices).order


def test_the_ideal_answer_is_a_numbered_list():
    assert Titles().write(["Up", "It"]) == "1. Up\n2. It"


def test_a_title_of_two_lines_is_written_on_one():
    assert Titles().write(["Up\nand  away"]) == "1. Up and away"


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("1. The Matrix (1999) – a classic", "The Matrix"),
        ("The Matrix - the best of them", "The Matrix"),
        ("Up - 2009", "Up"),
        ("1) Aliens", "Aliens"),
        ("- Aliens", "Aliens"),
        ("• Aliens", "Aliens"),
        ("#1 Aliens", "Aliens"),
        ("* **Alien**", "Alien"),
        ("1. **Alien** - great film", "Alien"),
        ('"Alien"', "Alien"),
        ("‘Alien’", "Alien"),
        ("《Alien》", "Alien"),
        ("ALIEN", "Alien"),
        ("Alien (director's cut)", "Alien"),
        ("Matrix, The", "The Matrix"),
        ("Matrix, The (1999)", "The Matrix"),
        ("Rocky 2", "Rocky II"),
        ("Rocky Ⅱ", "Rocky II"),
        ("Toy Story Three", "Toy Story 3"),
        ("Monsters Inc", "Monsters, Inc."),
        ("The Good the Bad and the Ugly (1966)", "The Good, the Bad and the Ugly"),
        ("Amelie", "Amélie"),
        ("500 Days of Summer", "(500) Days of Summer"),
        ("Star Wars: Episode IV - A New Hope", "Star Wars: Episode IV – A New Hope"),
        ("Crouching Tiger Hiden Dragon", "Crouching Tiger, Hidden Dragon"),
        ("The Matrix Relaoded", "The Matrix Reloaded"),
        ("1. 1984", "1984"),
        ("300", "300"),
        ("12. 12 Angry Men", "12 Angry Men"),
        ("10. 10 Things I Hate About You", "10 Things I Hate About You"),
        ("&quot;Hello, Dolly!&quot;", "Hello, Dolly!"),
        ("Kill Bill (Tarantino)", "Kill Bill"),
    ],
)
def test_a_line_names_a_title(line, title):
    assert named(line) == (title,)


@pytest.mark.parametrize("line", UNKNOWN)
def test_what_is_no_title_shown_is_unknown(line):
    parsed = Titles().parse(line, FILMS)
    assert parsed.order == ()
    assert parsed.report.unknown == (line,)
    assert parsed.report.missing == tuple(FILMS)


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("《三体》", "三体"),
        ("1. 《三体II》", "三体II"),
        ("三体Ⅱ", "三体II"),
        ("三体2", "三体II"),
        ("叶问 2", "叶问2"),
        ("流浪地球 II", "流浪地球2"),
        ("哈利波特与密室", "哈利·波特与密室"),
        ("1、《活着》", "活着"),
        ("１．活着", "活着"),
        ("《活着》——余华", "活着"),
        ("活着（余华）", "活着"),
        ("「活着」", "活着"),
        ("“活着”", "活着"),
        ("【活着】", "活着"),
        ("我推荐《活着》，因为它很感人。", "活着"),
        ("霸王别姬（1993）", "霸王别姬"),
        ("《一九八四》", None),
        ("三体III", None),
        ("叶问4", None),
        ("战狼3", None),
        ("《流浪地球》第二部", None),
        ("流浪地球（第三部）", None),
        ("哈利·波特与火焰杯", None),
        ("三国演义", None),
        ("《无间道》II", None),
    ],
)
def test_chinese_titles(line, title):
    assert named(line, BOOKS, "zh") == ((title,) if title else ())


@pytest.mark.parametrize(
    "line", ["《三体》、《活着》、《红楼梦》", "1. 《三体》＞《活着》＞《红楼梦》", "《三体》，《活着》和《红楼梦》。"]
)
def test_several_titles_in_one_row(line):
    assert named(line, BOOKS, "zh") == ("三体", "活着", "红楼梦")


def test_a_row_keeps_what_it_knows():
    parsed = Titles("zh").parse("《三体》、《西游记》", BOOKS)
    assert parsed.order == ("三体",)
    assert parsed.report.unknown == ("《三体》、《西游记》",)


@pytest.mark.parametrize(
    ("reply", "named"),
    [
        ('Do not watch "Heat".', ()),
        ("Instead of **Heat** take\n**Alien**", ("Alien",)),
        ("I recommend **Alien**, not **Heat**", ("Alien",)),
        ("不推荐《卧虎藏龙》", ()),
        ("不推荐看电影。《卧虎藏龙》", ("卧虎藏龙",)),
        ("1. Do Not Disturb\n2. Heat", ("Do Not Disturb", "Heat")),
        ("Worst to best:\n1. Alien\n2. Heat", ()),
        ("**从最不合适到最合适：**\n1. Alien\n2. Heat", ()),
        ("Best to worst:\n1. Alien\n2. Heat", ("Alien", "Heat")),
    ],
)
def test_what_is_named_to_be_left_out_is_no_recommendation(reply, named):
    assert Titles().parse(reply, ("Heat", "Do Not Disturb", "Alien", "卧虎藏龙")).order == named


def test_a_whole_reply():
    reply = "Here are the films:\n\n1. **Alien** (1979)\n2. Rocky IV\n3. Up\n4. Alien\n\nEnjoy!"
    parsed = Titles().parse(reply, FILMS)
    assert parsed.order == ("Alien", "Up")
    assert parsed.report.repeated == ("Alien",)
    assert parsed.report.unknown == ("Here are the films:", "2. Rocky IV", "Enjoy!")


def test_a_line_that_two_titles_share_names_neither():
    films = ("Dune (1984)", "Dune (2021)", "Rocky 2", "Rocky II", "Up [1]", "Up [2]")
    assert named("Dune", films) == ()
    assert named("Dune (2000)", films) == ()
    assert named("rocky two", films) == ()
    assert named("Up", films) == ()
    assert named("Dune (2021)\nRocky II\nRocky 2\nUp [2]", films) == ("Dune (2021)", "Rocky II", "Rocky 2", "Up [2]")


def test_a_year_may_be_left_out_but_not_be_wrong():
    assert named("Dune", ("Dune (2021)", "Up")) == ("Dune (2021)",)
    assert named("Dune (1984)", ("Dune (2021)", "Up")) == ()
    assert named("Dune, 2021", ("Dune (2021)", "Up")) == ("Dune (2021)",)


def test_a_slip_that_fits_two_titles_is_for_neither():
    assert named("The Wonderfol Years", ("The Wonderful Years",)) == ("The Wonderful Years",)
    assert named("The Wonderfol Years", ("The Wonderful Years", "The Wonderfal Years")) == ()


def test_a_short_title_allows_for_one_slip_only():
    assert named("Silvr Dragon", ("Silver Dragon",)) == ("Silver Dragon",)
    assert named("Silvr Dragn", ("Silver Dragon",)) == ()


def test_a_very_long_title_is_read_to_its_end():
    titles = ("An endless story " * 40 + "one", "An endless story " * 40 + "two")
    assert named(Titles().write(titles[::-1]), titles) == titles[::-1]


def test_no_more_than_some_lines_are_read():
    assert named("x\n" * 3000 + "Up") == ()
    assert named("x\n" * 300 + "Up") == ("Up",)
