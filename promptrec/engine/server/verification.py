"""Check that a server serves the requested model with the same tokenizer, and request completions from it."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from promptrec.engine.base import BatchRefused, Tokens
from promptrec.engine.models.registry import ModelInfo
from promptrec.engine.server.client import Client, RequestFailed
from promptrec.engine.tokenizer import ModelTokenizer
from promptrec.errors import EngineError
from promptrec.messages import Message, message

logger = logging.getLogger(__name__)

# Different tokenizers split this differently.
PROBE = "Wer's nicht glaubt: 3 ships, 2 trains! 《海》 naïve"
# Most models that a message lists.
SHOWN = 5


@dataclass(frozen=True)
class Served:
    """One model on one server."""

    client: Client
    model_id: str
    """Name of the model on the server."""
    names: frozenset[str]
    """All names that the server may give it in an answer."""
    max_model_len: int | None
    """Longest prompt with its answer in tokens; None if the server does not say."""

    def complete(
        self, prompt: Tokens, adapter: str | None, wait: Callable[[float], bool] | None, settings: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The server's answer to a prompt, checked to come from this model or adapter.

        Args:
            prompt: token IDs.
            adapter: name that the server has for a LoRA adapter.
            wait: see `Client.ask`.
            settings: further fields of the request.

        Raises:
            BatchRefused: the prompt cannot be read. RequestFailed: no answer, or one that is no completion.
        """
        requested = adapter or self.model_id
        body = {"model": requested, "prompt": list(prompt), "temperature": 0.0} | dict(settings)
        answer = self.client.ask("POST", "/completions", "choices", body, wait=wait)
        choices = answer["choices"]
        first = choices[0] if isinstance(choices, list) and choices else None
        if not isinstance(first, dict) or not isinstance(first.get("text"), str):
            raise RequestFailed("server-not-completions", permanent=True, server=self.client.address.shown)
        named = answer.get("model")
        if named and isinstance(named, str) and _last(named) not in map(_last, {requested} if adapter else self.names):
            slots = {"server": self.client.address.shown, "named": named[:100], "requested": requested}
            raise RequestFailed(message("server-other-model", **slots), permanent=True)
        return answer


def open_server(client: Client, info: ModelInfo, tokenizer: ModelTokenizer) -> Served:
    """The model of this name on the client's server.

    Raises:
        EngineError: no server answers, or not as one of this model; the message has the address that may be meant.
    """
    where = client.address.shown
    try:
        models = client.ask("GET", "/models", "data", wait=_sleep, opening=True)["data"]
        problem = None
    except (RequestFailed, BatchRefused) as error:
        problem = error
    if problem is not None:
        raise EngineError(_with_remedy(client, problem))
    listed = [model for model in models if isinstance(model, dict) and isinstance(model.get("id"), str)]
    # vLLM lists adapters beside the models that they are of.
    served = [model for model in listed if not model.get("parent")]
    if not served:
        raise EngineError("server-lists-no-models", server=where)
    model = _of_name(served, info)
    if model is None:
        ids = (*(model["id"] for model in served[:SHOWN]), *(["…"] if served[SHOWN:] else []))
        raise EngineError("server-lacks-model", server=where, ids=ids, name=info.name)
    if model["id"] != info.name:
        logger.warning("the server at %s serves %s: it is taken for %s", where, model["id"], info.name)
    root = model.get("root")
    names = {model["id"]} | {other["id"] for other in served if root and other.get("root") == root}
    longest = model.get("max_model_len")
    found = Served(
        client,
        model["id"],
        frozenset(names | ({root} if isinstance(root, str) else set())),
        longest if isinstance(longest, int) and longest > 1 else None,
    )
    _check_tokenizer(found, info, tokenizer)
    return found


def _of_name(served: list[dict[str, Any]], info: ModelInfo) -> dict[str, Any] | None:
    """The listed model with our name, from our folder, or whose name ends in ours ("org/name")."""
    for model in served:
        if model["id"] == info.name:
            return model
    names = {_last(info.name), _last(info.source)} - {""}
    for model in served:
        if str(info.path) in (model["id"], model.get("root")) or _last(model["id"]) in names:
            return model
    return None


def _last(name: str) -> str:
    return PurePath(name).name.casefold()


def _with_remedy(client: Client, problem: RequestFailed | BatchRefused) -> Message:
    """Message about a server that cannot be opened, with what to do; a proposed address has been tried."""
    address = client.address
    unreachable = isinstance(problem, RequestFailed) and problem.unreachable
    if isinstance(problem, RequestFailed) and problem.status in (401, 403):
        return problem.message
    if not unreachable:
        meant = next((url for url in address.alternatives if client.lists_models(url)), None)
        if meant:
            return message("server-meant", problem=problem.message, address=meant)
    if client.answers(address.other_scheme):
        return message("server-meant", problem=problem.message, address=address.other_scheme)
    if unreachable:
        return message("start-server", problem=problem.message)
    if address.url.endswith("/v1"):
        return problem.message
    return message("address-usually-ends", problem=problem.message)


def _check_tokenizer(served: Served, info: ModelInfo, tokenizer: ModelTokenizer) -> None:
    """Compare tokenizers if the server shows its own (vLLM does): in another one, every ID means other text."""
    theirs = served.client.tokens(served.model_id, PROBE)
    if theirs is not None and theirs != tokenizer.encode(PROBE, trusted=False):
        where = served.client.address.shown
        raise EngineError("server-other-tokenizer", server=where, served=served.model_id, name=info.name)


def _sleep(seconds: float) -> bool:
    time.sleep(seconds)
    return False
