import sys

import numpy as np
import pytest

from promptrec.errors import MissingExtra, ModelError
from promptrec.retrieve import text_encoder
from promptrec.retrieve.text_encoder import Encoder

TEXTS = ["a ship and an astronaut", "two strangers on a slow train", "soldiers", "a ship and an astronaut"]


@pytest.fixture
def encoder(tiny_encoder):
    return Encoder(tiny_encoder, "tiny")


@pytest.fixture
def read(encoder):
    """How many texts went through the model, a number for each pass."""
    passes = []
    encoder._model.register_forward_hook(lambda module, args, output: passes.append(len(output["sentence_embedding"])))
    return passes


def test_vectors_have_unit_length_and_the_order_of_the_texts(encoder):
    vectors = encoder.encode_document(TEXTS).vectors
    assert vectors.shape == (4, encoder.dimensions) == (4, 16) and vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-6)
    assert (vectors[0] == vectors[3]).all() and not np.allclose(vectors[0], vectors[1])
    assert encoder.encode_document(TEXTS[::-1]).vectors == pytest.approx(vectors[::-1], abs=1e-6)


def test_no_texts_are_no_vectors_and_an_empty_text_has_one(encoder, read):
    assert encoder.encode_document([]).vectors.shape == (0, 16) and read == []
    assert np.linalg.norm(encoder.encode_document([""]).vectors) == pytest.approx(1, abs=1e-6)


def test_a_vector_is_the_normalised_mean_of_the_models_last_layer(encoder, tiny_encoder):
    import torch
    from transformers import AutoModel, AutoTokenizer

    model, tokenizer = AutoModel.from_pretrained(tiny_encoder).eval(), AutoTokenizer.from_pretrained(tiny_encoder)
    for text, vector in zip(TEXTS, encoder.encode_document(TEXTS).vectors, strict=True):
        with torch.no_grad():
            layer = model(**tokenizer(text, return_tensors="pt", truncation=True, max_length=32)).last_hidden_state[0]
        mean = layer.mean(dim=0)
        assert vector == pytest.approx((mean / mean.norm()).numpy(), abs=1e-5)


def test_a_text_is_read_once(encoder, read):
    first = encoder.encode_document(TEXTS).vectors
    assert sum(read) == 3, "the text that is there twice is read once"
    assert (encoder.encode_document([*TEXTS, "new"]).vectors[:4] == first).all()
    assert sum(read) == 4


def test_vectors_that_were_not_asked_for_lately_are_let_go(encoder, read, monkeypatch):
    monkeypatch.setattr(text_encoder, "CACHED_TEXTS", 2)
    whole = encoder.encode_document(["a", "b", "c"]).vectors
    assert whole.shape == (3, 16), "what is asked for comes back, however little is kept"
    encoder.encode_document(["b"])
    encoder.encode_document(["d"])
    encoder.encode_document(["b", "d"])
    assert sum(read) == 4
    assert encoder.encode_document(["c"]).vectors == pytest.approx(whole[2:], abs=1e-6) and sum(read) == 5


def test_text_beyond_the_models_length_is_not_read(encoder):
    short, long, other = encoder.encode_document(["a " * 30, "a " * 30 + "b " * 99, "a " * 29 + "b"]).vectors
    assert short == pytest.approx(long, abs=1e-6)
    assert not np.allclose(short, other, atol=1e-4)


def test_what_cannot_be_seen_is_not_read(encoder, read):
    vectors = encoder.encode_document(["a ship", "a\u200b ship", "a \ud800ship", "ａ ship"]).vectors
    assert (vectors == vectors[0]).all() and sum(read) == 1


def test_nothing_is_printed(tiny_encoder, capfd):
    Encoder(tiny_encoder, "tiny").encode_query(TEXTS)
    assert capfd.readouterr() == ("", "")


def test_a_package_that_is_missing_is_named_with_its_command(tiny_encoder, monkeypatch):
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(MissingExtra, match=r"sentence.transformers is not installed: .*promptrec\[embeddings\]"):
        Encoder(tiny_encoder, "tiny")


def test_a_damaged_folder_is_said_in_one_line(tiny_encoder, tmp_path):
    for name in ("config.json", "modules.json", "tokenizer.json"):
        (tmp_path / name).write_bytes((tiny_encoder / name).read_bytes())
    (tmp_path / "model.safetensors").write_bytes(b"none")
    with pytest.raises(ModelError, match="cannot be opened as a text encoder") as raised:
        Encoder(tmp_path, "damaged")
    assert "\n" not in str(raised.value)


@pytest.mark.model
def test_minilm_gives_the_cosines_that_its_makers_print(minilm):
    # From the quickstart of the documentation of sentence-transformers.
    texts = ["The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."]
    vectors = Encoder(minilm.folder, minilm.name).encode_document(texts).vectors
    assert vectors.shape == (3, 384)
    cosines = [[1, 0.6660, 0.1046], [0.6660, 1, 0.1411], [0.1046, 0.1411, 1]]
    assert vectors @ vectors.T == pytest.approx(np.array(cosines), abs=1e-4)
