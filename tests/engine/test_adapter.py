"""LoRA adapters on the embedded engine: the right numbers inside, the bare model's outside, whatever goes wrong."""

import json
import shutil
from importlib.util import find_spec

import pytest

from promptrec.engine.base import Sampling
from promptrec.errors import InputError, MissingExtra

with_peft = pytest.mark.skipif(find_spec("peft") is None, reason="peft is not installed")
PROMPT, END = (1, 2), (3, 4)


def adapter_for(folder, target, **changes):
    """An adapter with random weights, for the model in `folder` or for one with other sizes."""
    import peft
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    config = AutoConfig.from_pretrained(folder)
    config.update(changes)
    bare = AutoModelForCausalLM.from_config(config) if changes else AutoModelForCausalLM.from_pretrained(folder)
    torch.manual_seed(3)
    lora = peft.LoraConfig(r=4, target_modules=["q_proj", "v_proj"], init_lora_weights=False)
    tuned = peft.get_peft_model(bare, lora).eval()
    tuned.save_pretrained(target)
    return tuned


@pytest.fixture
def adapter(tiny_folder, tmp_path):
    adapter_for(tiny_folder, tmp_path / "adapter")
    return tmp_path / "adapter"


def read(engine, adapter=None):
    return engine.loglikelihood([PROMPT], [END], adapter=adapter and str(adapter))[0].get()


@with_peft
def test_reading_with_an_adapter_equals_peft_itself(tiny_engine, tiny_folder, tmp_path):
    import torch

    tuned, folder = adapter_for(tiny_folder, tmp_path / "adapter"), str(tmp_path / "adapter")
    with torch.inference_mode():
        rows = tuned(torch.tensor([[*PROMPT, *END]])).logits[0, 1:-1].log_softmax(-1)
    ours = read(tiny_engine, folder)
    assert ours == pytest.approx([rows[n, token].item() for n, token in enumerate(END)], abs=1e-3)
    (first,) = tiny_engine.next_logprobs([PROMPT], END[:1], adapter=folder)[0].get()
    assert first == pytest.approx(ours[0], abs=1e-3)


@with_peft
def test_the_bare_model_is_back_after_each_reading(tiny_engine, adapter):
    bare, written = read(tiny_engine), tiny_engine.generate([PROMPT], Sampling(max_tokens=4))
    tuned = read(tiny_engine, adapter)
    assert tuned != pytest.approx(bare, abs=1e-2)
    tiny_engine.generate([PROMPT], Sampling(max_tokens=4), adapter=str(adapter))
    assert read(tiny_engine) == bare and read(tiny_engine, adapter) == tuned
    assert tiny_engine.generate([PROMPT], Sampling(max_tokens=4)) == written


@with_peft
@pytest.mark.parametrize("sizes", [{"hidden_size": 64}, {"num_hidden_layers": 3}, {"num_hidden_layers": 1}])
def test_an_adapter_of_another_model_is_refused_and_leaves_no_trace(tiny_engine, tiny_folder, tmp_path, sizes, capfd):
    bare = read(tiny_engine)
    changes = {**sizes, "layer_types": None} if "num_hidden_layers" in sizes else sizes
    adapter_for(tiny_folder, tmp_path / "foreign", **changes)
    adapter_for(tiny_folder, tmp_path / "own")
    capfd.readouterr()
    with pytest.raises(InputError, match="this LoRA adapter does not fit the model") as raised:
        read(tiny_engine, tmp_path / "foreign")
    assert "\n" not in str(raised.value) and capfd.readouterr() == ("", "")
    assert read(tiny_engine) == bare and read(tiny_engine, tmp_path / "own") != bare


@with_peft
@pytest.mark.parametrize("damage", ["no weights", "no module", "no settings"])
def test_a_damaged_adapter_is_refused_and_leaves_no_trace(tiny_engine, adapter, tmp_path, damage):
    bare, broken = read(tiny_engine), shutil.copytree(adapter, tmp_path / "broken")
    settings = json.loads((broken / "adapter_config.json").read_text())
    if damage == "no weights":
        (broken / "adapter_model.safetensors").unlink()
    elif damage == "no module":
        (broken / "adapter_config.json").write_text(json.dumps({**settings, "target_modules": ["nowhere"]}))
    else:
        (broken / "adapter_config.json").write_text("{")
    with pytest.raises(InputError, match="does not fit the model"):
        read(tiny_engine, broken)
    assert read(tiny_engine) == bare and read(tiny_engine, adapter) != bare


@with_peft
@pytest.mark.parametrize("name", ["no/such", "", "/nowhere"])
def test_a_name_that_is_no_adapter_is_never_looked_for_on_the_network(tiny_engine, name):
    with pytest.raises(InputError, match=f"^{name}: not a LoRA adapter: it has no adapter_config.json"):
        tiny_engine.loglikelihood([PROMPT], [END], adapter=name)


@pytest.mark.skipif(find_spec("peft") is not None, reason="peft is installed")
def test_without_peft_the_error_names_the_extra_that_holds_it(tiny_engine, tmp_path):
    with pytest.raises(MissingExtra, match=r"peft is not installed: pip install 'promptrec\[lora\]'"):
        read(tiny_engine, tmp_path)
