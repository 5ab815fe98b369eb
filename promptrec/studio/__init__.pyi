from .app import create_app as create_app
from .model import Model as Model
from .session import Session as Session
from .workspace import Workspace as Workspace
