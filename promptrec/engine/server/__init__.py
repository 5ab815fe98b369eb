"""A model behind one or several OpenAI-compatible servers: addresses, requests that are tried again, and the engine."""

from promptrec.engine.server.client import Retry
from promptrec.engine.server.engine import ServerEngine

__all__ = ["Retry", "ServerEngine"]
