"""Constraints of the transformers engine, compiled by xgrammar, which vLLM uses too."""

import json
from functools import lru_cache
from typing import Any

from promptrec.engine.base import OutputConstraint
from promptrec.errors import InputError, MissingExtra


class Grammars:
    """Compiles constraints for one tokenizer, with a cache."""

    def __init__(self, tokenizer: Any, vocabulary: int) -> None:  # noqa: ANN401 - a Hugging Face tokenizer
        try:
            import xgrammar
        except ImportError:
            raise MissingExtra("xgrammar", "transformers") from None
        info = xgrammar.TokenizerInfo.from_huggingface(tokenizer, vocab_size=vocabulary)
        self._compiler = xgrammar.GrammarCompiler(info)
        self._compiled = lru_cache(256)(self._compile)

    def processor(self, constraint: OutputConstraint) -> Any:  # noqa: ANN401 - a transformers LogitsProcessor
        """A new logits processor, for one call of `generate`.

        Raises:
            InputError: a regular expression or grammar that xgrammar cannot read.
        """
        from xgrammar.contrib.hf import LogitsProcessor

        return LogitsProcessor(self._compiled(constraint))

    def _compile(self, constraint: OutputConstraint) -> Any:  # noqa: ANN401
        try:
            if constraint.regex is not None:
                return self._compiler.compile_regex(constraint.regex)
            return self._compiler.compile_grammar(constraint.grammar or choice_grammar(constraint.choice or ()))
        except RuntimeError as error:
            raise InputError("constraint-not-compiled", why=str(error).splitlines()[-1]) from None


def choice_grammar(choice: tuple[str, ...]) -> str:
    """An EBNF grammar of exactly these texts."""
    return "root ::= " + " | ".join(json.dumps(text, ensure_ascii=False) for text in choice)
