"""Real engines and text encoders that commands in the process of the tests open: each once, not for each command."""

from promptrec.engine import registry
from promptrec.retrieve.text_encoder import Encoder


class OpenModels:
    def __init__(self):
        self._open = {}
        self._close = []

    def put_into(self, patch):
        """Lets commands find them, as long as a patch holds."""
        patch.setitem(registry.ENGINES, "transformers", self._engine)
        patch.setattr(registry, "Encoder", self._encoder)

    def close(self):
        for close in self._close:
            close()
        self._open.clear()

    def _engine(self, info, options):
        from promptrec.engine.transformers.engine import TransformersEngine

        key = (info.name, info.folder, options.model_dump_json())
        if key not in self._open:
            engine = self._open[key] = TransformersEngine(info, options)
            self._close.append(engine.close)
            engine.close = lambda: None
        return self._open[key]

    def _encoder(self, folder, name):
        if (folder, name) not in self._open:
            self._open[folder, name] = Encoder(folder, name)
        return self._open[folder, name]
