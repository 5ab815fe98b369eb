import json
import sys

import pytest

from promptrec.engine.vllm.engine import without_modules


def test_a_hidden_module_is_gone_for_a_while_and_the_same_afterwards():
    before = list(sys.modules)
    with without_modules("json", "no.such.module"):
        assert "json" not in sys.modules
    assert sys.modules["json"] is json and set(sys.modules) == set(before)


def test_it_comes_back_after_an_error_too():
    with pytest.raises(ValueError, match="inside"), without_modules("json"):
        raise ValueError("inside")
    assert sys.modules["json"] is json
