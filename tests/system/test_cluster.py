"""Dask: the same answers from many processes, whatever happens to them."""

import json
import os
import signal
import socket
import threading
from dataclasses import asdict
from fractions import Fraction

import numpy as np
import pytest
from support.command import run

import motlp
from motlp.datasets import load
from motlp.errors import TooManyInteractions
from motlp.geometry.pairs import pairs_within
from motlp.problem.interactions import interactions
from motlp.system.cluster import ClusterUnavailable, dask_executor
from motlp.system.progress import Progress

distributed = pytest.importorskip("distributed", reason="needs the extra 'distributed'")


@pytest.fixture(scope="module")
def cluster():
    """A scheduler and two workers, processes of their own, on the loopback interface."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0", silence_logs=60
    ) as cluster:
        yield cluster


def workers(cluster) -> dict[str, int]:
    """Process numbers of the workers by address."""
    with distributed.Client(cluster.scheduler_address) as client:
        return client.run(os.getpid)


def test_a_worker_that_is_killed_changes_nothing(cluster, monkeypatch):
    monkeypatch.setattr("motlp.geometry.pairs._TASK_BYTES", 2**18)  # tens of tasks
    rng = np.random.default_rng(0)
    points = rng.integers(0, 256, (9000, 48), dtype=np.uint8)
    labels = np.sort(rng.integers(0, 5, 9000)).astype(np.int32)
    limit = Fraction(440**2)
    before, victims = workers(cluster), []

    class KillsOne(Progress):
        def update(self, stage: str, done: float, total: float) -> None:
            assert total > 20
            if done == 5:
                victims.append(next(iter(before.values())))
                os.kill(victims[0], signal.SIGKILL)

    alone = pairs_within(points, labels, limit, "l2")
    with dask_executor(cluster.scheduler_address) as executor:
        together = pairs_within(points, labels, limit, "l2", executor=executor, progress=KillsOne())
    assert len(victims) == 1
    assert len(alone.indices) > 100
    for one, other in zip(alone, together, strict=True):
        assert (one.dtype, one.tobytes()) == (other.dtype, other.tobytes())
    assert victims[0] not in workers(cluster).values()


def test_interactions_and_sweeps_are_the_same_there(cluster):
    measure = load("gaussians", per_class=12)
    with dask_executor(cluster.scheduler_address) as executor:
        hypergraph = interactions(measure, motlp.Ball("l2"), "0.8", 3, executor=executor)
        rows = motlp.sweep(measure, ["0.4", "0.8"], orders=[2, 3], framework="matrix", executor=executor)
        with pytest.raises(TooManyInteractions, match="72 of order 1 and about"):
            interactions(measure, motlp.Ball("l2"), 5, 3, executor=executor, most=200)
    here = interactions(measure, motlp.Ball("l2"), "0.8", 3)
    assert [m.tobytes() for m in hypergraph.members] == [m.tobytes() for m in here.members]
    assert [b.tobytes() for b in hypergraph.births] == [b.tobytes() for b in here.births]
    alone = motlp.sweep(measure, ["0.4", "0.8"], orders=[2, 3], framework="matrix")
    assert [asdict(row) | {"seconds": 0} for row in rows] == [asdict(row) | {"seconds": 0} for row in alone]


def test_command_line(cluster):
    words = ("bound", "digits", "--per-class", 100, "--eps", 1, "--json", "--quiet", "--dask")
    code, out, err = run(*words, cluster.scheduler_address)
    assert (code, err) == (0, "")
    assert json.loads(out)["interactions"] == {"1": 1000, "2": 2361, "3": 38}


def test_an_error_of_a_worker_comes_back_as_it_is(cluster):
    with dask_executor(cluster.scheduler_address) as executor:
        for error in (TooManyInteractions("far too many"), motlp.errors.UnknownName("norm", "l3", ("l2", "l1"))):
            with pytest.raises(type(error)) as caught:
                executor.submit(raised, error).result()
            assert str(caught.value) == str(error)


def raised(error: Exception) -> None:
    raise error


def test_a_scheduler_that_goes_away():
    settings = {"n_workers": 1, "processes": False, "dashboard_address": "127.0.0.1:0", "silence_logs": 60}
    with distributed.LocalCluster(**settings) as cluster:
        address = cluster.scheduler_address

        def lose_the_scheduler() -> None:
            with dask_executor(address) as executor:
                assert executor.submit(pow, 2, 3).result() == 8
                cluster.close()
                executor.submit(pow, 2, 4).result()

        with pytest.raises(ClusterUnavailable, match=f"the Dask scheduler at {address} went away"):
            lose_the_scheduler()


@pytest.mark.parametrize(
    "address", ["nowhere", "", "tcp://", "smoke://there:1", "tcp://127.0.0.1:1", "127.0.0.1:99999"]
)
def test_addresses_where_nobody_is(address, monkeypatch):
    monkeypatch.setattr("motlp.system.cluster.SECONDS_TO_ANSWER", 1.2)
    with pytest.raises(ClusterUnavailable, match="no Dask scheduler answers") as caught, dask_executor(address):
        pass
    assert "\n" not in str(caught.value)


def test_a_port_that_is_none_stands_for_no_other(cluster):
    """The port modulo 65,536 would be that of a scheduler that answers."""
    host, port = cluster.scheduler_address.rsplit(":", 1)
    with pytest.raises(ClusterUnavailable, match="the last is 65535"), dask_executor(f"{host}:{int(port) + 65_536}"):
        pass


@pytest.mark.parametrize("greeting", [b"", b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n"])
def test_something_else_that_listens(greeting, monkeypatch):
    monkeypatch.setattr("motlp.system.cluster.SECONDS_TO_ANSWER", 1.2)
    with socket.create_server(("127.0.0.1", 0)) as server:
        answering = threading.Thread(target=lambda: held.append(server.accept()[0]) or held[0].sendall(greeting))
        held: list[socket.socket] = []
        answering.start()
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(ClusterUnavailable, match="no Dask scheduler answers"), dask_executor(address):
            pass
        answering.join()
        held[0].close()
