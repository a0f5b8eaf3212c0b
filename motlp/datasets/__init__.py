"""Data sets: the name of one, or a path, becomes a labelled measure.

`load` is loaded when it is first used, as it needs NumPy, and names are refused without it.
"""

from motlp.datasets.registry import names

TYPE_CHECKING = False  # as `typing` has it, for the static checkers alone
if TYPE_CHECKING:
    from motlp.datasets.loading import load as load

__all__ = ["load", "names"]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name != "load":
            raise AttributeError(f"module 'motlp.datasets' has no attribute {name!r}")
        from motlp.datasets.loading import load

        globals()["load"] = load
        return load
