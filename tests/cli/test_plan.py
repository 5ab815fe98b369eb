import json
import struct
import subprocess
import sys

import pytest
from tokenizers import Tokenizer, pre_tokenizers
from tokenizers.models import BPE

from promptrec.evaluate.datasets.registry import planted_dataset


@pytest.fixture
def weightless(tmp_path):
    """A model folder with the tokenizer of bytes and no weights at all: whoever loads the model must fail."""
    folder = tmp_path / "weightless"
    folder.mkdir()
    (folder / "config.json").write_text('{"max_position_embeddings": 4096}')
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", 2) + b"{}")
    tokenizer = Tokenizer(BPE({letter: n for n, letter in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


@pytest.fixture
def plan(promptrec, weightless):
    def run(*words):
        return promptrec("plan", "--model", weightless, *words)

    return run


def plans(done):
    assert done.returncode == 0, done.stderr
    return {made["ranker"]: made for made in json.loads(done.stdout)}


def test_json_has_a_plan_for_each_ranker_asked_for(plan, catalog_file):
    words = ("--ranker", "query-likelihood", "--ranker", "bm25", "--candidates", "3", "--users", "10", "--json")
    made = plans(plan("--catalog", catalog_file, *words))
    assert list(made) == ["query-likelihood", "bm25"]
    assert made["query-likelihood"]["total"]["calls"] == 30 and made["bm25"]["total"]["prompt_tokens"] == 0
    assert made["query-likelihood"]["users"] == made["query-likelihood"]["sampled"] == 10
    assert made["query-likelihood"]["seconds"] is None and made["query-likelihood"]["model"] == "weightless"


@pytest.mark.slow
def test_the_table_has_every_ranker_that_reads_a_model_and_says_what_it_knows(plan, catalog_file):
    done = plan("--catalog", catalog_file, "--candidates", "2", "--speed", "100")
    assert done.returncode == 0, done.stderr
    for name in ("query-likelihood", "item-pmi", "yes-no", "listwise-labels", "listwise-text"):
        assert name in done.stdout
    assert "1,000 people with 2 candidates each, read by weightless" in done.stdout
    assert "about, from the prompts of 64 people" in done.stdout and "bm25" not in done.stdout
    exact = plan("--catalog", catalog_file, "--ranker", "yes-no", "--candidates", "2", "--users", "3")
    assert "counted for everybody" in exact.stdout and "time" not in exact.stdout


def test_a_dataset_is_counted_by_its_own_queries(plan):
    made = plans(plan("planted", "--ranker", "listwise-labels", "--users", "5", "--json"))["listwise-labels"]
    dataset = planted_dataset()
    told = sum(len(request.query.preferences) for request in dataset.requests[:5])
    assert made["users"] == 5 and made["candidates"] == 8 and made["total"]["calls"] == 5
    assert made["total"]["prompt_tokens"] > told


def test_a_whole_dataset_is_counted_unless_fewer_are_asked_for(plan):
    made, few = (
        plans(plan("planted", "--ranker", "bm25:2:listwise-labels", "--json", *words))["bm25:2:listwise-labels"]
        for words in ((), ("--sample", "20"))
    )
    assert (made["users"], made["sampled"], few["users"], few["sampled"]) == (300, 300, 300, 20)
    assert made["total"]["calls"] == 300


def test_what_everybody_says_is_counted_with_the_candidates_found_for_it(plan, catalog_file):
    short, long = (
        plans(
            plan("--catalog", catalog_file, "-p", words, "--candidates", "2", "--ranker", "query-likelihood", "--json")
        )
        for words in ("soldiers", "soldiers and more")
    )
    before, after = (made["query-likelihood"]["total"]["prompt_tokens"] for made in (short, long))
    assert after - before == 2 * len(" and more") and short["query-likelihood"]["users"] == 1


def test_a_text_encoder_in_a_sum_is_not_opened(plan, catalog_file):
    words = ("--catalog", catalog_file, "--candidates", "2", "--users", "2", "--json")
    made = plans(plan(*words, "--ranker", "yes-no", "--ranker", "yes-no+embedding", "--ranker", "ensemble"))
    assert made["yes-no+embedding"]["total"] == made["yes-no"]["total"]
    assert made["ensemble"]["total"]["calls"] > 0


def test_a_text_encoder_beside_its_stand_in_is_priced_too(plan, catalog_file):
    words = ("--catalog", catalog_file, "--candidates", "2", "--users", "2", "--json")
    made = plans(plan(*words, "--ranker", "random+embedding+yes-no", "--ranker", "yes-no"))
    assert made["random+embedding+yes-no"]["total"] == made["yes-no"]["total"]


def test_what_is_taken_off_the_answers_costs_nothing_and_needs_not_be_there(plan, catalog_file):
    words = ("--catalog", catalog_file, "--candidates", "2", "--users", "2", "--json")
    made = plans(plan(*words, "--ranker", "listwise-prior", "--ranker", "listwise-labels"))
    assert made["listwise-prior"]["total"] == made["listwise-labels"]["total"]


@pytest.mark.slow
def test_neither_weights_nor_a_framework_are_loaded(weightless, catalog_file):
    words = ["plan", "--catalog", str(catalog_file), "--model", str(weightless), "--candidates", "2", "--users", "2"]
    program = (
        "import sys; from promptrec.cli.main import build_app\n"
        f"build_app({words})({words}, standalone_mode=False)\n"
        "assert not {'torch', 'transformers', 'vllm', 'sentence_transformers'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


BAD = {
    "nobody": ([], "give a dataset, or --catalog FILE"),
    "words with a dataset": (["planted", "-p", "ships"], "--preferences and --columns go with --catalog"),
    "an unknown ranker": (["planted", "--ranker", "bm52"], "did you mean 'bm25'?"),
    "what a probe must find": (["planted", "--ranker", "auto"], "run `promptrec probe`"),
    "a server": (["planted", "--engine", "server"], "count for one of transformers, vllm"),
    "a speed of writing alone": (["planted", "--writing-speed", "3"], "needs --speed"),
    "more people than a dataset has": (["planted", "--users", "301"], "planted has 300 queries; leave it out for all"),
    "no speed": (["planted", "--speed", "0"], "above 0 tokens a second"),
    "more candidates than items": (["--catalog", "CATALOG", "--candidates", "4"], "at most the 3 items of stories.csv"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_mistake_is_one_line_and_exit_code_two(plan, catalog_file, case):
    words, said = BAD[case]
    done = plan(*(catalog_file if word == "CATALOG" else word for word in words))
    assert done.returncode == 2 and said in done.stderr and done.stdout == ""
    assert done.stderr.startswith("promptrec: error: ") and len(done.stderr.splitlines()) == 1
