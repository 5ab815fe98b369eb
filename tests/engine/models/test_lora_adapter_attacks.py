"""LoRA folders as people have them, on the embedded engine: read as peft reads them, or refused with the reason."""

import json
import os
import shutil
import threading
from importlib.util import find_spec
from pathlib import Path

import pytest

from promptrec.engine.base import Sampling
from promptrec.engine.models.fingerprint import adapter_sha256
from promptrec.engine.models.registry import resolve
from promptrec.engine.transformers.engine import TransformersEngine
from promptrec.errors import InputError, PromptrecError
from tests.engine.conftest import random_model

pytestmark = pytest.mark.skipif(find_spec("peft") is None, reason="peft is not installed")
PROMPT, END = (101, 102, 103, 7), (104, 105)
CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"


def trained(base, target, seed=3, **settings):
    """A LoRA adapter with random weights everywhere, saved by peft, and what peft reads with it."""
    import peft
    import torch
    from transformers import AutoModelForCausalLM

    settings = {"r": 4, "target_modules": ["q_proj", "v_proj"]} | settings
    tuned = peft.get_peft_model(AutoModelForCausalLM.from_pretrained(base), peft.LoraConfig(**settings))
    torch.manual_seed(seed)
    for name, weight in tuned.named_parameters():
        if "lora_" in name:
            torch.nn.init.normal_(weight, std=0.3)
    tuned.eval().save_pretrained(target, save_embedding_layers=False)
    with torch.inference_mode():
        rows = tuned(torch.tensor([[*PROMPT, *END]])).logits[0, len(PROMPT) - 1 : -1].log_softmax(-1)
    return [rows[n, token].item() for n, token in enumerate(END)]


def read(engine, adapter=None):
    return engine.loglikelihood([PROMPT], [END], adapter=adapter and str(adapter))[0].get()


def change(folder, **settings):
    path = Path(folder) / CONFIG
    path.write_text(json.dumps(json.loads(path.read_text()) | settings))


def weights(folder, edit):
    from safetensors.torch import load_file, save_file

    path = Path(folder) / WEIGHTS
    tensors = load_file(path)
    save_file({n: t.contiguous() for n, t in edit(tensors).items()}, path)


@pytest.fixture(scope="module")
def plain_adapter(tiny_folder, tmp_path_factory):
    """Trained once for all tests, each of which changes a copy."""
    folder = tmp_path_factory.mktemp("plain") / "adapter"
    trained(tiny_folder, folder)
    return folder


@pytest.fixture
def adapter(plain_adapter, tmp_path):
    return shutil.copytree(plain_adapter, tmp_path / "adapter")


@pytest.mark.slow
@pytest.mark.parametrize(
    "settings",
    [
        {"use_rslora": True, "lora_alpha": 16},
        {"target_modules": "all-linear"},
        {"target_modules": r".*\.(q|o)_proj"},
        {"layers_to_transform": [1]},
        {"rank_pattern": {"q_proj": 2}, "alpha_pattern": {"v_proj": 3}},
        {"rank_pattern": {r"model.layers.0.self_attn.q_proj": 6}},
        {"exclude_modules": ["layers.0.self_attn.q_proj"]},
        {"init_lora_weights": "gaussian"},
        {"target_modules": ["embed_tokens", "q_proj"]},
        {"target_modules": ["lm_head"]},
        {"target_modules": ["gate_proj", "up_proj", "down_proj"], "r": 16},
        {"lora_dropout": 0.5},
    ],
    ids=str,
)
def test_what_lora_can_do_is_read_as_peft_reads_it(tiny_engine, tiny_folder, tmp_path, settings):
    bare = read(tiny_engine)
    expected = trained(tiny_folder, tmp_path / "adapter", **settings)
    assert read(tiny_engine, tmp_path / "adapter") == pytest.approx(expected, abs=1e-3)
    assert read(tiny_engine) == bare


def test_gpt2s_transposed_modules_are_read(tmp_path):
    folder = random_model("gpt2", tmp_path / "gpt2")
    expected = trained(folder, tmp_path / "adapter", target_modules=["c_attn", "c_proj"], fan_in_fan_out=True)
    engine = TransformersEngine(resolve(folder))
    assert read(engine, tmp_path / "adapter") == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
def test_an_adapter_saved_in_another_precision_is_read(tiny_engine, tiny_folder, adapter, dtype):
    import torch

    whole = read(tiny_engine, adapter)
    weights(adapter, lambda tensors: {n: t.to(getattr(torch, dtype)) for n, t in tensors.items()})
    assert read(tiny_engine, adapter) == pytest.approx(whole, abs=0.1)


def test_an_embedding_adapter_that_trained_few_tokens_is_read(tiny_engine, tiny_folder, tmp_path):
    expected = trained(tiny_folder, tmp_path / "adapter", target_modules=["embed_tokens"])

    def few(tensors):
        for name, tensor in tensors.items():
            if "embedding_A" in name:
                tensor[:, :100] = 0
                tensor[:, 106:] = 0
        return tensors

    weights(tmp_path / "adapter", few)
    found = read(tiny_engine, tmp_path / "adapter")
    assert found != pytest.approx(read(tiny_engine), abs=1e-3) and expected


@pytest.mark.slow
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("use_dora", True),
        ("modules_to_save", ["lm_head"]),
        ("trainable_token_indices", [1, 2]),
        ("trainable_token_indices", {"embed_tokens": [1]}),
        ("bias", "all"),
        ("bias", "lora_only"),
        ("lora_bias", True),
        ("init_lora_weights", "pissa"),
        ("init_lora_weights", "pissa_niter_16"),
        ("init_lora_weights", "olora"),
        ("init_lora_weights", "loftq"),
        ("init_lora_weights", "corda"),
        ("init_lora_weights", "lora_ga"),
        ("loftq_config", {"loftq_bits": 4}),
        ("layer_replication", [[0, 1], [0, 2]]),
        ("target_parameters", ["mlp.experts.gate_up_proj"]),
        ("alora_invocation_tokens", [1, 2]),
        ("use_qalora", True),
        ("arrow_config", {"top_k": 1}),
        ("use_bdlora", {"nblocks": 2}),
        *(
            ("peft_type", kind)
            for kind in ("IA3", "PREFIX_TUNING", "PROMPT_TUNING", "P_TUNING", "ADALORA", "OFT", "BOFT", "LOHA", "LOKR")
        ),
        *(
            ("peft_type", kind)
            for kind in ("VERA", "FOURIERFT", "LN_TUNING", "XLORA", "VBLORA", "HRA", "MISS", "SHIRA")
        ),
        ("peft_type", None),
        ("peft_type", 7),
    ],
)
def test_what_cannot_be_read_is_refused_by_the_field_that_says_so(tiny_engine, adapter, field, value):
    bare = read(tiny_engine)
    change(adapter, **{field: value})
    with pytest.raises(InputError, match=field) as raised:
        read(tiny_engine, adapter)
    assert "\n" not in str(raised.value) and str(adapter) in str(raised.value)
    assert read(tiny_engine) == bare


def renamed(before, after):
    return lambda tensors: {n.replace(before, after): t for n, t in tensors.items()}


def filled(part, value):
    def edit(tensors):
        for name, tensor in tensors.items():
            if part in name:
                tensor[...] = value
        return tensors

    return edit


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (renamed("q_proj", "query_proj"), "no module .*query_proj"),
        (renamed("model.layers", "transformer.h"), "no module .*transformer.h"),
        (renamed("layers.1.", "layers.7."), "no module .*layers.7"),
        (renamed("lora_A", "lora_X"), "none of LoRA's"),
        (lambda ts: {n: t for n, t in ts.items() if "lora_B" not in n}, "only the A"),
        (lambda ts: {n: t for n, t in ts.items() if "layers.1" not in n or "lora_A" in n}, "only the A"),
        (lambda ts: {n: t for n, t in ts.items() if "layers.1" not in n}, "layers.1|lack|missing"),
        (lambda ts: {n: t for n, t in ts.items() if "v_proj" not in n}, "v_proj|lack|missing"),
        (lambda ts: {}, "no tensors"),
        (filled("layers.1.self_attn.q_proj.lora_A", float("nan")), "not finite.*layers.1"),
        (filled("layers.0.self_attn.v_proj.lora_B", float("inf")), "not finite"),
        (filled("lora_B", 0), "zero"),
        (filled("lora_A", 0), "zero|change"),
        (lambda ts: {n: t.T if "lora_A" in n else t for n, t in ts.items()}, "does not fit|damaged"),
        (lambda ts: {n: t[:, :-1] if "lora_A" in n else t for n, t in ts.items()}, "does not fit"),
        (lambda ts: {n: t.flatten() for n, t in ts.items()}, "damaged|does not fit"),
        (lambda ts: ts | {"base_model.model.lm_head.weight": ts[min(ts)].clone()}, "lm_head"),
        (lambda ts: ts | {f"{min(ts)}.extra": ts[min(ts)].clone()}, "extra"),
    ],
)
def test_damaged_weights_are_refused_by_what_is_wrong_with_them(tiny_engine, adapter, edit, reason):
    bare = read(tiny_engine)
    weights(adapter, edit)
    with pytest.raises(InputError, match=reason) as raised:
        read(tiny_engine, adapter)
    assert "\n" not in str(raised.value) and str(adapter) in str(raised.value)
    assert read(tiny_engine) == bare


@pytest.mark.parametrize("keep", [0, 4, 8, 40, 0.5, 0.9, -1])
def test_a_torn_file_of_weights_is_refused(tiny_engine, adapter, keep):
    content = (adapter / WEIGHTS).read_bytes()
    (adapter / WEIGHTS).write_bytes(content[: int(keep * len(content)) if isinstance(keep, float) else keep])
    with pytest.raises(InputError, match="safetensors"):
        read(tiny_engine, adapter)


@pytest.mark.parametrize("content", ["", "{", "[]", "null", "3", '"LORA"', "{}", "\0\1", '{"peft_type": "LORA"}'])
def test_settings_that_are_none_are_refused(tiny_engine, adapter, content):
    (adapter / CONFIG).write_text(content)
    with pytest.raises(InputError, match="adapter_config|peft_type|r is None") as raised:
        read(tiny_engine, adapter)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_settings_in_another_encoding_are_refused_with_it(tiny_engine, adapter, encoding):
    (adapter / CONFIG).write_text((adapter / CONFIG).read_text(), encoding=encoding)
    with pytest.raises(InputError, match=f"{CONFIG} is not JSON in UTF-8 without a byte order mark"):
        read(tiny_engine, adapter)


def test_a_pickle_is_never_opened(tiny_engine, adapter, tmp_path):
    (adapter / WEIGHTS).unlink()
    (adapter / "adapter_model.bin").write_bytes(b"cos\nsystem\n(S'touch " + bytes(tmp_path / "ran") + b"'\ntR.")
    with pytest.raises(InputError, match="pickle"):
        read(tiny_engine, adapter)
    assert not (tmp_path / "ran").exists()


def test_names_without_pefts_prefix_are_read_or_refused(tiny_engine, adapter):
    whole = read(tiny_engine, adapter)
    weights(adapter, renamed("base_model.model.", ""))
    try:
        assert read(tiny_engine, adapter) == pytest.approx(whole, abs=1e-4)
    except InputError as error:
        assert "base_model" in str(error) or "model.layers" in str(error)


def test_paths_as_people_write_them(tiny_engine, adapter, tmp_path, monkeypatch):
    whole = read(tiny_engine, adapter)
    spaced = shutil.copytree(adapter, tmp_path / "my best adapter (é)")
    (tmp_path / "link").symlink_to(adapter)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    for path in (spaced, "adapter", "./adapter/", "~/adapter", "link", "link/../adapter", f"{adapter}/"):
        assert read(tiny_engine, path) == whole, path
        assert adapter_sha256(str(path)) == adapter_sha256(str(adapter)), path
    links = tmp_path / "links"
    links.mkdir()
    for name in (CONFIG, WEIGHTS):
        (links / name).symlink_to(adapter / name)
    assert read(tiny_engine, links) == whole


def test_a_file_where_a_folder_should_be_and_a_dangling_link(tiny_engine, adapter, tmp_path):
    (tmp_path / "dangling").symlink_to(tmp_path / "gone")
    for path in (adapter / WEIGHTS, tmp_path / "dangling", tmp_path, "", "~nobody_here/adapter", "org/name"):
        with pytest.raises(InputError, match=f"{CONFIG}|no such folder"):
            read(tiny_engine, path) if path else tiny_engine.loglikelihood([PROMPT], [END], adapter="")
    (adapter / CONFIG).unlink()
    (adapter / CONFIG).mkdir()
    with pytest.raises(InputError, match=CONFIG):
        read(tiny_engine, adapter)


@pytest.mark.parametrize("same_time", [False, True])
def test_retraining_into_the_same_folder_is_seen(tiny_engine, tiny_folder, adapter, tmp_path, same_time):
    first = read(tiny_engine, adapter)
    then = (adapter / WEIGHTS).stat()
    expected = trained(tiny_folder, tmp_path / "new", seed=9)
    shutil.copyfile(tmp_path / "new" / WEIGHTS, adapter / WEIGHTS)
    if same_time:
        os.utime(adapter / WEIGHTS, ns=(then.st_atime_ns, then.st_mtime_ns))
    assert read(tiny_engine, adapter) == pytest.approx(expected, abs=1e-3) != first


def test_only_the_scale_changes_and_it_is_seen(tiny_engine, adapter):
    first = read(tiny_engine, adapter)
    change(adapter, lora_alpha=64)
    assert read(tiny_engine, adapter) != pytest.approx(first, abs=1e-2)


def test_adapters_take_turns_and_swap_their_files(tiny_engine, tiny_folder, tmp_path):
    bare = read(tiny_engine)
    a, b = (trained(tiny_folder, tmp_path / name, seed=n) for n, name in enumerate("ab"))
    for _ in range(2):
        assert read(tiny_engine, tmp_path / "a") == pytest.approx(a, abs=1e-3)
        assert read(tiny_engine, tmp_path / "b") == pytest.approx(b, abs=1e-3)
        assert read(tiny_engine) == bare
    (tmp_path / "a").rename(tmp_path / "c")
    (tmp_path / "b").rename(tmp_path / "a")
    (tmp_path / "c").rename(tmp_path / "b")
    assert read(tiny_engine, tmp_path / "a") == pytest.approx(b, abs=1e-3)
    assert read(tiny_engine, tmp_path / "b") == pytest.approx(a, abs=1e-3)


def test_a_folder_that_goes_away_is_said_each_time(tiny_engine, adapter):
    read(tiny_engine, adapter)
    shutil.rmtree(adapter)
    for _ in range(2):
        with pytest.raises(InputError, match="it has no adapter_config.json"):
            read(tiny_engine, adapter)


def test_a_folder_written_all_the_time_gives_one_of_the_two_or_says_so(tiny_engine, tiny_folder, tmp_path):
    a, b = (trained(tiny_folder, tmp_path / name, seed=n) for n, name in enumerate("ab"))
    shutil.copytree(tmp_path / "a", tmp_path / "live")
    stop = threading.Event()

    def write():
        while not stop.is_set():
            for name in "ba":
                (tmp_path / "live" / WEIGHTS).unlink(missing_ok=True)
                shutil.copyfile(tmp_path / name / WEIGHTS, tmp_path / "live" / WEIGHTS)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(30):
            try:
                found = read(tiny_engine, tmp_path / "live")
            except PromptrecError:
                continue
            assert found in (pytest.approx(a, abs=1e-3), pytest.approx(b, abs=1e-3))
    finally:
        stop.set()
        writer.join()


def test_all_verbs_refuse_and_leave_the_bare_model(tiny_engine, adapter):
    bare = read(tiny_engine)
    change(adapter, use_dora=True)
    for verb in (
        lambda: tiny_engine.next_logprobs([PROMPT], [1], adapter=str(adapter)),
        lambda: tiny_engine.loglikelihood([PROMPT], [END], adapter=str(adapter)),
        lambda: tiny_engine.generate([PROMPT], Sampling(max_tokens=2), adapter=str(adapter)),
    ):
        with pytest.raises(InputError, match="use_dora"):
            verb()
    assert read(tiny_engine) == bare


def test_a_weak_adapter_is_no_empty_one(tiny_engine, adapter):
    weights(adapter, lambda ts: {n: t * (1e-3 if "lora_B" in n else 1) for n, t in ts.items()})
    assert read(tiny_engine, adapter) == pytest.approx(read(tiny_engine), abs=1e-2)


def test_an_adapter_of_a_peft_subfolder_is_pointed_to(tiny_engine, adapter, tmp_path):
    (tmp_path / "parent").mkdir()
    adapter.rename(tmp_path / "parent" / "reranker")
    with pytest.raises(InputError, match="reranker"):
        read(tiny_engine, tmp_path / "parent")
