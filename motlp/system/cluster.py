"""Executors on a Dask cluster: of this machine, or one that runs already."""

import asyncio
import logging
import os
import signal
import warnings
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from multiprocessing import resource_tracker

from motlp.errors import MotlpError

SECONDS_TO_ANSWER = 5.0
SILENCE = logging.CRITICAL + 1


class ClusterUnavailable(MotlpError):
    """No Dask, no scheduler at the address, or a cluster that was lost on the way."""


@contextmanager
def dask_executor(address: str) -> Iterator[Executor]:
    """An executor on the cluster at `address`, such as tcp://host:8786, or on a new one here for "local".

    A worker that dies is no harm: its tasks run again on another.

    Raises:
        ClusterUnavailable: the extra is not installed, nobody answers within seconds, or the cluster is lost.
    """
    try:
        from distributed import Client, KilledWorker, LocalCluster
    except ImportError:
        raise ClusterUnavailable("Dask is not installed: pip install 'motlp[distributed]'.") from None
    mute()
    with ExitStack() as stack:
        if address == "local":
            # Of a process that ends at Ctrl-C without tidying up; the warning would come after it.
            os.environ.setdefault("PYTHONWARNINGS", "ignore:resource_tracker:UserWarning")
            with uninterrupted():
                cluster = LocalCluster(threads_per_worker=1, dashboard_address="127.0.0.1:0", silence_logs=SILENCE)
            address = stack.enter_context(cluster).scheduler_address
        greet(address)
        client = stack.enter_context(Client(address, timeout=SECONDS_TO_ANSWER))
        try:
            yield client.get_executor()
        except KilledWorker as error:
            raise ClusterUnavailable(
                f"the workers at {address} die of what they are given ({error}); give them more memory."
            ) from None
        except Exception:
            if client.status == "running":
                raise
            raise ClusterUnavailable(f"the Dask scheduler at {address} went away; start it, and run again.") from None


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Threads and processes that are made meanwhile do not hear Ctrl-C: of workers, each would print a traceback.

    They end with the process that made them.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows has none
        yield
        return
    resource_tracker.ensure_running()  # started later, it would let Ctrl-C in again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def mute() -> None:
    """What matters of Dask's logs is told by the errors here; Dask says it over many lines."""
    for name in ["concurrent.futures", *(name for name in logging.root.manager.loggerDict if "distributed" in name)]:
        logging.getLogger(name).setLevel(SILENCE)
    warnings.filterwarnings("ignore", "Sending large graph", UserWarning)


def greet(address: str) -> None:
    """See to it that a scheduler answers; left to itself, Dask waits forever for one that accepts and says nothing."""
    from distributed import Security
    from distributed.comm import connect

    async def hello() -> None:
        security = Security().get_connection_args("client")
        async with asyncio.timeout(SECONDS_TO_ANSWER):
            comm = await connect(address, timeout=SECONDS_TO_ANSWER - 1, **security)
        await comm.close()

    try:
        with ThreadPoolExecutor(1) as pool:  # this thread may have an event loop of its own
            pool.submit(asyncio.run, hello()).result()
    except Exception as error:  # of addresses, of the network, of whatever else listens there
        known = isinstance(error, OSError | TypeError | ValueError)
        reason = " ".join(str(error).split()) or "no answer" if known else "what answers there is something else"
        raise ClusterUnavailable(
            f"no Dask scheduler answers at {address!r} ({reason}); start one with `dask scheduler`, or say local."
        ) from None
