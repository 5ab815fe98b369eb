from .engine import TransformersEngine as TransformersEngine
