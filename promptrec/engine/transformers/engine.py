"""Engine that reads a model with Hugging Face transformers in this process, on whatever device torch finds."""

import copy
import inspect
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from importlib.util import find_spec
from itertools import zip_longest
from pathlib import Path
from typing import Any

from promptrec.engine.base import BaseEngine, Logprobs, Output, OutputConstraint, Sampling, Tokens, Usage
from promptrec.engine.batching import Group, batches, equal_length_batches, shared_prefix_groups
from promptrec.engine.models.gguf_conversion import quiet
from promptrec.engine.models.lora_adapter import Adapter, Adapters
from promptrec.engine.models.model_type import cache_name, check_causal, keeps_state
from promptrec.engine.models.registry import ModelInfo
from promptrec.engine.options import DEFAULTS, EngineOptions
from promptrec.engine.progress import report_progress
from promptrec.engine.tokenizer import ModelTokenizer
from promptrec.engine.transformers.grammar import Grammars
from promptrec.engine.transformers.loading import load_pretrained
from promptrec.engine.transformers.packing import OutputPosition, Row, attends_to_all, new_tokens, pack
from promptrec.engine.transformers.threads import Threads
from promptrec.errors import EngineError, InputError, MissingExtra, ModelError, first_line
from promptrec.messages import Slot, message

try:
    import torch
    import transformers
except ImportError as missing:
    raise MissingExtra(missing.name or "transformers", "transformers") from None

Pick = Callable[[Any, Sequence[OutputPosition]], Any]
"""From logits (n, vocabulary) and output positions, whose places are rows of those, a tensor (outputs, values)."""
ROW_TOKENS = 512  # in a packed row
# Greatest difference (nats) between two ways of reading the same tokens, in float32 and in half precision.
SAME_NATS, SAME_NATS_HALF = 1e-3, 0.5
# Logits of one batch take at most this many bytes; keys and values at most this many tokens.
LOGITS_BYTES = 512 * 2**20
CACHE_TOKENS = 8192
GENERATE_BATCH, ADAPTER = 16, "reading"


class TransformersEngine(BaseEngine):
    """Reads a shared prefix of the prompts of a call once. Starts in seconds."""

    name = "transformers"
    accepts = frozenset({"dtype", "max_model_len", "threads"})
    tokenizer: ModelTokenizer

    def __init__(self, info: ModelInfo, options: EngineOptions = DEFAULTS) -> None:
        self.check_options(options)
        self.model_id = info.name
        check_causal(info.folder)
        self.tokenizer = ModelTokenizer.from_folder(info.folder)
        self._folder = info.folder
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        dtype = options.dtype or ("float32" if self._device == "cpu" else "auto")
        self._model: Any = load_pretrained(info.folder, dtype).to(self._device).eval()
        self.threads = Threads.of_torch(torch, options.threads, timed=self._device == "cpu")
        self._model.register_forward_pre_hook(self.threads.choose)
        config = self._model.config.get_text_config()
        self.vocabulary_size = int(config.vocab_size)
        self.tokenizer.check_vocabulary(info.folder, self.vocabulary_size)
        own = int(getattr(config, "max_position_embeddings", 2048))
        self.context_length = min(own, options.max_model_len or own)
        self._cache_name = cache_name(self._model.forward)
        self._takes_positions = "position_ids" in inspect.signature(self._model.forward).parameters
        self._adapters = Adapters(info.folder, self.vocabulary_size)
        self._shares = self._packs = False
        self._shares, self._packs = self._try_sharing(info.folder)
        self._grammars: Grammars | None = None
        ends = self._model.generation_config.eos_token_id
        self._ends = {ends} if isinstance(ends, int) else set(ends or ())
        if self.tokenizer.eos_id is not None:
            self._ends.add(self.tokenizer.eos_id)
        # The other generation settings in a model's folder (penalties, sampling) do not apply.
        self._model.generation_config = transformers.GenerationConfig(eos_token_id=sorted(self._ends) or None)

    def _next_logprobs(
        self, prompts: Sequence[Tokens], label_ids: Sequence[int], adapter: str | None
    ) -> list[Output[Logprobs]]:
        labels = torch.tensor(list(label_ids), device=self._device, dtype=torch.long)

        def pick(logits: Any, outputs: Sequence[OutputPosition]) -> Any:  # noqa: ANN401 - see `_read`
            rows = logits[[place for place, _, _ in outputs]]
            return rows[:, labels] - rows.logsumexp(-1, keepdim=True)

        return self._read(prompts, [len(p) - 1 for p in prompts], pick, 0, adapter)

    def _loglikelihood(
        self, prompts: Sequence[Tokens], continuations: Sequence[Tokens], adapter: str | None
    ) -> list[Output[Logprobs]]:
        def pick(logits: Any, outputs: Sequence[OutputPosition]) -> Any:  # noqa: ANN401 - see `_read`
            places = [place for place, _, _ in outputs]
            tokens = [continuations[index][offset] for _, index, offset in outputs]
            return (logits[places, tokens] - logits.logsumexp(-1)[places])[:, None]

        sequences = [(*p, *c) for p, c in zip(prompts, continuations, strict=True)]
        # Nothing follows the last token, so it need not be read.
        return self._read(sequences, [len(p) - 1 for p in prompts], pick, 1, adapter)

    def _generate(
        self, prompts: Sequence[Tokens], sampling: Sampling, constraint: OutputConstraint | None, adapter: str | None
    ) -> list[Output[str]]:
        """Sampled text is generated prompt by prompt, so that a seed gives the same text every time."""
        out: dict[int, Output[str]] = {}
        # Padding on the left would get into a recurrent state, or into positions that the model cannot be given.
        size = GENERATE_BATCH if sampling.temperature == 0 and self._shares and self._takes_positions else 1
        with self.threads, self._adapted(adapter):
            for batch in batches([len(prompt) for prompt in prompts], CACHE_TOKENS):
                for start in range(0, len(batch), size):
                    members = batch[start : start + size]
                    texts = self._write([prompts[i] for i in members], sampling, constraint)
                    out.update(zip(members, texts, strict=True))
                    report_progress(len(out), len(prompts))
        return [out[i] for i in range(len(prompts))]

    def close(self) -> None:
        """Free the model. Calling it twice is harmless."""
        self.is_closed, self._model = True, None
        self._adapters.close()

    def _read(
        self, sequences: Sequence[Tokens], firsts: Sequence[int], pick: Pick, unread: int, adapter: str | None
    ) -> list[Output[Logprobs]]:
        """What `pick` takes from the logits after positions `firsts[i]` and later of each sequence.

        `unread` tokens at the end of each sequence need not be read.
        """
        texts = {i: s[: len(s) - unread] for i, s in enumerate(sequences)}
        with self.threads, self._adapted(adapter), torch.inference_mode():
            shared, values = (self._packed if self._packs else self._grouped)(texts, firsts, pick)
            for i in [i for i, numbers in values.items() if not all(map(math.isfinite, numbers))]:
                # NaN spreads to all sequences of a packed row; reading each alone shows where it comes from.
                shared[i], values[i] = 0, self._grouped({i: texts[i]}, firsts, pick)[1][i]
        return [
            Output(tuple(values[i]), Usage(prompt_tokens=len(sequence), cached_tokens=shared[i] + unread))
            for i, sequence in enumerate(sequences)
        ]

    def _packed(
        self, texts: Mapping[int, Tokens], firsts: Sequence[int], pick: Pick, length: int = ROW_TOKENS
    ) -> tuple[dict[int, int], dict[int, list[float]]]:
        """Number of shared tokens of each text, and its values, read in packed rows of `length` new tokens."""
        indices = list(texts)
        read = new_tokens(list(texts.values()))
        shared = {i: len(texts[i]) - new for i, new in zip(indices, read, strict=True)}
        values: dict[int, list[float]] = {i: [] for i in indices}
        length = max(1, min(length, LOGITS_BYTES // (4 * self.vocabulary_size)))
        rows = pack(list(texts.values()), [firsts[i] for i in indices], length)
        cache = None
        for number, (row, following) in enumerate(zip_longest(rows, rows[1:]), start=1):
            outputs = [(place, indices[n], offset) for place, n, offset in row.outputs]
            places = sorted({place for place, _, _ in outputs})
            logits, cache = self._forward_row(row, cache, places)
            cache = keep_columns(cache, following.past) if following else None
            add_values(values, logits, places, outputs, pick)
            report_progress(number, len(rows))
        return shared, values

    def _forward_row(self, row: Row, cache: Any, places: Sequence[int]) -> tuple[Any, Any]:  # noqa: ANN401
        """Logits after some places of a packed row (float32), and the cache of all its columns."""
        seen = torch.tensor(row.mask(), device=self._device)[None, None]
        dtype = self._model.dtype
        hidden = torch.zeros(seen.shape, dtype=dtype, device=self._device)
        hidden.masked_fill_(~seen, torch.finfo(dtype).min)
        with torch_errors():
            out = self._model(
                input_ids=torch.tensor([row.ids], device=self._device),
                position_ids=torch.tensor([row.positions], device=self._device),
                attention_mask=hidden,
                use_cache=True,
                logits_to_keep=torch.tensor(places or [0], device=self._device),
                **{self._cache_name: cache},
            )
        return out.logits[0].float(), getattr(out, self._cache_name)

    def _grouped(
        self, texts: Mapping[int, Tokens], firsts: Sequence[int], pick: Pick
    ) -> tuple[dict[int, int], dict[int, list[float]]]:
        """As `_packed`, for models whose rows cannot be packed: the prefix of a group is read once.

        The rest is read in batches of equal length, without padding.
        """
        indices = list(texts)
        shared = dict.fromkeys(indices, 0)
        values: dict[int, list[float]] = {i: [] for i in indices}
        groups = [Group(0, tuple(range(len(indices))))] if indices else []
        if self._shares:
            groups = shared_prefix_groups(list(texts.values()), [firsts[i] for i in indices])
        for group in groups:
            members = [indices[n] for n in group.members]
            shared |= dict.fromkeys(members[1:], group.prefix)
            prefix = texts[members[0]][: group.prefix]
            cache = self._forward([prefix], None, 1)[1] if prefix else None
            lengths = [len(texts[i]) for i in members]
            tokens = min(CACHE_TOKENS, LOGITS_BYTES // (4 * self.vocabulary_size))
            for batch in equal_length_batches(lengths, max(1, tokens // max(lengths))):
                rows = [members[n] for n in batch]
                first = min(firsts[i] for i in rows)
                logits, _ = self._forward([texts[i][group.prefix :] for i in rows], cache, lengths[batch[0]] - first)
                for i, row in zip(rows, logits, strict=True):
                    start = firsts[i] - first
                    outputs = [(place, i, place - start) for place in range(start, len(row))]
                    add_values(values, row, range(len(row)), outputs, pick)
                report_progress(sum(map(bool, values.values())), len(texts))
        return shared, values

    def _forward(self, rows: Sequence[Tokens], cache: Any, keep: int) -> tuple[Any, Any]:  # noqa: ANN401
        """Logits of the last `keep` positions (float32) of rows of equal length, and the cache after them."""
        ids = torch.tensor([list(row) for row in rows], device=self._device)
        if cache is not None:
            cache = copy.deepcopy(cache)
            cache.batch_repeat_interleave(len(rows))
        with torch_errors():
            before = {} if cache is None else {self._cache_name: cache}
            out = self._model(input_ids=ids, use_cache=True, logits_to_keep=keep, **before)
        return out.logits.float(), getattr(out, self._cache_name, None)

    def _try_sharing(self, folder: Path) -> tuple[bool, bool]:
        """Whether prefixes may be shared, and whether rows may be packed: tried on a few tokens.

        Both must give the values of sequences that are read alone.
        """
        tokens = [(7 + 31 * n) % self.vocabulary_size for n in range(26)]
        texts = dict(enumerate((*tokens[:n], *tokens[m:]) for n, m in ((18, 18), (18, 21), (22, 24))))
        firsts = [17] * len(texts)  # shorter prefixes are never shared

        def pick_all(logits: Any, outputs: Sequence[OutputPosition]) -> Any:  # noqa: ANN401 - see `_read`
            return logits[[place for place, _, _ in outputs]].log_softmax(-1)

        with self.threads, torch.inference_mode():
            try:
                alone = self._grouped(texts, firsts, pick_all)[1]
            except Exception as error:  # models that need more than tokens raise errors of any type
                raise ModelError("model-unreadable", folder=folder, why=first_line(error)) from error
            ahead = self._grouped({0: texts[0][:20]}, firsts, pick_all)[1][0]
            if not all(map(math.isfinite, ahead)):
                raise ModelError("model-gives-no-numbers", path=folder)
            if not self._alike(ahead, alone[0][: len(ahead)]):
                raise ModelError("model-looks-ahead", path=folder)
            config = self._model.config.to_dict()
            self._shares = not keeps_state(config)
            if self._shares:
                self._shares = self._agrees(alone, lambda: self._grouped(texts, firsts, pick_all))
            packs = attends_to_all(config)
            packs = packs and self._agrees(alone, lambda: self._packed(texts, firsts, pick_all, length=7))
        return self._shares, packs

    def _agrees(self, alone: Mapping[int, list[float]], read: Callable[[], tuple[Any, dict[int, list[float]]]]) -> bool:
        try:
            values = read()[1]
        except Exception:  # models that take no such cache or mask raise errors of any type
            return False
        return all(self._alike(alone[i], values[i]) for i in alone)

    def _alike(self, some: Sequence[float], others: Sequence[float]) -> bool:
        most = max(abs(a - b) for a, b in zip(some, others, strict=True))
        return most < (SAME_NATS if self._model.dtype == torch.float32 else SAME_NATS_HALF)

    def _write(
        self, prompts: Sequence[Tokens], sampling: Sampling, constraint: OutputConstraint | None
    ) -> list[Output[str]]:
        longest = max(map(len, prompts))
        pad = self.tokenizer.eos_id or 0
        ids = torch.tensor([[*[pad] * (longest - len(p)), *p] for p in prompts], device=self._device)
        mask = torch.tensor([[*[0] * (longest - len(p)), *[1] * len(p)] for p in prompts], device=self._device)
        chosen: dict[str, Any] = {"do_sample": False, "temperature": None, "top_p": None, "top_k": None}
        if sampling.temperature > 0:
            chosen = {"do_sample": True, "temperature": sampling.temperature, "top_p": 1.0, "top_k": 0}
        processors = [self._grammar().processor(constraint)] if constraint else []
        devices = [torch.cuda.current_device()] if self._device == "cuda" else []
        # The random state of the program is restored afterwards.
        with torch_errors(), torch.inference_mode(), torch.random.fork_rng(devices):
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
            self._output(len(prompt), row.tolist()[longest:], sampling)
            for prompt, row in zip(prompts, written, strict=True)
        ]

    def _output(self, read: int, ids: list[int], sampling: Sampling) -> Output[str]:
        length = next((n for n, i in enumerate(ids) if i in self._ends), None)
        usage = Usage(prompt_tokens=read, decoded_tokens=len(ids) if length is None else length + 1)
        text = self.tokenizer.decode(tuple(ids if length is None else ids[:length]))
        return Output(sampling.truncate(text), usage)

    def _grammar(self) -> Grammars:
        if self._grammars is None:
            load = transformers.AutoTokenizer.from_pretrained
            tokenizer = load(self._folder, local_files_only=True, trust_remote_code=False)
            self._grammars = Grammars(tokenizer, self.vocabulary_size)
        return self._grammars

    @contextmanager
    def _adapted(self, source: str | None) -> Iterator[None]:
        """Read with the adapter in a folder during the block, and with the base model after it."""
        if source is None:
            yield
            return
        if find_spec("peft") is None:
            raise MissingExtra("peft", "lora")
        adapter = self._adapters.get(source, lambda new, labels, adapted: self._probe(new, labels, source, adapted))
        with self._with_adapter(adapter, source):
            yield

    def _probe(self, adapter: Adapter, labels: Sequence[int], source: str, adapted: bool) -> list[float]:
        """Log-probabilities of the labels after an adapter's probe, with the adapter or without."""

        def pick(logits: Any, outputs: Sequence[OutputPosition]) -> Any:  # noqa: ANN401 - see `_read`
            return logits.log_softmax(-1)[:, labels]

        with self._with_adapter(adapter, source) if adapted else nullcontext(), torch.inference_mode():
            return self._grouped({0: adapter.probe}, [len(adapter.probe) - 1], pick)[1][0]

    @contextmanager
    def _with_adapter(self, adapter: Adapter, source: str) -> Iterator[None]:
        try:
            try:
                with quiet():
                    found = self._model.load_adapter(str(adapter.folder), adapter_name=ADAPTER)
                odd = found.missing_keys | found.unexpected_keys
                why: Slot | None = message("tensor-in-one-only", name=min(odd)) if odd else None
            except Exception as error:  # foreign or damaged adapters raise errors of any type
                why = first_line(error)
            if why is not None:
                raise InputError("adapter-does-not-fit", path=source, why=why)
            yield
        finally:
            # Also after an adapter that failed to load.
            if ADAPTER in getattr(self._model, "peft_config", {}):
                self._model.delete_adapter(ADAPTER)


def add_values(
    values: Mapping[int, list[float]],
    logits: Any,  # noqa: ANN401 - a tensor (places, vocabulary)
    places: Sequence[int],
    outputs: Sequence[OutputPosition],
    pick: Pick,
) -> None:
    """Append the picked values to those of each sequence; `places` are the positions of the logits."""
    row = {place: n for n, place in enumerate(places)}
    numbers = pick(logits, [(row[place], i, offset) for place, i, offset in outputs]).tolist() if outputs else []
    for (_, i, _), some in zip(outputs, numbers, strict=True):
        values[i].extend(some)


def keep_columns(cache: Any, columns: Sequence[int]) -> Any:  # noqa: ANN401 - a transformers Cache
    """The cache with the keys and values of these columns only, in this order."""
    for layer in cache.layers:
        index = torch.tensor(columns, device=layer.keys.device, dtype=torch.long)
        layer.keys, layer.values = layer.keys.index_select(2, index), layer.values.index_select(2, index)
    return cache


@contextmanager
def torch_errors() -> Iterator[None]:
    """Raise torch's errors about memory or devices as EngineError."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        raise EngineError("transformers-stopped", why=first_line(error)) from error
