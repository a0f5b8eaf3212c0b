"""Executors on a Dask cluster: of this machine, or one that runs already."""

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from motlp.errors import MotlpError

SECONDS_TO_ANSWER = 5.0


class ClusterUnavailable(MotlpError):
    """No Dask, or no scheduler at the address."""


@contextmanager
def dask_executor(address: str) -> Iterator[Executor]:
    """An executor on the cluster at `address`, such as tcp://host:8786, or on a new one here for "local".

    A worker that dies is no harm: its tasks run again on another.

    Raises:
        ClusterUnavailable: the extra is not installed, or nobody answers within seconds.
    """
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise ClusterUnavailable("Dask is not installed: pip install 'motlp[distributed]'.") from None
    if address == "local":
        with LocalCluster(threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
            yield client.get_executor()
        return
    try:
        client = Client(address, timeout=SECONDS_TO_ANSWER)
    except (OSError, ValueError, TypeError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ClusterUnavailable(
            f"no Dask scheduler answers at {address!r} ({reason}); start one with `dask scheduler`, or say local."
        ) from None
    with client:
        yield client.get_executor()
