from .engine import VllmEngine as VllmEngine
