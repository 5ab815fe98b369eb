"""Every table of RESULTS.md: `python -m eval.results`. Runs what each eval/*.toml says and was not run before; the
tests of the packs come from `python -m eval.packs`.

Datasets that are not public are looked for below $PROMPTREC_DATA. The runs stay in runs/results/.
"""

import argparse
from pathlib import Path

from rich.console import Console

from promptrec.cli.progress import progress
from promptrec.engine.models.registry import list_models
from promptrec.evaluate.config import Config
from promptrec.evaluate.evaluator import evaluate
from promptrec.evaluate.report.markdown import as_markdown
from promptrec.evaluate.results import EVALUATION, Evaluation, read_evaluation

HERE = Path(__file__).parent
RUNS = HERE.parent / "runs" / "results"


def results(path: Path, models: list[str], kept: bool) -> Evaluation | None:
    """One configuration's evaluation; None where it was never run and is not to be."""
    out = RUNS / path.stem
    if kept:
        return read_evaluation(out) if (out / EVALUATION).exists() else None
    with progress(Console(stderr=True)) as listener:
        return evaluate(
            Config.from_toml(path, {"models": models}), out, listener=listener, command=f"make results ({path.name})"
        )


def lacking(path: Path, found: Evaluation | None) -> list[str]:
    """What a configuration asks for that was not run."""
    if found is None:
        return [path.stem]
    asked, ran = Config.from_toml(path, {}), found.config
    checks = [check for check in ("memorisation", "robustness") if getattr(asked, check) and not getattr(ran, check)]
    return [f"{name} on {path.stem}" for name in [*(r for r in asked.rankers if r not in ran.rankers), *checks]]


def _purpose(path: Path) -> str:
    """The first line of a configuration: a remark that says what it is for."""
    return path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")


def main(words: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", action="append", help="default: every packaged model that is added")
    parser.add_argument("--only", action="append", help="name of a configuration, such as planted; repeat it")
    parser.add_argument("--kept", action="store_true", help="run nothing: write the tables of what was run before")
    asked = parser.parse_args(words)
    models = asked.model or [info.name for info in list_models() if info.path and info.kind == "language model"]
    texts, missing = [(HERE / "RESULTS.head.md").read_text(encoding="utf-8")], []
    for path in sorted(HERE.glob("*.toml")):
        found = results(path, models, asked.kept or bool(asked.only and path.stem not in asked.only))
        texts += [f"*{_purpose(path)}* (`eval/{path.name}`)\n\n{as_markdown(found)}"] if found else []
        missing += lacking(path, found)
    if (HERE / "packs.md").exists():
        texts.append((HERE / "packs.md").read_text(encoding="utf-8"))
    if missing:
        texts.append(f"Not run yet: {', '.join(missing)}.\n")
    (HERE / "RESULTS.md").write_text("\n".join(texts), encoding="utf-8")


if __name__ == "__main__":
    main()
