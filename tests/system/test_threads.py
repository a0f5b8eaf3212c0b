"""Bounds in threads, in forked processes, by any number of threads: the same, and none of the threads are numba's."""

import multiprocessing
import os
import subprocess
import sys
from concurrent.futures import Executor, ThreadPoolExecutor
from multiprocessing.connection import Connection
from threading import Event, Thread

import numba
import numpy as np
import pytest
from numba.core.registry import CPUDispatcher

from motlp.datasets import load
from motlp.problem.hypergraph import Hypergraph
from motlp.problem.interactions import interactions
from motlp.problem.threat import Ball
from motlp.solving.repair import repair_plan, repair_potential
from motlp.solving.sinkhorn import sinkhorn
from motlp.solving.sinkhorn_lp import choose_best, sinkhorn_lp
from motlp.system import threads

PATIENCE = 120.0  # seconds after which a process hangs
forks = pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="nothing forks here")


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> None:
    """However small the problem, three threads share it."""
    monkeypatch.setattr(threads, "PARALLEL", 0)
    monkeypatch.setattr(threads, "thread_count", lambda: 3)


def problem() -> Hypergraph:
    return interactions(load("digits", per_class=25), Ball("l2"), "1.3", 3)


def found(hypergraph: Hypergraph) -> list[np.ndarray]:
    """Everything that threads have a share in."""
    solution = sinkhorn(hypergraph, 1e-2)
    potential = repair_potential(hypergraph, np.linspace(0.0, 1.0, hypergraph.measure.size))
    plan = repair_plan(hypergraph, solution.regularised_plan, potential)
    chosen = choose_best(hypergraph, solution.regularised_plan, 2)
    assert solution.plan is not None
    assert solution.potential is not None
    told = np.array([solution.marginal_error, solution.regularised_objective])
    return [solution.plan, solution.potential, solution.regularised_potential, potential, plan, chosen, told]


def same(one: list[np.ndarray], other: list[np.ndarray]) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("count", [2, 7])
def test_the_answer_does_not_depend_on_the_threads(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("motlp.solving.sinkhorn_sweeps.BLOCK", 64)
    hypergraph = problem()
    alone = found(hypergraph)
    monkeypatch.setattr(threads, "PARALLEL", 0)
    monkeypatch.setattr(threads, "thread_count", lambda: count)
    assert same(found(hypergraph), alone)


def times_done(number: int, count: int) -> list[int]:
    """How often each of the parts of a task is done."""
    times = np.zeros(number, int)

    def task(start: int, stop: int) -> None:
        times[start:stop] += 1

    threads.share(task, number, count)
    return times.tolist()


@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize("number", [0, 1, 2, 63, 1000])
def test_every_part_is_done_once(number: int, count: int) -> None:
    assert times_done(number, count) == [1] * number


def test_an_error_of_any_thread_is_raised_once_the_others_are_done() -> None:
    done = []

    def task(start: int, stop: int) -> None:
        if start == 0:
            raise MemoryError("no room")
        done.append(stop - start)

    with pytest.raises(MemoryError, match="no room"):
        threads.share(task, 100, 2)
    assert sum(done) == 100 - threads.split(100, 2)[0][1]


def test_threads_that_are_busy_are_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    go = Event()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(go.wait)
        monkeypatch.setattr(threads, "_pool", lambda process: pool)
        try:
            assert times_done(100, 2) == [1] * 100
        finally:
            go.set()


def test_without_more_threads_this_one_does_it_all(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    monkeypatch.setattr(threads, "_pool", lambda process: pool)
    assert times_done(100, 2) == [1] * 100


def test_a_small_problem_wakes_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(process: int) -> Executor:
        raise AssertionError("a thread was asked for")

    monkeypatch.setattr(threads, "_pool", refuse)
    found(problem())


def in_a_child(connection: Connection) -> None:
    hypergraph = problem()  # the search for pairs, and growing them
    connection.send([*hypergraph.members, *found(hypergraph)])
    connection.close()


@forks
@pytest.mark.usefixtures("shared")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_process_answers_as_its_parent() -> None:
    hypergraph = problem()
    expected = [*hypergraph.members, *found(hypergraph)]
    ours, theirs = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(target=in_a_child, args=(theirs,))
    child.start()
    theirs.close()
    try:
        assert ours.poll(PATIENCE)
        assert same(ours.recv(), expected)
        child.join(PATIENCE)
        assert child.exitcode == 0
    finally:
        child.kill()


def at_once() -> None:
    """Several threads of this process solve; run as a process of its own, which may be ended."""
    threads.PARALLEL = 0
    threads.thread_count = lambda: 3  # type: ignore[assignment]
    hypergraph = problem()
    expected, optimum = found(hypergraph), sinkhorn_lp(hypergraph).risk
    answers: list[bool] = []

    def solve_it(polished: bool) -> None:
        for _ in range(2):
            answers.append(sinkhorn_lp(hypergraph).risk == optimum if polished else same(found(hypergraph), expected))

    callers = [Thread(target=solve_it, args=(i == 0,)) for i in range(3)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert answers == [True] * 6
    assert not numba.np.ufunc.parallel._is_initialized  # numba has started no threads


def test_several_threads_solve_at_once() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", "from test_threads import at_once; at_once()"],
        env=os.environ | {"NUMBA_THREADING_LAYER": "workqueue"},  # which everyone has
        cwd=os.path.dirname(__file__),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr


def test_no_kernel_is_for_the_threads_of_numba() -> None:
    kernels = [
        kernel
        for name, module in list(sys.modules.items())
        if name.startswith("motlp")
        for kernel in vars(module).values()
        if isinstance(kernel, CPUDispatcher)
    ]
    assert len(kernels) > 20
    assert [kernel for kernel in kernels if kernel.targetoptions.get("parallel")] == []
