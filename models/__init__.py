"""The formulations, one mathematical model a file, each declared in every framework.

motlp finds them by the entry points `motlp.models` in pyproject.toml, as it finds those of other packages.
"""
