"""A call of the library leaves the streams of the process as it finds them."""

from support.process import run_python

SOLVE = """
import os, sys, threading
import motlp

hypergraph = motlp.interactions(motlp.datasets.load("gaussians", per_class=6), motlp.Ball("l2"), "1", 3)
streams = sys.stdout, sys.stderr, *(os.fstat(number)[1:3] for number in (0, 1, 2))
statuses = []

def solve(framework):
    for _ in range(3):
        statuses.append(motlp.solve(hypergraph, framework=framework, solver="highs").status.label)

threads = [threading.Thread(target=solve, args=(name,)) for name in 3 * ("matrix", "cvxpy", "pyomo")]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert streams == (sys.stdout, sys.stderr, *(os.fstat(number)[1:3] for number in (0, 1, 2)))
print(set(statuses), len(statuses))
"""


def test_threads_that_solve_at_once_leave_the_streams_alone():
    done = run_python(SOLVE)
    assert (done.stdout, done.stderr) == ("{'optimal'} 27\n", "")
