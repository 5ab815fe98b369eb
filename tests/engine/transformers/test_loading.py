"""Opening a damaged, foreign or hostile model folder with the embedded engine; what is not installed."""

import json
import shutil
import subprocess
import sys

import pytest

from promptrec.engine.models.registry import resolve
from promptrec.engine.transformers.engine import TransformersEngine
from promptrec.errors import EngineError, ModelError


@pytest.fixture
def folder(tiny_folder, tmp_path):
    """A copy that a test may damage."""
    return shutil.copytree(tiny_folder, tmp_path / "model")


def opened(folder):
    return TransformersEngine(resolve(folder))


def one_line(raised, folder):
    assert "\n" not in str(raised.value) and str(folder) in str(raised.value)


def change_config(folder, **changes):
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_weights_that_lack_a_tensor_are_refused_not_filled_with_random_numbers(folder):
    from safetensors.torch import load_file, save_file

    tensors = load_file(folder / "model.safetensors")
    del tensors["model.layers.1.mlp.up_proj.weight"]
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(EngineError, match=r"model\.layers\.1\.mlp\.up_proj\.weight") as raised:
        opened(folder)
    one_line(raised, folder)


def test_weights_of_another_shape_are_refused(folder):
    change_config(folder, intermediate_size=64)
    with pytest.raises(EngineError, match="cannot load it") as raised:
        opened(folder)
    one_line(raised, folder)


def test_weights_that_end_too_soon_are_refused(folder):
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1000])
    with pytest.raises((EngineError, ModelError)) as raised:
        opened(folder)
    one_line(raised, folder)


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"model_type": "no-such-model"}'])
def test_settings_that_are_none_are_refused(folder, text):
    (folder / "config.json").write_text(text)
    with pytest.raises((EngineError, ModelError), match=r"cannot load it|its config\.json cannot be read") as raised:
        opened(folder)
    one_line(raised, folder)


def test_code_in_a_model_folder_never_runs(folder, tmp_path):
    ran = tmp_path / "ran"
    (folder / "evil.py").write_text(f"open({str(ran)!r}, 'w')\nclass Config: pass\nclass Model: pass\n")
    change_config(
        folder, model_type="evil", auto_map={"AutoConfig": "evil.Config", "AutoModelForCausalLM": "evil.Model"}
    )
    with pytest.raises(EngineError):
        opened(folder)
    assert not ran.exists()


def test_opening_says_nothing(tiny_folder, capfd):
    opened(tiny_folder)
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
@pytest.mark.parametrize("package", ["torch", "transformers"])
def test_a_missing_package_names_its_extra(tiny_folder, package):
    code = (
        f"import sys; sys.modules[{package!r}] = None\n"
        "from promptrec.engine.registry import open_engine\n"
        "from promptrec.errors import MissingExtra\n"
        f"try: open_engine({str(tiny_folder)!r}, 'transformers')\n"
        "except MissingExtra as error: print(error)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == f"{package} is not installed: pip install 'promptrec[transformers]'"
