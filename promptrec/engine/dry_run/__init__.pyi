from .engine import DryRunEngine as DryRunEngine
