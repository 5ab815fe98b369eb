import json

import pytest


@pytest.mark.parametrize(
    ("words", "code"), [((), 0), (("--model", "smollm2-135m"), 1), (("--engine", "transformers"), 1)]
)
def test_only_what_was_asked_for_decides_the_exit_code(promptrec, tmp_path, words, code):
    done = promptrec("doctor", *words, PROMPTREC_HOME=str(tmp_path / "empty home"), COLUMNS="200")
    assert done.returncode == code and "promptrec model add smollm2-135m" in done.stdout
    assert done.stderr == ""


def test_json_has_each_check_with_its_status(promptrec):
    found = json.loads(promptrec("doctor", "--json").stdout)
    assert {"python", "cores", "memory", "disk", "engine", "fits", "catalogues"} <= {check["name"] for check in found}
    assert {check["status"] for check in found} <= {"ok", "missing", "fails"}
    assert all(set(check) == {"name", "found", "status", "hint"} for check in found)


def test_an_unknown_engine_is_one_line(promptrec):
    done = promptrec("doctor", "--engine", "transfomers")
    assert done.returncode == 2 and "did you mean 'transformers'?" in done.stderr
