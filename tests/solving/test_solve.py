"""The one door: any solver, by name or by size, from Python and from the command line."""

import json
import subprocess
import sys

DOOR = """
import json, sys
import motlp
pair = motlp.interactions(motlp.LabeledMeasure.from_arrays([[0.0], [0.0]], [0, 1]), motlp.Ball("l2"), 1, 2)
tries = {
    "a text": lambda: motlp.solve("digits"),
    "nothing": lambda: motlp.solve(None),
    "a measure": lambda: motlp.solve(pair.measure),
    "declare": lambda: motlp.declare("digits"),
    "list": lambda: motlp.solve(pair, options=[("time_limit", 1)]),
    "key": lambda: motlp.solve(pair, options={1: 2}),
    "declared": lambda: motlp.solve(motlp.declare(pair), options=5),
    "model": lambda: motlp.solve(pair, model=5),
    "framework": lambda: motlp.solve(pair, framework=3),
    "solver": lambda: motlp.solve(pair, solver=["highs"]),
    "sweep": lambda: motlp.sweep(pair, [1], solver=["highs"]),
    "sweep model": lambda: motlp.sweep(pair, [1], model=7),
    "sweep options": lambda: motlp.sweep(pair, [1], options=[1]),
    "sinkhorn": lambda: motlp.solve(pair, solver="sinkhorn", options="eta"),
}
said = {}
for name, call in tries.items():
    try:
        call()
    except Exception as error:
        said[name] = f"{type(error).__name__}: {error}"
print(json.dumps(said))
"""


def test_arguments_of_another_type_are_told_in_one_line():
    """In a process of its own, where the types of arguments are not checked before the library sees them."""
    done = subprocess.run([sys.executable, "-c", DOOR], capture_output=True, text=True, check=True)
    said = json.loads(done.stdout)
    problem = "it must be a hypergraph, which motlp.interactions(measure, …) makes, or a model"
    mapping = "it must be a mapping of names to values, such as {'time_limit': 60}."
    assert said["a text"].startswith(f"InvalidConfig: problem is 'digits'; {problem}")
    assert said["nothing"].startswith(f"InvalidConfig: problem is None; {problem}")
    assert said["a measure"].startswith("InvalidConfig: problem is LabeledMeasure(")
    assert said["declare"].startswith("InvalidConfig: hypergraph is 'digits'; it must be one that motlp.interactions(")
    assert said["list"] == f"InvalidConfig: options is [('time_limit', 1)]; {mapping}"
    assert said["key"] == "InvalidConfig: options has the name 1; a name must be a text, such as 'time_limit'."
    assert said["declared"] == f"InvalidConfig: options is 5; {mapping}"
    assert said["model"] == "InvalidConfig: model is 5; it must be a name, a text such as 'dual'."
    assert said["framework"] == "InvalidConfig: framework is 3; it must be a name, a text such as 'cvxpy'."
    assert said["solver"] == "InvalidConfig: solver is ['highs']; it must be a name, a text such as 'highs'."
    assert said["sweep"] == said["solver"]
    assert said["sweep model"] == "InvalidConfig: model is 7; it must be a name, a text such as 'dual'."
    assert said["sweep options"] == f"InvalidConfig: options is [1]; {mapping}"
    assert said["sinkhorn"] == f"InvalidConfig: options is 'eta'; {mapping}"
    assert not any("\n" in text for text in said.values())
