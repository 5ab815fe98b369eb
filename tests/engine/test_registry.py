import sys

import pytest

from promptrec.engine import registry
from promptrec.engine.gpu import Gpu, nvidia_gpus
from promptrec.engine.options import EngineOptions
from promptrec.engine.registry import ENGINES, choose_engine, open_engine
from promptrec.errors import InputError, ModelError, UnknownName


def driver(folder, listed, code=0):
    """A program that answers as NVIDIA's does."""
    program = folder / "nvidia-smi"
    program.write_text(f"#!/bin/sh\necho '{listed}'\nexit {code}\n")
    program.chmod(0o755)


def test_the_gpu_is_what_the_driver_lists(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert nvidia_gpus() == []
    driver(tmp_path, "NVIDIA H100, 80 GB, 81559\nNVIDIA GB10, [N/A]")
    assert nvidia_gpus() == [Gpu("NVIDIA H100, 80 GB", 81559 * 2**20), Gpu("NVIDIA GB10", None)]
    driver(tmp_path, "No devices were found")
    assert nvidia_gpus() == []
    driver(tmp_path, "NVIDIA H100, 81559", code=9)
    assert nvidia_gpus() == []


def test_a_gpu_means_vllm_where_vllm_is_installed(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert choose_engine().name == "transformers" and "no NVIDIA GPU" in choose_engine().reason
    driver(tmp_path, "NVIDIA H100, 81559")
    monkeypatch.setattr(registry, "find_spec", lambda name: object())
    assert choose_engine().name == "vllm"
    monkeypatch.setattr(registry, "find_spec", lambda name: None)
    choice = choose_engine()
    assert choice.name == "transformers" and "pip install 'promptrec[vllm]'" in choice.reason


@pytest.mark.parametrize("name", ENGINES)
def test_asking_for_one_overrides(name):
    assert choose_engine(name) == registry.EngineChoice(name, "asked for")


def test_unknown_names_list_the_known_ones():
    with pytest.raises(
        UnknownName, match=r"unknown engine 'vlm' \(did you mean 'vllm'\?\); known: server, transformers"
    ):
        choose_engine("vlm")
    with pytest.raises(UnknownName, match="unknown model 'nope'"):
        open_engine("nope", "transformers")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"temperature": 1}, "unknown engine option 'temperature'; known: api_key, base_url, dtype"),
        ({"dtype": "int8"}, "dtype='int8'.*'float32'"),
        ({"max_model_len": "4"}, "max_model_len='4'.*16"),
        ({"tensor_parallel_size": 0}, "tensor_parallel_size=0"),
        ({"gpu_memory_utilization": 1.5}, "gpu_memory_utilization=1.5"),
        ({"quantization": "magic"}, "quantization='magic'.*awq"),
        ({"max_lora_rank": "9"}, "max_lora_rank='9'.*8, 16, 32"),
        ({"max_lora_rank": 8.9}, "max_lora_rank=8.9"),
        ({"max_lora_rank": [8]}, r"max_lora_rank=\[8\]"),
        ({"gpu_memory_utilization": "nan"}, "gpu_memory_utilization='nan'"),
    ],
)
def test_a_wrong_option_is_one_line_that_names_it(options, said):
    with pytest.raises(InputError, match=said) as raised:
        EngineOptions.parse(options)
    assert "\n" not in str(raised.value)


def test_options_may_come_as_text():
    parsed = EngineOptions.parse({"max_model_len": "512", "gpu_memory_utilization": "0.5", "max_lora_rank": "16"})
    assert (parsed.max_model_len, parsed.gpu_memory_utilization, parsed.max_lora_rank) == (512, 0.5, 16)
    assert EngineOptions.parse({}) == EngineOptions() == EngineOptions.parse(dict.fromkeys(EngineOptions.model_fields))


@pytest.mark.model
def test_options_that_are_another_engines_are_refused_before_anything_loads(smollm2):
    with pytest.raises(InputError, match="transformers does not take tensor_parallel_size"):
        open_engine(smollm2.folder, "transformers", EngineOptions(tensor_parallel_size=2))


@pytest.mark.slow
def test_choosing_an_engine_loads_none(tmp_path):
    import subprocess

    code = "import sys; from promptrec.engine.registry import choose_engine; choose_engine(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"torch", "transformers", "vllm"} & set(loaded)


def test_weights_that_are_no_weights_are_said(tmp_path):
    for name in ("config.json", "tokenizer.json"):
        (tmp_path / name).write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(b"xx")
    with pytest.raises(ModelError, match="not a safetensors file"):
        open_engine(tmp_path, "transformers")
