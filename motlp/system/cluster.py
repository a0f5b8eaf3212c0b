"""Executors on a Dask cluster: a new one on this machine, or one that runs already."""

import asyncio
import logging
import os
import signal
import warnings
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from multiprocessing import resource_tracker

from motlp.errors import MotlpError, one_line

SECONDS_TO_ANSWER = 5.0
LAST_PORT = 65_535
NO_LOGS = logging.CRITICAL + 1  # a level above all messages


class ClusterUnavailable(MotlpError):
    """Dask is not installed, no scheduler answers at the address, or the cluster was lost during the work."""


@contextmanager
def dask_executor(address: str) -> Iterator[Executor]:
    """An executor on the cluster at `address`, such as tcp://host:8786, or on a new one here for "local".

    The tasks of a worker that dies run again on another.

    Raises:
        ClusterUnavailable: Dask is not installed, no scheduler answers within seconds, or the cluster is lost.
    """
    try:
        from distributed import Client, KilledWorker, LocalCluster
    except ImportError:
        raise ClusterUnavailable("Dask is not installed: pip install 'motlp[distributed]'.") from None
    silence_logs()
    with ExitStack() as stack:
        if address == "local":
            # At Ctrl-C the process ends without cleaning up, and a helper of multiprocessing would warn of that.
            os.environ.setdefault("PYTHONWARNINGS", "ignore:resource_tracker:UserWarning")
            with block_interrupts():
                cluster = LocalCluster(threads_per_worker=1, dashboard_address="127.0.0.1:0", silence_logs=NO_LOGS)
            address = stack.enter_context(cluster).scheduler_address
        check_scheduler(address)
        client = stack.enter_context(Client(address, timeout=SECONDS_TO_ANSWER))
        try:
            yield client.get_executor()
        except KilledWorker as error:
            raise ClusterUnavailable(
                f"the workers at {address} died while they computed ({one_line(error)}); give them more memory."
            ) from None
        except Exception:
            if client.status == "running":
                raise
            raise ClusterUnavailable(f"the Dask scheduler at {address} went away; start it, and run again.") from None


@contextmanager
def block_interrupts() -> Iterator[None]:
    """Threads and processes that start in this block ignore Ctrl-C, at which every worker would print a traceback.

    They end with the process that started them.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows has none
        yield
        return
    resource_tracker.ensure_running()  # if it started inside the block, it would unblock Ctrl-C
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def silence_logs() -> None:
    """Turn off the logs of Dask: the errors here say in one line what Dask logs in many."""
    for name in ["concurrent.futures", *(name for name in logging.root.manager.loggerDict if "distributed" in name)]:
        logging.getLogger(name).setLevel(NO_LOGS)
    warnings.filterwarnings("ignore", "Sending large graph", UserWarning)


def check_scheduler(address: str) -> None:
    """Refuse an address where no scheduler answers soon. Dask itself waits forever where a connection stays silent.

    Raises:
        ClusterUnavailable: with the reason.
    """
    from distributed import Security
    from distributed.comm import connect

    async def connect_once() -> None:
        port = address.rpartition(":")[2]
        if port.isdecimal() and int(port) > LAST_PORT:  # the system would take it modulo 65,536
            raise ValueError(f"the port is {port}, and the last is {LAST_PORT}")
        security = Security().get_connection_args("client")
        async with asyncio.timeout(SECONDS_TO_ANSWER):
            comm = await connect(address, timeout=SECONDS_TO_ANSWER - 1, **security)
        await comm.close()

    try:
        with ThreadPoolExecutor(1) as pool:  # this thread may be running an event loop already
            pool.submit(asyncio.run, connect_once()).result()
    except Exception as error:  # from the address, the network, or another program that listens there
        known = isinstance(error, OSError | TypeError | ValueError)
        reason = (one_line(error) if str(error) else "no answer") if known else "another program answers there"
        raise ClusterUnavailable(
            f"no Dask scheduler answers at {address!r} ({reason}); start one with `dask scheduler`, or say local."
        ) from None
