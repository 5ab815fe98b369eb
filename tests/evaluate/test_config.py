import pytest

from promptrec.errors import InputError, PromptrecError
from promptrec.evaluate.config import Config


def test_the_first_metric_is_the_primary_one_and_repeats_are_dropped():
    config = Config.parse({"datasets": ["d"], "metrics": ["mrr", "ndcg@5", "mrr"], "rankers": ["bm25", "bm25"]})
    assert config.primary == "mrr" and config.metrics == ("mrr", "ndcg@5") and config.rankers == ("bm25",)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"datasets": []}, "datasets: Tuple should have at least 1"),
        ({"datasets": ["d"], "limit": 0}, "limit: .*greater than or equal to 1"),
        ({"datasets": ["d"], "colour": 1}, "unknown field 'colour'; known: datasets, rankers, models"),
        ({"datasets": ["d"], "rankers": ["best"]}, "unknown ranker 'best'"),
        ({"datasets": ["d"], "metrics": ["ndcg@ten"]}, "ndcg@ten"),
        ({"datasets": ["d"], "max_failed": 2}, "max_failed"),
    ],
)
def test_what_cannot_be_is_one_line(told, said):
    with pytest.raises(PromptrecError, match=said) as raised:
        Config.parse(told)
    assert "\n" not in str(raised.value)


def test_a_file_is_read_and_options_win(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text('datasets = ["d"]\nrankers = ["bm25"]\nlimit = 5\n')
    config = Config.from_toml(path, {"limit": 7})
    assert config.datasets == ("d",) and config.limit == 7


@pytest.mark.parametrize(
    ("text", "said"),
    [(None, "cannot be read"), ("a = ", "not readable as TOML"), ("limits = 3", "a.toml: .*limits|datasets")],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path, text, said):
    path = tmp_path / "a.toml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(InputError, match=said) as raised:
        Config.from_toml(path, {})
    assert str(path) in str(raised.value)
