from dataclasses import replace

import pytest

from promptrec.data.catalog import Catalog
from promptrec.engine.models.fingerprint import folder_sha256
from promptrec.engine.options import EngineOptions
from promptrec.errors import InputError, ModelError, UnknownName
from promptrec.evaluate.run_spec import RunSpec, System, default_template
from promptrec.testing.scripted_engine import ScriptedEngine

SHORT = EngineOptions(max_model_len=512)
READER = System("query-likelihood", engine=ScriptedEngine())


def test_the_key_depends_on_all_that_rankings_depend_on(planted_dataset):
    data = planted_dataset()
    other_data = replace(data, catalog=Catalog(list(data.catalog)[1:] + list(data.catalog)[:1]))
    keys = [
        READER.spec(data).key,
        READER.spec(other_data).key,
        replace(READER, seed=1).spec(data).key,
        replace(READER, ranker="item-pmi").spec(data).key,
        replace(READER, template="books/en").spec(data).key,
        replace(READER, options=SHORT, engine="transformers", model="smollm2-135m").spec(data).key,
        READER.spec(replace(data, candidates_given=False)).key,
    ]
    assert len(set(keys)) == len(keys)
    assert READER.spec(planted_dataset()).key == keys[0]


def test_another_position_bias_is_another_run_of_the_ranker_that_takes_it_off(planted_dataset, tmp_path):
    first, other = tmp_path / "first.json", tmp_path / "other.json"
    first.write_text("1")
    other.write_text("2")
    data = planted_dataset()
    priors = (first, other)
    keys = [replace(READER, ranker="listwise-prior", position_bias=path).spec(data).key for path in priors]
    assert len(set(keys)) == 2
    other.write_text("1")
    assert (
        replace(READER, ranker="bm25:4:listwise-prior", position_bias=other).spec(data).position_bias_sha256 is not None
    )
    assert replace(READER, ranker="listwise-prior", position_bias=other).spec(data).key == keys[0]
    assert replace(READER, position_bias=first).spec(data).key == READER.spec(data).key
    with pytest.raises(InputError, match="fit one with `promptrec position-bias`"):
        replace(READER, ranker="listwise-prior").spec(data)


def test_a_run_without_a_position_bias_has_the_key_it_had_before_there_were_any():
    spec = RunSpec(dataset="d", dataset_sha256="0" * 64, ranker="bm25", promptrec="0.1.0")
    assert spec.key == "ceaf95a5c8888a31c700bd9d91d76bac20b3b42a93d453b0a1de805443b5abfb"


def test_another_retriever_is_another_run_only_where_candidates_are_retrieved(planted_dataset):
    given = planted_dataset()
    retrieved = replace(given, candidates_given=False)
    other = replace(READER, retriever="titles")
    assert READER.spec(retrieved).retriever is None and other.spec(retrieved).retriever == "titles"
    assert other.spec(retrieved).key != READER.spec(retrieved).key
    assert other.spec(given) == READER.spec(given)


def test_judgements_are_no_part_of_the_key(planted_dataset):
    data = planted_dataset()
    assert READER.spec(data).key == READER.spec(replace(data, relevance={})).key


def test_a_password_is_not_written_down(planted_dataset):
    system = System(
        "yes-no", model="smollm2-135m", engine="server", options=EngineOptions(api_key="secret", base_url="http://x")
    )
    spec = system.spec(planted_dataset())
    assert "secret" not in spec.model_dump_json() and spec.engine_options == {"base_url": "http://x"}


def test_other_weights_in_a_folder_of_the_same_name_are_another_run(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"one")
    (tmp_path / "config.json").write_bytes(b"{}")
    first = folder_sha256(tmp_path)
    assert folder_sha256(tmp_path) == first
    (tmp_path / "model.safetensors").write_bytes(b"two")
    second = folder_sha256(tmp_path)
    (tmp_path / "model.safetensors").rename(tmp_path / "other.safetensors")
    assert len({first, second, folder_sha256(tmp_path)}) == 3


def test_an_adapter_that_is_no_folder_here_is_told_by_its_name(planted_dataset):
    data = planted_dataset()
    first, other = (replace(READER, adapter=name).spec(data) for name in ("served", "other"))
    assert first.adapter == "served" and first.key != other.key


def test_a_model_or_ranker_nobody_knows_is_said_before_anything_runs(planted_dataset):
    with pytest.raises(UnknownName, match="unknown model 'smollm9'.*smollm2-135m"):
        System("yes-no", model="smollm9").spec(planted_dataset())
    with pytest.raises(UnknownName, match="unknown ranker"):
        System("best").spec(planted_dataset())


def test_a_model_that_is_not_added_is_said_with_the_command(planted_dataset, monkeypatch, tmp_path):
    monkeypatch.setenv("PROMPTREC_HOME", str(tmp_path))
    with pytest.raises(ModelError, match="promptrec model add smollm2-135m"):
        System("yes-no", model="smollm2-135m").spec(planted_dataset())


@pytest.mark.parametrize(
    ("domain", "language", "pack"),
    [
        ("movies", "en", "films/en"),
        ("music", "zh", "music/zh"),
        ("travel", "zh", "travel/zh"),
        ("games", "zh", "general/zh"),
        ("books", "en", "books/en"),
        ("Films ", "en", "films/en"),
    ],
)
def test_a_dataset_gets_the_pack_of_its_domain_and_language(domain, language, pack):
    assert default_template(domain, language) == pack


@pytest.mark.parametrize("pack", ["games/zh-CN", "games/zh_Hans", "Games/zh", "games/zh"])
def test_folders_of_templates_may_be_named_by_any_tag(tmp_path, pack):
    (tmp_path / pack).mkdir(parents=True)
    (tmp_path / pack / "yes-no.jinja").touch()
    assert default_template("games", "zh", tmp_path) == pack
    assert default_template("games", "en", tmp_path) == "general/en"


def test_the_folder_says_what_the_run_is(planted_dataset):
    spec = READER.spec(planted_dataset())
    assert spec.folder_name == f"query-likelihood-scripted-{spec.key[:8]}"
    assert spec.system == "query-likelihood · scripted"
    assert System("bm25").spec(planted_dataset()).system == "bm25"
