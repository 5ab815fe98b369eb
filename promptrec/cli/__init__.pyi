from .main import COMMANDS as COMMANDS
from .main import build_app as build_app
