"""The whole walk of an author on the command line, and the mistakes made on the way."""

import json

import pytest

GAMES = """item_id,title,players,description
1,Agricola,1-4,You farm a small plot and feed a family.
2,Codenames,4-8,Two teams guess words from one-word clues.
3,Ticket to Ride,2-5,You collect train cards and join cities by railway.
4,Twilight Imperium,3-6,Galactic empires wage war in space for a whole day.
"""
PEOPLE = {
    "catalog.csv": GAMES,
    "queries.csv": "query_id,preferences\nann,Trains and railways.\nben,Guessing words.\ncleo,A war in space.\n",
    "qrels.txt": "ann 0 3 1\nben 0 2 1\ncleo 0 4 1\n",
}
TITLES = ["Agricola", "Codenames", "Ticket to Ride", "Twilight Imperium"]
GOOD = "- {preferences: Trains and railways across the country., include: Ticket to Ride, top: 1}\n"
BAD = "- {preferences: Trains and railways across the country., exclude: Ticket to Ride, top: 3}\n"
OWN = ("--templates", "mine")
ASKS = "games/en/query-likelihood"


@pytest.fixture
def pack(promptrec, tmp_path):
    """The folder of a new pack, begun on the command line."""
    (tmp_path / "games.csv").write_text(GAMES)
    done = promptrec("template", "new", "games/en", *OWN, "--catalog", "games.csv")
    assert done.returncode == 0 and "next: promptrec template check" in done.stdout, done.stderr
    return tmp_path / "mine/games/en"


@pytest.fixture
def people(tmp_path):
    folder = tmp_path / "people"
    folder.mkdir()
    for name, text in PEOPLE.items():
        (folder / name).write_text(text)
    return folder


def refused(done):
    """What was said of a mistake: one sentence, no traceback, exit code 2."""
    assert done.returncode == 2 and "Traceback" not in done.stderr, done.stderr
    (said,) = [line for line in done.stderr.splitlines() if line.startswith("promptrec: error: ")]
    return said.removeprefix("promptrec: error: ")


@pytest.mark.model
def test_a_new_pack_has_no_faults_and_shows_the_items_it_was_given(promptrec, pack):
    assert {path.name for path in pack.iterdir()} >= {"pack.yaml", "catalog.jsonl", "query-likelihood.jinja"}
    done = promptrec("template", "check", "games/en", *OWN)
    assert done.returncode == 0 and done.stdout == "6 templates: 0 errors, 0 warnings\n"
    shown = promptrec("template", "show", ASKS, *OWN, "-p", "something short").stdout
    assert "Agricola; players: 1-4; description: You farm" in shown and "something short" in shown


@pytest.mark.model
def test_a_pack_may_be_named_by_its_folder(promptrec, pack):
    (pack / "pack.yaml").write_text((pack / "pack.yaml").read_text() + "tests:\n" + GOOD)
    assert promptrec("template", "test", "mine/games/en").stdout.endswith("1 of 1 tests passed, with smollm2-135m\n")
    words = ("--catalog", "games.csv", "-p", "Trains and railways across the country.", "-k", "1", "--json")
    (first,) = json.loads(promptrec("recommend", "--template", "mine/games/en", *words).stdout)["items"]
    assert first["title"] == "Ticket to Ride"
    said = refused(promptrec("template", "show", "mine/games/en"))
    assert said.startswith("mine/games/en is a pack: name one of its templates: mine/games/en/graded.jinja, ")


@pytest.mark.model
def test_what_check_would_say_is_said_wherever_a_template_is_read(promptrec, pack):
    asks = pack / "query-likelihood.jinja"
    asks.write_text(asks.read_text().replace("Item: ", "{% if item.players < 3 %}Small. {% endif %}Item: "))
    said = (
        "query-likelihood.jinja:9: a text is compared with a number; make a number of the text: {% if item.year | int"
    )
    words = ("--catalog", "games.csv", "-p", "Trains.", "--template")
    assert said in refused(promptrec("template", "show", asks, "--catalog", "games.csv"))
    assert said in refused(promptrec("recommend", *words, asks))


@pytest.mark.model
def test_check_finds_a_pack_by_name_folder_file_and_variable(promptrec, pack):
    path = pack / "query-likelihood.jinja"
    path.write_text(path.read_text().replace("item.title }}", "item.titel }}"))
    for named in (("games/en", *OWN), (pack,), (path,), (ASKS, *OWN), OWN):
        done = promptrec("template", "check", *named)
        assert done.returncode == 1 and "did you mean 'title'?" in done.stdout, named
    assert promptrec("template", "check", PROMPTREC_TEMPLATES="mine").returncode == 1
    assert promptrec("template", "check", "films/en", *OWN).stdout == "6 templates: 0 errors, 0 warnings\n"


@pytest.mark.model
def test_a_broken_header_is_found_in_a_pack_that_is_named(promptrec, pack):
    (pack / "graded.jinja").write_text("---\nkind: graded\ncut: [item.title]\n---\n")
    done = promptrec("template", "check", "games/en", *OWN)
    assert done.returncode == 1 and "graded.jinja:3:" in done.stdout and "called truncate here" in done.stdout


@pytest.mark.model
@pytest.mark.parametrize(("test", "code"), [(GOOD, 0), (BAD, 1)])
def test_tests_pass_or_fail_with_the_place_of_the_title(promptrec, pack, test, code):
    with (pack / "pack.yaml").open("a") as file:
        file.write(f"tests:\n{test}")
    done = promptrec("template", "test", ASKS, *OWN)
    assert done.returncode == code, done.stdout + done.stderr
    assert f"{ASKS}: {1 - code} of 1\n" in done.stdout
    assert ("FAILED: Trains and railways across the country. - Ticket to Ride is at 1" in done.stdout) == bool(code)


@pytest.mark.model
def test_of_a_pack_those_are_tested_that_are_asked_for(promptrec, pack):
    with (pack / "pack.yaml").open("a") as file:
        file.write(f"tests:\n{GOOD}")
    only = ("--kind", "query-likelihood", "--kind", "item-pmi")
    told = json.loads(promptrec("template", "test", "games/en", *OWN, *only, "--json").stdout)
    assert [one["template"] for one in told] == ["games/en/item-pmi", ASKS]
    assert all(sorted(one["titles"]) == TITLES for one in told)
    usual = json.loads(promptrec("template", "test", "games/en", *OWN, "--json").stdout)
    assert [one["template"] for one in usual] == [ASKS]
    every = json.loads(promptrec("template", "test", "games/en", *OWN, "--kind", "all", "--json").stdout)
    assert len(every) == 6
    said = refused(promptrec("template", "test", "games/en", *OWN, "--kind", "item-pmi", "--kind", "pairwise"))
    assert "'pairwise'" in said and "known: all, graded, item-pmi" in said


@pytest.mark.model
def test_a_broken_template_of_one_pack_is_not_in_the_way_of_another(promptrec, pack):
    other = pack.parent.parent / "wines/en"
    other.mkdir(parents=True)
    (other / "graded.jinja").write_text("---\nkind: none\n---\n")
    done = promptrec("template", "show", "games/en", *OWN)
    assert "games/en is a pack" in done.stderr and ASKS in done.stderr


@pytest.mark.model
def test_diff_shows_the_line_that_was_changed_in_file_and_prompt(promptrec, pack):
    changed = pack / "mine.jinja"
    source = (pack / "query-likelihood.jinja").read_text()
    changed.write_text(source.replace("Item: ", "Board game: "))
    done = promptrec("template", "diff", ASKS, "games/en/mine", *OWN)
    assert done.returncode == 0 and "-Item: Agricola;" in done.stdout and "+Board game: Agricola;" in done.stdout
    same = promptrec("template", "diff", ASKS, pack / "query-likelihood.jinja", *OWN)
    assert same.returncode == 0 and same.stdout.count("no difference") == 2


@pytest.mark.model
def test_ab_tells_a_template_that_shows_the_item_from_one_that_does_not(promptrec, pack, people):
    blind = (pack / "query-likelihood.jinja").read_text().splitlines()
    blind = [line if not line.startswith("Item: ") else "Something." for line in blind]
    (pack / "blind.jinja").write_text("\n".join(blind))
    done = promptrec("template", "ab", ASKS, "games/en/blind", "--dataset", people, *OWN, "--metric", "mrr", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    seeing, other = told["sides"]
    assert (told["people"], seeing["name"], other["name"]) == (3, ASKS, "games/en/blind")
    # All items are tied for the one that sees nothing: (1 + 1/2 + 1/3 + 1/4) / 4.
    assert seeing["mean"] > 0.8 and other["mean"] == pytest.approx(25 / 48) and seeing["failed"] == 0
    # Three people prove nothing.
    assert told["better"] is None and "no difference shown" in told["conclusion"]
    shown = promptrec("template", "ab", ASKS, "games/en/blind", "--dataset", people, *OWN, "--metric", "mrr").stdout
    assert "games/en/blind: mrr 0.521" in shown and told["conclusion"] in shown


def test_new_reads_a_list_whose_columns_have_other_names(promptrec, tmp_path):
    (tmp_path / "shop.csv").write_text("sku,called,colour\n7,Teapot,red\n")
    told = ("--catalog", "shop.csv", "--columns", "item_id=sku", "--columns", "title=called")
    assert promptrec("template", "new", "shop/en", *OWN, *told).returncode == 0
    (row,) = (tmp_path / "mine/shop/en/catalog.jsonl").read_text().splitlines()
    assert json.loads(row) == {"item_id": "7", "title": "Teapot", "colour": "red"}


def test_new_refuses_what_is_there_and_names_that_are_none(promptrec, pack):
    before = {path.name: path.read_bytes() for path in pack.iterdir()}
    assert "exists already" in refused(promptrec("template", "new", "games/en", *OWN))
    assert {path.name: path.read_bytes() for path in pack.iterdir()} == before
    assert "DOMAIN/LANGUAGE" in refused(promptrec("template", "new", "games", *OWN))
    assert "did you mean 'films/en'?" in refused(promptrec("template", "new", "wine/en", *OWN, "--like", "film/en"))
    assert "ends with /en" in refused(promptrec("template", "new", "wine/en", *OWN, "--like", "films/zh"))
    assert "nothing.csv" in refused(promptrec("template", "new", "wine/en", *OWN, "--catalog", "nothing.csv"))
    assert not (pack.parent.parent / "wine").exists()


@pytest.mark.model
@pytest.mark.parametrize("command", ["show", "check", "test", "diff", "ab"])
def test_a_misspelt_name_is_answered_with_the_nearest(promptrec, pack, people, command):
    others = {"diff": [ASKS], "ab": [ASKS, "--dataset", people]}.get(command, [])
    said = refused(promptrec("template", command, f"{ASKS[:-1]}", *others, *OWN))
    assert f"did you mean '{ASKS}'?" in said
    said = refused(promptrec("template", command, ASKS, *others, "--templates", "nowhere"))
    assert "nowhere" in said


@pytest.mark.model
@pytest.mark.parametrize("command", ["show", "diff", "ab"])
def test_a_pack_where_one_template_is_meant_is_answered_with_those_it_has(promptrec, pack, people, command):
    others = {"diff": [ASKS], "ab": [ASKS, "--dataset", people]}.get(command, [])
    said = refused(promptrec("template", command, "games/en", *others, *OWN))
    assert "is a pack" in said and ASKS in said


@pytest.mark.model
def test_test_says_what_is_missing(promptrec, pack):
    assert "no tests" in refused(promptrec("template", "test", ASKS, *OWN))
    with (pack / "pack.yaml").open("a") as file:
        file.write("tests:\n- {preferences: x, include: Agricole}\n")
    assert "did you mean 'Agricola'?" in refused(promptrec("template", "test", ASKS, *OWN))
    (pack / "catalog.jsonl").unlink()
    assert "--catalog FILE" in refused(promptrec("template", "test", ASKS, *OWN))
    assert "ranks nothing" in refused(promptrec("template", "test", "profiles/en"))
    assert "ranks nothing" in refused(promptrec("template", "test", "profiles/en/profile"))


@pytest.mark.model
def test_ab_refuses_before_it_ranks(promptrec, pack, people):
    def ab(*words):
        done = promptrec("template", "ab", *words, *OWN)
        assert "50%" not in done.stderr  # where the bar stands when one of the two has ranked everybody
        return refused(done)

    assert "compared with itself" in ab(ASKS, ASKS, "--dataset", people)
    assert "unknown dataset" in ab(ASKS, "games/en/yes-no", "--dataset", "nobody")
    assert "did you mean 'ndcg@K'?" in ab(ASKS, "games/en/yes-no", "--dataset", people, "--metric", "ndgc")
    assert "ranks nothing" in ab(ASKS, "profiles/en/profile", "--dataset", people)
    (people / "candidates.jsonl").write_text('{"query_id": "ann", "candidates": []}\n')
    assert "has no candidates" in ab(ASKS, "games/en/yes-no", "--dataset", people)
    (people / "candidates.jsonl").unlink()
    (people / "queries.csv").write_text("query_id,preferences\n")
    (people / "qrels.txt").write_text("")
    assert "the file has no rows" in ab(ASKS, "games/en/yes-no", "--dataset", people)
