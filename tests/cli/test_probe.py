import io

from rich.console import Console

from promptrec.cli.probe import show
from promptrec.rank.selection.auto import Probe
from promptrec.rank.selection.probe import ProbeRow

ROWS = (
    ProbeRow(ranker="yes-no", auc=0.55, low=0.47, prompt_tokens=61.4, seconds=8.2, yes=0.25),
    ProbeRow(ranker="listwise-labels", auc=0.5, low=0.4, first_position=4.5),
    ProbeRow(ranker="query-likelihood", auc=0.91, low=0.86, prompt_tokens=48, seconds=5),
    ProbeRow(ranker="embedding", reason="the model minilm is not here yet: run `promptrec model add minilm`"),
)


def test_a_probe_is_shown_best_first_with_what_was_chosen_and_why():
    found = Probe(
        model="m",
        engine="transformers",
        language="en",
        ranker="query-likelihood",
        reason="it is best",
        weights={"query-likelihood": 2.0, "yes-no": 0.5, "bm25": 0.1},
        rows=ROWS,
    )
    out = io.StringIO()
    show(found, Console(file=out, width=120))
    text = " ".join(out.getvalue().split())
    places = [text.index(name) for name in ("0.910", "0.550", "0.500", "model add minilm")]
    assert places == sorted(places)
    assert "shown first comes first 4.5 x chance" in text and "says yes to 25%" in text
    assert "0.910 0.860 1.00 48" in text and "0.550 0.470 0.25 61" in text and "0.500 0.400 – 0" in text
    assert "auto takes query-likelihood: it is best" in text
    narrow = io.StringIO()
    show(found, Console(file=narrow, width=80))
    assert all(row.ranker in narrow.getvalue() for row in ROWS)


def test_a_language_without_pairs_is_answered_with_those_there_are(promptrec):
    done = promptrec("probe", "--language", "de")
    assert done.returncode == 2 and "language 'de': write 'en' (English) or 'zh' (Chinese)" in done.stderr
