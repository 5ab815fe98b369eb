from .client import Retry as Retry
from .engine import ServerEngine as ServerEngine
