import tomllib

import pytest

from promptrec.errors import InputError, PromptrecError
from promptrec.evaluate.config import COMMAND_ONLY, EXPECTED, Config
from promptrec.messages import message


def test_the_first_metric_is_the_primary_one_and_repeats_are_dropped():
    config = Config.parse({"datasets": ["d"], "metrics": ["mrr", "ndcg@5", "mrr"], "rankers": ["bm25", "bm25"]})
    assert config.primary == "mrr" and config.metrics == ("mrr", "ndcg@5") and config.rankers == ("bm25",)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({}, r'datasets: expected a list of folders or names, such as \["mine"\], got nothing'),
        ({"datasets": []}, r"datasets: expected a list .*, got \[\]"),
        ({"datasets": "mine"}, "datasets: expected a list .*, got 'mine'"),
        ({"datasets": ["d", 3]}, r"datasets: expected a list .*, got \['d', 3\]"),
        ({"datasets": ["d"], "limit": 0}, "limit: expected a whole number from 1, such as 100, got 0$"),
        ({"datasets": ["d"], "limit": "ten"}, "limit: expected a whole number from 1, such as 100, got 'ten'$"),
        ({"datasets": ["d"], "memorisation": "maybe"}, "memorisation: expected true or false"),
        ({"datasets": ["d"], "colour": 1}, "unknown field 'colour'.*; known: adapter, check_limit, datasets"),
        ({"datasets": ["d"], "ranker": ["bm25"]}, r"unknown field 'ranker' \(did you mean 'rankers'\?\)"),
        ({"datasets": ["d"], "metric": ["mrr"]}, r"unknown field 'metric' \(did you mean 'metrics'\?\)"),
        ({"datasets": ["d"], "rankers": ["best"]}, "unknown ranker 'best'"),
        ({"datasets": ["d"], "retriever": "bm52"}, r"unknown retriever 'bm52' \(did you mean 'bm25'\?\)"),
        ({"datasets": ["d"], "metrics": ["ndcg@ten"]}, "ndcg@ten"),
        ({"datasets": ["d"], "max_failed": 2}, "max_failed"),
    ],
)
def test_what_cannot_be_is_one_line(told, said):
    with pytest.raises(PromptrecError, match=said) as raised:
        Config.parse(told)
    assert "\n" not in str(raised.value)


def test_every_field_has_an_example_that_it_takes():
    assert EXPECTED.keys() == Config.model_fields.keys()
    for name, (_, example) in EXPECTED.items():
        told = tomllib.loads(f"{name} = {example}")
        assert getattr(Config.parse({"datasets": ["d"], **told}), name) is not None


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_no_value_is_answered_in_the_words_of_the_library_that_checks_it(name):
    expected = message(EXPECTED[name][0]).text()
    with pytest.raises(InputError, match=f"the evaluation: {name}: expected {expected}, such as .*, got ") as told:
        Config.parse({"datasets": ["d"], name: object()})
    assert "Input" not in str(told.value) and "pydantic" not in str(told.value)


@pytest.mark.parametrize(("name", "option"), COMMAND_ONLY.items())
def test_what_is_of_one_command_stands_in_no_file(tmp_path, name, option):
    path = tmp_path / "a.toml"
    path.write_text(f'datasets = ["d"]\n{name} = "x"\n')
    with pytest.raises(
        InputError, match=f"a.toml: '{name}' is not part of the configuration: give {option} on the command"
    ):
        Config.from_toml(path, {})


def test_an_option_that_cannot_be_is_not_blamed_on_the_file(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text('datasets = ["d"]\nretrieve = 0\n')
    with pytest.raises(InputError, match="^promptrec evaluate: limit: expected"):
        Config.from_toml(path, {"limit": "0"})
    with pytest.raises(InputError, match="a.toml: retrieve: expected"):
        Config.from_toml(path, {"limit": "5"})


def test_numbers_may_be_text_as_the_command_line_has_them():
    told = {"limit": "5", "retrieve": "7", "seed": "-3", "check_limit": "9", "max_failed": "0.5", "workers": "2"}
    config = Config.parse({"datasets": ["d"], **told})
    assert all(getattr(config, name) == float(text) for name, text in told.items())


def test_a_file_is_read_and_options_win(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text('datasets = ["d"]\nrankers = ["bm25"]\nlimit = 5\n')
    config = Config.from_toml(path, {"limit": 7})
    assert config.datasets == ("d",) and config.limit == 7


@pytest.mark.parametrize(
    ("text", "said"),
    [(None, "no such file"), ("a = ", "not readable as TOML"), ("limits = 3", "a.toml: .*limits|datasets")],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path, text, said):
    path = tmp_path / "a.toml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(InputError, match=said) as raised:
        Config.from_toml(path, {})
    assert str(path) in str(raised.value)
