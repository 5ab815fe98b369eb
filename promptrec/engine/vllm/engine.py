"""Engine that reads a model with vLLM in this process: its CUDA build on a GPU, its CPU build elsewhere."""

import ctypes
import gc
import os
import sys
import uuid
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from weakref import WeakSet

from promptrec.engine.base import (
    LABELS_PER_REQUEST,
    BaseEngine,
    BatchRefused,
    Logprobs,
    Output,
    OutputConstraint,
    Sampling,
    Tokens,
    Usage,
    bisect,
)
from promptrec.engine.batching import sharing_chunks
from promptrec.engine.models.lora_adapter import Adapter, Adapters
from promptrec.engine.models.model_type import check_causal, headless, longest_sequence
from promptrec.engine.models.registry import ModelInfo
from promptrec.engine.options import DEFAULTS, EngineOptions
from promptrec.engine.progress import report_progress
from promptrec.engine.tokenizer import ModelTokenizer
from promptrec.engine.vllm.scoring import Gap, choose_scoring, fill_gaps
from promptrec.errors import EngineError, InputError, MissingExtra, ModelError, first_line
from promptrec.messages import reason

QUIET = {
    "VLLM_LOGGING_LEVEL": "ERROR",
    "VLLM_NO_USAGE_STATS": "1",
    "DO_NOT_TRACK": "1",
    "HF_HUB_OFFLINE": "1",
    # In this process: it loads in seconds, needs no __main__ guard, and dies with us.
    "VLLM_ENABLE_V1_MULTIPROCESSING": "0",
}


def set_environment() -> None:
    """To be called before vLLM is imported."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    if not Path("/dev/nvidiactl").exists():
        # The default binds one core of two.
        os.environ.setdefault("VLLM_CPU_OMP_THREADS_BIND", ",".join(map(str, sorted(os.sched_getaffinity(0)))))
        os.environ.setdefault("VLLM_HOST_IP", "127.0.0.1")
        # Even in eager mode small functions are compiled, which needs a compiler and breaks on paths with a space.
        os.environ.setdefault("TORCHDYNAMO_DISABLE", "1")


@contextmanager
def without_modules(*names: str) -> Iterator[None]:
    """Take modules out of `sys.modules` for the block; code that has imported them already does not notice."""
    taken = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    try:
        yield
    finally:
        sys.modules.update(taken)


OPEN: "WeakSet[VllmEngine]" = WeakSet()
CLOSED: list[Any] = []
CPU_CONTEXT = 2048
CPU_BLOCK = 32
CPU_CACHE_BYTES = 2**30
"""Room for the prefix cache on a CPU. The environment's VLLM_CPU_KVCACHE_SPACE (in GiB) is stronger."""


class VllmEngine(BaseEngine):
    """Leaves batching, prefix caching and scheduling to vLLM."""

    name = "vllm"
    accepts = frozenset(
        {"dtype", "max_model_len", "tensor_parallel_size", "gpu_memory_utilization", "quantization", "max_lora_rank"}
    )
    labels_per_request = LABELS_PER_REQUEST
    least_decoded = 1

    def __init__(self, info: ModelInfo, options: EngineOptions = DEFAULTS) -> None:
        self.check_options(options)
        self.model_id = info.name
        check_causal(info.folder)
        self.tokenizer = ModelTokenizer.from_folder(info.folder)
        without = headless(info.folder)
        if without is not None:
            raise ModelError("model-without-head", folder=info.folder, without=without)
        self._vllm = _import_vllm()
        self._llm: Any = _load(self._vllm, info, options)
        OPEN.add(self)
        self._scoring = choose_scoring(self._vllm, self._llm)
        config = self._llm.llm_engine.model_config
        self.context_length = int(config.max_model_len) - self.least_decoded
        self.vocabulary_size = int(config.get_vocab_size())
        self.tokenizer.check_vocabulary(info.folder, self.vocabulary_size)
        cache = self._llm.llm_engine.vllm_config.cache_config
        self._cache_tokens = int(cache.num_gpu_blocks or 0) * int(cache.block_size)
        self._max_rank = options.max_lora_rank or 0
        self._adapters = Adapters(info.folder, self.vocabulary_size)
        self._numbers: dict[str, int] = {}

    def _next_logprobs(
        self, prompts: Sequence[Tokens], label_ids: Sequence[int], adapter: str | None
    ) -> list[Output[Logprobs]]:
        params = self._params(max_tokens=1, logprob_token_ids=list(label_ids), detokenize=False)
        done = self._run(prompts, params, adapter)
        rows = [final.outputs[0].logprobs[0] for final in done]
        return [
            Output(tuple(row[label].logprob for label in label_ids), _usage(final))
            for row, final in zip(rows, done, strict=True)
        ]

    def _loglikelihood(
        self, prompts: Sequence[Tokens], continuations: Sequence[Tokens], adapter: str | None
    ) -> list[Output[Logprobs]]:
        """Prompts that several continuations share are read once."""
        out: dict[int, Output[Logprobs]] = {}
        # Half of the cache for prompts, the other half for the continuations that are being read.
        for chunk in sharing_chunks(dict(enumerate(prompts)), self._cache_tokens // 2):
            scored = bisect(
                lambda some: self._scored([prompts[i] for i in some], [continuations[i] for i in some], adapter), chunk
            )
            out.update(zip(chunk, scored, strict=True))
            report_progress(len(out), len(prompts))
        return [out[i] for i in range(len(prompts))]

    def _generate(
        self, prompts: Sequence[Tokens], sampling: Sampling, constraint: OutputConstraint | None, adapter: str | None
    ) -> list[Output[str]]:
        params = self._params(
            max_tokens=sampling.max_tokens,
            temperature=sampling.temperature,
            seed=sampling.seed if sampling.temperature > 0 else None,
            stop=list(sampling.stop) or None,
            structured_outputs=self._structured(constraint),
            skip_special_tokens=False,
        )
        return [_text_output(done) for done in self._run(prompts, params, adapter)]

    def close(self) -> None:
        """Free the model once no other engine is open: vLLM ends all of a process. Calling it twice is harmless."""
        if self._llm is not None:
            OPEN.discard(self)
            CLOSED.append(self._llm)
            self.is_closed, self._llm = True, None
            self._adapters.close()
            if not OPEN:
                while CLOSED:
                    CLOSED.pop().llm_engine.engine_core.shutdown()
                _return_memory()

    def _scored(
        self, prompts: Sequence[Tokens], continuations: Sequence[Tokens], adapter: str | None
    ) -> list[Output[Logprobs]]:
        """Outputs of one chunk, after prompts that occur more than once are read into the prefix cache."""
        # A fresh salt each time: what was scored earlier cannot be in the cache.
        salt = uuid.uuid4().hex
        repeated = [prompt for prompt, times in Counter(prompts).items() if times > 1]
        self._run(repeated, self._params(max_tokens=1, detokenize=False), adapter, salt)
        pairs = list(zip(prompts, continuations, strict=True))
        sequences = [(*p, *c) for p, c in pairs]
        params = [self._scoring.params(p, c, from_cache=bool(repeated)) for p, c in pairs]
        if self._max_rank:
            # vLLM 0.32 with LoRA breaks where it scores the prompts of several requests at once.
            done = [self._run([s], [p], adapter, salt)[0] for s, p in zip(sequences, params, strict=True)]
        else:
            done = self._run(sequences, params, adapter, salt)
        read = [self._scoring.read(final, len(prompt)) for final, prompt in zip(done, prompts, strict=True)]
        values = fill_gaps(prompts, continuations, read, lambda gaps: self._fill(gaps, adapter, salt))
        return [Output(row, _usage(final)) for row, final in zip(values, done, strict=True)]

    def _fill(self, gaps: Sequence[Gap], adapter: str | None, salt: str) -> list[float]:
        """The log-probability of single tokens after prefixes that are mostly in the cache."""
        requests: dict[tuple[Tokens, int], list[int]] = {}  # by prefix and number: each has room for so many tokens
        counts = Counter[Tokens]()
        keys = []
        for prefix, token in gaps:
            key = (prefix, counts[prefix] // LABELS_PER_REQUEST)
            requests.setdefault(key, []).append(token)
            counts[prefix] += 1
            keys.append((key, token))
        params = [self._params(max_tokens=1, logprob_token_ids=ids, detokenize=False) for ids in requests.values()]
        done = self._run([prefix for prefix, _ in requests], params, adapter, salt)
        rows = {key: final.outputs[0].logprobs[0] for key, final in zip(requests, done, strict=True)}
        return [rows[key][token].logprob for key, token in keys]

    def _run(
        self,
        prompts: Sequence[Tokens],
        params: Any,  # noqa: ANN401 - one for all prompts, or a list with one for each
        adapter: str | None,
        salt: str | None = None,
    ) -> list[Any]:
        """Finished requests of vLLM, which refuses all of them if it refuses one."""
        if not prompts:
            return []
        requests = [{"prompt_token_ids": list(p)} | ({"cache_salt": salt} if salt else {}) for p in prompts]
        lora = self._lora(adapter)
        from vllm.exceptions import VLLMClientError

        try:
            return list(self._llm.generate(requests, params, use_tqdm=False, lora_request=lora))
        except (VLLMClientError, ValueError) as error:
            raise BatchRefused("vllm-refuses", why=first_line(error)) from None
        except Exception as error:  # a failing engine raises errors of any type
            raise EngineError("vllm-stopped", why=first_line(error)) from error
        finally:
            self._abandon()

    def _abandon(self) -> None:
        """Drop what is still waiting after an interrupt: the next call would get its answers among its own."""
        engine = self._llm.llm_engine
        if engine.has_unfinished_requests():
            engine.abort_request(list(engine.output_processor.request_states), internal=True)

    def _params(self, *, temperature: float = 0.0, **settings: Any) -> Any:  # noqa: ANN401
        return self._vllm.SamplingParams(temperature=temperature, **settings)

    def _structured(self, constraint: OutputConstraint | None) -> Any:  # noqa: ANN401
        if constraint is None:
            return None
        from vllm.sampling_params import StructuredOutputsParams

        choice = list(constraint.choice) if constraint.choice is not None else None
        return StructuredOutputsParams(choice=choice, regex=constraint.regex, grammar=constraint.grammar)

    def _lora(self, adapter: str | None) -> Any:  # noqa: ANN401
        if adapter is None:
            return None
        if not self._max_rank:
            raise InputError("vllm-without-adapters")
        found = self._adapters.get(adapter, lambda new, labels, adapted: self._probe(new, labels, adapter, adapted))
        return self._lora_request(found)

    def _lora_request(self, adapter: Adapter) -> Any:  # noqa: ANN401 - a vLLM LoRARequest
        """The adapter for vLLM, which keys its cache by name and path: both depend on the adapter's content."""
        from vllm.lora.request import LoRARequest

        number = self._numbers.setdefault(adapter.sha256, len(self._numbers) + 1)
        return LoRARequest(adapter.sha256, number, str(adapter.folder))

    def _probe(self, adapter: Adapter, labels: Sequence[int], source: str, adapted: bool) -> Sequence[float]:
        """Log-probabilities of the labels after an adapter's probe, with the adapter or without."""
        if adapter.rank > self._max_rank:
            raise InputError("adapter-rank-too-high", path=source, rank=adapter.rank, most=self._max_rank)
        if adapted:
            try:
                self._llm.llm_engine.add_lora(self._lora_request(adapter))
            except Exception as error:  # foreign or damaged adapters raise errors of any type
                raise InputError("adapter-does-not-fit", path=source, why=first_line(error)) from None
        return self._next_logprobs([adapter.probe], labels, source if adapted else None)[0].get()


def _text_output(done: Any) -> Output[str]:  # noqa: ANN401 - a vLLM RequestOutput
    """Text of a finished request, or an error: requests that vLLM gave up, as for a bad constraint, have text too."""
    text = done.outputs[0]
    usage = _usage(done) + Usage(decoded_tokens=len(text.token_ids))
    if text.finish_reason not in ("stop", "length"):
        return Output(None, usage, reason("vllm-gave-up", finish=text.finish_reason))
    return Output(text.text, usage)


def _usage(done: Any) -> Usage:  # noqa: ANN401 - a vLLM RequestOutput
    return Usage(prompt_tokens=len(done.prompt_token_ids), cached_tokens=done.num_cached_tokens or 0)


def _return_memory() -> None:
    """To the system: weights are in reference cycles, and glibc keeps what is freed between blocks in use."""
    gc.collect()
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "malloc_trim"):
        libc.malloc_trim(0)


def _import_vllm() -> Any:  # noqa: ANN401
    set_environment()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import vllm
    except ImportError as error:
        if error.name == "vllm":
            raise MissingExtra("vllm", "vllm", "vllm-cpu") from None
        raise EngineError("vllm-not-imported", why=error) from error
    return vllm


def _load(vllm: Any, info: ModelInfo, options: EngineOptions) -> Any:  # noqa: ANN401
    """The model, with the options that are set and defaults that suit a CPU or a GPU."""
    from vllm.platforms import current_platform

    wanted = options.given()
    if options.max_lora_rank is not None:
        wanted["enable_lora"] = True
    if current_platform.is_cpu():
        # bfloat16 is several times slower than float32 here; compiling takes longer than it saves; with the default
        # block of 128 tokens, prefixes shorter than that are never shared.
        longest = min(CPU_CONTEXT, longest_sequence(info.folder) or CPU_CONTEXT)
        defaults = {"dtype": "float32", "enforce_eager": True, "block_size": CPU_BLOCK, "max_model_len": longest}
        defaults["kv_cache_memory_bytes"] = CPU_CACHE_BYTES
    else:
        defaults = {"dtype": "auto"}
    preloaded = os.environ.get("LD_PRELOAD")
    try:
        # Starting, vLLM looks for its kernels in every module, and breaks on an object of llvmlite's (which numba
        # brings) that has every attribute one asks for.
        with warnings.catch_warnings(), without_modules("llvmlite.binding.ffi"):
            warnings.simplefilter("ignore")
            settings = defaults | wanted
            return vllm.LLM(model=str(info.folder), enable_prefix_caching=True, use_tqdm_on_load=False, **settings)
    except Exception as error:  # vLLM raises errors of any type while starting
        raise EngineError("vllm-cannot-load", folder=info.folder, why=first_line(error)) from error
    finally:
        # vLLM sets it for workers it might start. Every other program that this one starts would get it too, and
        # complain where the path has a space.
        os.environ.pop("LD_PRELOAD", None)
        if preloaded is not None:
            os.environ["LD_PRELOAD"] = preloaded
