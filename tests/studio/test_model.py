import pytest

from promptrec.authoring.sample_request import sample
from promptrec.prompt import encode, fit
from promptrec.studio.model import Model, WordTokenizer
from promptrec.template.loader import list_templates


@pytest.mark.slow
def test_without_a_model_words_stand_in_for_tokens():
    words = WordTokenizer()
    for text in ("A film, (1999) about 红楼梦!", "  two\n\nlines ", ""):
        assert words.decode(words.encode(text, trusted=True)) == text
    shipped = list_templates()[0]
    request = sample(shipped)
    exact = fit(shipped, request.query, request.items, request.labels, words, 10**6, instruction=request.instruction)
    assert words.decode(encode(exact.prompt, words).ids).strip() == exact.prompt.text.strip()


@pytest.mark.model
def test_a_model_that_is_added_while_the_studio_runs_is_found(smollm2, tmp_path):
    model = Model(str(tmp_path / "model"))
    assert (
        isinstance(model.tokenizer, WordTokenizer)
        and "model" in str(model.missing)
        and model.tokenizer_if_there is None
    )
    (tmp_path / "model").symlink_to(smollm2.folder)
    assert model.tokenizer_if_there is model.tokenizer and model.missing is None
    assert not isinstance(model.tokenizer, WordTokenizer)
