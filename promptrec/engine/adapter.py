"""A LoRA adapter on the embedded model, for as long as one reading takes."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from promptrec.engine.convert import quiet
from promptrec.errors import InputError, MissingExtra, first_line

NAME = "reading"


class Adapted:
    """Reads with the adapter of a PEFT folder inside its block, with the bare model after it, whatever happens.

    Raises:
        MissingExtra: peft is not installed.
        InputError: the folder holds no adapter, or one whose weights are not all of this model's.
    """

    def __init__(self, model: Any, folder: str | None) -> None:  # noqa: ANN401 - a transformers model
        if folder is not None and find_spec("peft") is None:
            raise MissingExtra("peft", "lora")
        # A name that is no folder would be looked for on the network.
        if folder is not None and not (Path(folder) / "adapter_config.json").exists():
            raise InputError(f"{folder}: not a LoRA adapter: it has no adapter_config.json")
        self._model, self._folder = model, folder

    def __enter__(self) -> None:
        if self._folder is None:
            return
        try:
            with quiet():
                found = self._model.load_adapter(self._folder, adapter_name=NAME)
            odd = found.missing_keys | found.unexpected_keys
            reason = f"{min(odd)} is in one of them only" if odd else None
        except Exception as error:  # what a foreign or damaged adapter raises is not one type
            reason = first_line(error)
        if reason is not None:
            self._remove()
            raise InputError(f"{self._folder}: this LoRA adapter does not fit the model: {reason}")

    def __exit__(self, *error: object) -> None:
        if self._folder is not None:
            self._remove()

    def _remove(self) -> None:
        """Also what is left of an adapter that was loaded half: later readings must not see it."""
        if NAME in getattr(self._model, "peft_config", {}):
            self._model.delete_adapter(NAME)
