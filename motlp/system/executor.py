"""What counts as an executor."""

from concurrent.futures import Executor

from motlp.errors import InvalidConfig, arg, shorten


def check_executor(value: object) -> None:
    """Refuse what cannot run tasks; None stands for threads of this process."""
    if not isinstance(value, Executor | None):
        raise InvalidConfig(
            f"{arg('executor')} is {shorten(value)}; it must be None or an executor, such as a "
            "concurrent.futures.ThreadPoolExecutor."
        )
