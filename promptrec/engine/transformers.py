"""The embedded engine: Hugging Face transformers in this process, on whatever torch finds. Starts in seconds."""

import copy
import inspect
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from promptrec.engine.adapter import Adapted
from promptrec.engine.base import Constraint, Reading, Sampling, Tokens, Usage
from promptrec.engine.batching import batches, shared_prefix_groups
from promptrec.engine.convert import quiet
from promptrec.engine.grammar import Grammars
from promptrec.engine.models import ModelInfo
from promptrec.engine.options import DEFAULTS, EngineOptions
from promptrec.engine.progress import report_progress
from promptrec.engine.tokenizer import Tokenizer
from promptrec.engine.validity import check_labels, log_probabilities, prompt_error
from promptrec.errors import EngineError, InputError, MissingExtra, first_line

try:
    import torch
    import transformers
except ImportError as missing:
    raise MissingExtra(missing.name or "transformers", "transformers") from None

Numbers = tuple[float, ...]
# Logits of one batch take at most this many bytes; keys and values at most this many tokens.
LOGITS_BYTES = 512 * 2**20
CACHE_TOKENS = 8192
GENERATE_BATCH = 16


class TransformersEngine:
    """See `promptrec.engine.base.Engine`. Prompts that share a beginning are read once up to where they part."""

    name = "transformers"

    def __init__(self, info: ModelInfo, options: EngineOptions = DEFAULTS) -> None:
        for option in (
            "tensor_parallel_size",
            "gpu_memory_utilization",
            "quantization",
            "max_lora_rank",
            "base_url",
            "api_key",
        ):
            if getattr(options, option) is not None:
                raise InputError(f"the engine transformers does not take {option}: leave it out, or use another engine")
        self.model_id = info.name
        self.tokenizer = Tokenizer.from_folder(info.folder)
        self._folder = info.folder
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._model: Any = _load(info, options, self._device)
        config = self._model.config.get_text_config()
        self._vocabulary = int(config.vocab_size)
        own = int(getattr(config, "max_position_embeddings", 2048))
        self.context_length = min(own, options.max_model_len or own)
        self._cache_name = _cache_name(self._model.forward)
        self._grammars: Grammars | None = None
        ends = self._model.generation_config.eos_token_id
        self._ends = {ends} if isinstance(ends, int) else set(ends or ())
        if self.tokenizer.eos_id is not None:
            self._ends.add(self.tokenizer.eos_id)
        # What else a model's folder says of writing (penalties, sampling) is not what the caller asks for.
        self._model.generation_config = transformers.GenerationConfig(eos_token_id=sorted(self._ends) or None)

    def next_logprobs(
        self, prompts: Sequence[Tokens], label_ids: Sequence[int], *, adapter: str | None = None
    ) -> list[Reading[tuple[float, ...]]]:
        """See `Engine.next_logprobs`."""
        check_labels(label_ids, self._vocabulary)
        labels = torch.tensor(list(label_ids), device=self._device, dtype=torch.long)

        def pick(index: int, logits: Any) -> tuple[float, ...]:  # noqa: ANN401 - a tensor (positions, vocabulary)
            return tuple((logits[0, labels] - logits[0].logsumexp(-1)).tolist())

        return self._read(prompts, [len(p) - 1 for p in prompts], pick, adapter)

    def loglikelihood(
        self, prompts: Sequence[Tokens], continuations: Sequence[Tokens], *, adapter: str | None = None
    ) -> list[Reading[tuple[float, ...]]]:
        """See `Engine.loglikelihood`."""
        wanted = [torch.tensor(c, device=self._device, dtype=torch.long) for c in continuations]

        def pick(index: int, logits: Any) -> tuple[float, ...]:  # noqa: ANN401
            rows = logits[: len(wanted[index])]
            return tuple((rows.gather(1, wanted[index][:, None])[:, 0] - rows.logsumexp(-1)).tolist())

        sequences = [(*p, *c) for p, c in zip(prompts, continuations, strict=True)]
        readings = self._read(sequences, [len(p) - 1 for p in prompts], pick, adapter)
        empty = Reading[tuple[float, ...]](None, error="the continuation is empty: there is nothing to score")
        return [r if c else empty for r, c in zip(readings, continuations, strict=True)]

    def generate(
        self,
        prompts: Sequence[Tokens],
        sampling: Sampling,
        constraint: Constraint | None = None,
        *,
        adapter: str | None = None,
    ) -> list[Reading[str]]:
        """See `Engine.generate`. Sampled text is written prompt by prompt, so that a seed gives the same every time."""
        room = self.context_length - sampling.max_tokens
        errors = {i: e for i, p in enumerate(prompts) if (e := prompt_error(p, room, self._vocabulary))}
        out: dict[int, Reading[str]] = {i: Reading(None, error=e) for i, e in errors.items()}
        good = [i for i in range(len(prompts)) if i not in errors]
        size = GENERATE_BATCH if sampling.temperature == 0 else 1
        lengths = [len(prompts[i]) for i in good]
        with self._adapted(adapter):
            for batch in batches(lengths, CACHE_TOKENS):
                for start in range(0, len(batch), size):
                    members = [good[b] for b in batch[start : start + size]]
                    texts = self._write([prompts[i] for i in members], sampling, constraint)
                    out.update(zip(members, texts, strict=True))
                    report_progress(len(out), len(prompts))
        return [out[i] for i in range(len(prompts))]

    def close(self) -> None:
        """Free the model. Calling it twice is harmless."""
        self._model = None

    def _read(
        self,
        sequences: Sequence[Tokens],
        firsts: Sequence[int],
        pick: Callable[[int, Any], Numbers],
        adapter: str | None,
    ) -> list[Reading[Numbers]]:
        """`pick` applied to each sequence's logits from position `firsts[i]` on."""
        errors = {
            i: e for i, s in enumerate(sequences) if (e := prompt_error(s, self.context_length, self._vocabulary))
        }
        errors |= {i: "the prompt is empty" for i, f in enumerate(firsts) if f < 0 and i not in errors}
        out: dict[int, Reading[Numbers]] = {i: Reading(None, error=e) for i, e in errors.items()}
        good = [i for i in range(len(sequences)) if i not in errors]
        with self._adapted(adapter), torch.inference_mode():
            groups = shared_prefix_groups([sequences[i] for i in good], [firsts[i] for i in good])
            for group in groups:
                members = [good[m] for m in group.members]
                prefix = sequences[members[0]][: group.prefix]
                cache = self._forward([prefix], None, 1)[1] if prefix else None
                for row, value in self._suffixes(sequences, members, group.prefix, cache, firsts, pick):
                    cached = group.prefix if row != members[0] else 0
                    out[row] = log_probabilities(value, Usage(prompt=len(sequences[row]), cached=cached))
                    report_progress(len(out), len(sequences))
        return [out[i] for i in range(len(sequences))]

    def _suffixes(
        self,
        sequences: Sequence[Tokens],
        members: Sequence[int],
        prefix: int,
        cache: Any,  # noqa: ANN401 - a transformers Cache
        firsts: Sequence[int],
        pick: Callable[[int, Any], Numbers],
    ) -> Iterator[tuple[int, Numbers]]:
        """What is picked from each member of a group, read in batches behind their common prefix."""
        lengths = [len(sequences[i]) - prefix for i in members]
        limit = min(LOGITS_BYTES // (4 * self._vocabulary), CACHE_TOKENS)
        most = max(1, CACHE_TOKENS // (prefix + max(lengths)))
        for whole in batches(lengths, limit):
            for start in range(0, len(whole), most):
                rows = [members[b] for b in whole[start : start + most]]
                suffixes = [sequences[i][prefix:] for i in rows]
                first = min(firsts[i] for i in rows) - prefix
                keep = max(map(len, suffixes)) - first
                logits, _ = self._forward(suffixes, cache, keep)
                for place, i in enumerate(rows):
                    at = firsts[i] - prefix - first
                    yield i, pick(i, logits[place, at : len(suffixes[place]) - first])

    def _forward(self, rows: Sequence[Tokens], cache: Any, keep: int) -> tuple[Any, Any]:  # noqa: ANN401
        """Logits of the last `keep` positions (float32) and the cache behind them.

        Rows are padded on the right: a causal model never looks there, so no mask is needed.
        """
        longest = max(map(len, rows))
        ids = torch.tensor([[*row, *[0] * (longest - len(row))] for row in rows], device=self._device)
        if cache is not None:
            cache = copy.deepcopy(cache)
            cache.batch_repeat_interleave(len(rows))
        with stopping():
            out = self._model(input_ids=ids, use_cache=True, logits_to_keep=keep, **{self._cache_name: cache})
        return out.logits.float(), getattr(out, self._cache_name)

    def _write(
        self, prompts: Sequence[Tokens], sampling: Sampling, constraint: Constraint | None
    ) -> list[Reading[str]]:
        """Text for one batch, padded on the left."""
        longest = max(map(len, prompts))
        pad = self.tokenizer.eos_id or 0
        ids = torch.tensor([[*[pad] * (longest - len(p)), *p] for p in prompts], device=self._device)
        mask = torch.tensor([[*[0] * (longest - len(p)), *[1] * len(p)] for p in prompts], device=self._device)
        chosen: dict[str, Any] = {"do_sample": False, "temperature": None, "top_p": None, "top_k": None}
        if sampling.temperature > 0:
            chosen = {"do_sample": True, "temperature": sampling.temperature, "top_p": 1.0, "top_k": 0}
        processors = [self._grammar().processor(constraint)] if constraint else []
        devices = [torch.cuda.current_device()] if self._device == "cuda" else []
        # The seed is ours alone: the program's own random numbers go on as if nothing had been drawn.
        with stopping(), torch.inference_mode(), torch.random.fork_rng(devices):
            torch.manual_seed(sampling.seed)
            written = self._model.generate(
                input_ids=ids,
                attention_mask=mask,
                max_new_tokens=sampling.max_tokens,
                pad_token_id=pad,
                logits_processor=transformers.LogitsProcessorList(processors),
                **chosen,
            )
        return [
            self._reading(len(prompt), row.tolist()[longest:], sampling)
            for prompt, row in zip(prompts, written, strict=True)
        ]

    def _reading(self, read: int, ids: list[int], sampling: Sampling) -> Reading[str]:
        length = next((n for n, i in enumerate(ids) if i in self._ends), None)
        usage = Usage(prompt=read, decoded=len(ids) if length is None else length + 1)
        text = self.tokenizer.decode(tuple(ids if length is None else ids[:length]))
        cut = min((at for stop in sampling.stop if (at := text.find(stop)) >= 0), default=math.inf)
        return Reading(text if cut == math.inf else text[: int(cut)], usage)

    def _grammar(self) -> Grammars:
        if self._grammars is None:
            tokenizer = transformers.AutoTokenizer.from_pretrained(
                self._folder, local_files_only=True, trust_remote_code=False
            )
            self._grammars = Grammars(tokenizer, self._vocabulary)
        return self._grammars

    def _adapted(self, adapter: str | None) -> Adapted:
        if self._model is None:
            raise EngineError("the engine is closed: open it again")
        return Adapted(self._model, adapter)


@contextmanager
def stopping() -> Iterator[None]:
    """What torch raises where memory or a device gives out, as an error that leaves what is ranked already."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        raise EngineError(f"transformers stopped: {first_line(error)}") from error


def _cache_name(forward: Callable[..., Any]) -> str:
    """What a model calls the keys and values of a prefix: transformers 5.24 renamed them, and warns of the old name."""
    return "cache" if "cache" in inspect.signature(forward).parameters else "past_key_values"


def _load(info: ModelInfo, options: EngineOptions, device: str) -> Any:  # noqa: ANN401
    """The model in evaluation mode. Only safetensors, only from disk, never code from a model's folder."""
    dtype = options.dtype or ("float32" if device == "cpu" else "auto")
    try:
        with quiet():
            model, found = transformers.AutoModelForCausalLM.from_pretrained(
                info.folder,
                dtype=dtype,
                local_files_only=True,
                use_safetensors=True,
                trust_remote_code=False,
                output_loading_info=True,
            )
    except Exception as error:  # what a damaged or unknown model raises is not one type
        raise EngineError(f"{info.folder}: transformers cannot load it: {first_line(error)}") from error
    if found["missing_keys"]:
        # They would be random numbers.
        first = min(found["missing_keys"])
        raise EngineError(f"{info.folder}: the weights lack {first}: get the whole model again")
    return model.to(device).eval()
