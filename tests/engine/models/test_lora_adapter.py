"""LoRA adapters on the embedded engine: the right numbers inside, the bare model's outside, whatever goes wrong."""

import json
import shutil
from importlib.util import find_spec

import pytest

from promptrec.engine.base import Sampling
from promptrec.engine.models.lora_adapter import check_effect
from promptrec.errors import EngineError, InputError, MissingExtra

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
    with pytest.raises(InputError, match="this LoRA adapter (does not fit the model|cannot be read): "):
        read(tiny_engine, broken)
    assert read(tiny_engine) == bare and read(tiny_engine, adapter) != bare


@with_peft
@pytest.mark.parametrize("name", ["no/such", "", "/nowhere"])
def test_a_name_that_is_no_adapter_is_never_looked_for_on_the_network(tiny_engine, name):
    with pytest.raises(InputError, match=f"^{name and f'{name}: '}not a LoRA adapter: it has no adapter_config.json"):
        tiny_engine.loglikelihood([PROMPT], [END], adapter=name)


@pytest.mark.skipif(find_spec("peft") is not None, reason="peft is installed")
def test_without_peft_the_error_names_the_extra_that_holds_it(tiny_engine, tmp_path):
    with pytest.raises(MissingExtra, match=r"peft is not installed: pip install 'promptrec\[lora\]'"):
        read(tiny_engine, tmp_path)


def tuned(folder, target, seed=3, **settings):
    """An adapter of the model in `folder` with all that it trains drawn at random."""
    import peft
    import torch
    from transformers import AutoModelForCausalLM

    settings = {"r": 4, "target_modules": ["q_proj", "v_proj"], **settings}
    model = peft.get_peft_model(AutoModelForCausalLM.from_pretrained(folder), peft.LoraConfig(**settings))
    torch.manual_seed(seed)
    for weight in model.parameters():
        if weight.requires_grad:
            torch.nn.init.normal_(weight, std=0.3)
    model.save_pretrained(target)
    return target


def rename(folder, change):
    """The adapter with its tensors called otherwise, left out, or of other numbers."""
    from safetensors.torch import load_file, save_file

    path = folder / "adapter_model.safetensors"
    save_file(change(load_file(path)), path)
    return folder


@with_peft
@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"use_dora": True}, r"DoRA's magnitudes are not read \(use_dora\)"),
        ({"bias": "lora_only"}, "trains biases .bias: lora_only"),
        ({"bias": "all"}, "trains biases .bias: all"),
        ({"modules_to_save": ["lm_head"]}, r"whole modules are trained.*\(modules_to_save\)"),
        ({"trainable_token_indices": [5]}, r"tokens of the vocabulary are trained"),
    ],
)
def test_what_would_be_read_otherwise_than_it_was_trained_is_refused_with_the_reason(
    tiny_engine, tiny_folder, tmp_path, settings, why
):
    bare = read(tiny_engine)
    with pytest.raises(InputError, match=why):
        read(tiny_engine, tuned(tiny_folder, tmp_path / "adapter", **settings))
    assert read(tiny_engine) == bare


@with_peft
@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"peft_type": "IA3"}, "of the kind IA3"),
        ({"peft_type": "PREFIX_TUNING"}, "of the kind PREFIX_TUNING"),
        ({"init_lora_weights": "pissa"}, "base model that pissa has changed"),
        ({"r": 8}, "r is 8, but .* has rank 4"),
    ],
)
def test_settings_that_no_engine_serves_are_named(tiny_engine, adapter, change, why):
    path = adapter / "adapter_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(InputError, match=why):
        read(tiny_engine, adapter)


@with_peft
@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda tensors: {n.replace("layers.", "blocks."): t for n, t in tensors.items()}, "it has no module"),
        (lambda tensors: {n.replace("q_proj", "p_proj"): t for n, t in tensors.items()}, "it has no module"),
        (lambda tensors: {n: t for n, t in tensors.items() if "lora_A" in n}, "and not its other half"),
        (lambda tensors: {n: t * 0 if "lora_B" in n else t for n, t in tensors.items()}, "changes nothing"),
        (lambda tensors: {n: t * float("nan") for n, t in tensors.items()}, "a value that is not finite"),
        (lambda tensors: {n.replace("lora_A", "ia3_l"): t for n, t in tensors.items()}, "none of LoRA's"),
    ],
)
def test_tensors_that_do_not_land_are_refused(tiny_engine, adapter, change, why):
    bare = read(tiny_engine)
    with pytest.raises(InputError, match=why):
        read(tiny_engine, rename(adapter, change))
    assert read(tiny_engine) == bare


@with_peft
def test_a_folder_that_is_trained_again_is_read_anew(tiny_engine, tiny_folder, tmp_path):
    one, two = tuned(tiny_folder, tmp_path / "one"), tuned(tiny_folder, tmp_path / "two", seed=9)
    first, second = read(tiny_engine, one), read(tiny_engine, two)
    assert first != pytest.approx(second, abs=1e-2)
    for name in ("adapter_config.json", "adapter_model.safetensors"):
        shutil.copy2(two / name, one / name)
    assert read(tiny_engine, one) == second
    shutil.rmtree(one)
    with pytest.raises(InputError, match="not a LoRA adapter"):
        read(tiny_engine, one)


@with_peft
def test_a_pickle_is_never_opened(tiny_engine, adapter):
    (adapter / "adapter_model.safetensors").rename(adapter / "adapter_model.bin")
    with pytest.raises(InputError, match="is a pickle, which can run code"):
        read(tiny_engine, adapter)


def test_an_engine_that_reads_the_base_model_or_leaves_it_changed_is_found_out():
    with pytest.raises(InputError, match="did not land"):
        check_effect("mine", lambda adapted: [-1.0, -2.0])
    numbers = iter([[-1.0], [-2.0], [-1.5]])
    with pytest.raises(EngineError, match="changed the base model"):
        check_effect("mine", lambda adapted: next(numbers))
    check_effect("mine", lambda adapted: [-2.0] if adapted else [-1.0])
