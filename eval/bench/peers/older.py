"""A model folder that transformers 4 reads, from one that transformers 5 wrote."""

import json
from pathlib import Path

WRITTEN_ANEW = ("config.json", "tokenizer_config.json")


def for_transformers_4(model: Path, folder: Path) -> Path:
    """The same weights and tokenizer, under the names that transformers 4 knows.

    Unless it is told rope_theta by that name, it takes its own without a word, and reads the model wrongly.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for path in model.iterdir():
        link = folder / path.name
        link.unlink(missing_ok=True)
        if path.name not in WRITTEN_ANEW:
            link.symlink_to(path)
    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    config |= {"torch_dtype": config["dtype"], "rope_theta": config["rope_parameters"]["rope_theta"]}
    tokenizer = json.loads((model / "tokenizer_config.json").read_text(encoding="utf-8"))
    tokenizer["tokenizer_class"] = "PreTrainedTokenizerFast"
    for name, written in zip(WRITTEN_ANEW, (config, tokenizer), strict=True):
        (folder / name).write_text(json.dumps(written), encoding="utf-8")
    return folder
