"""Data sets: the name of one, or a path, becomes a labelled measure."""

from motlp.datasets.registry import load, names

__all__ = ["load", "names"]
