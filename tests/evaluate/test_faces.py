from importlib import import_module

import pytest

ROOMS = ("", ".checks", ".datasets", ".metrics", ".report", ".runs", ".stats")


@pytest.mark.parametrize("room", ROOMS)
def test_every_public_name_of_a_room_can_be_imported_and_hides_no_module(room):
    face = import_module(f"promptrec.evaluate{room}")
    assert dir(face) == sorted(face.__all__)
    for name in face.__all__:
        assert getattr(face, name).__class__.__name__ != "module", name


def test_evaluate_is_the_function_also_after_its_modules_were_imported():
    from promptrec.evaluate import evaluate

    assert callable(evaluate) and evaluate.__module__ == "promptrec.evaluate.evaluator"
    with pytest.raises(ImportError, match="no_such"):
        from promptrec.evaluate import no_such  # noqa: F401
