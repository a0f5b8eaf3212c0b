"""Values of another type at the doors of the library: one line each, without the checks that run in tests."""

import json
import subprocess
import sys

import pytest

SETUP = """
import json, sys
from dataclasses import replace
from fractions import Fraction
import numpy as np
import scipy.sparse
import motlp
from motlp import *
measure = LabeledMeasure.from_arrays(np.arange(8.0).reshape(4, 2), [0, 0, 1, 1])
hypergraph = interactions(measure, Ball("l2"), 3, 2)
singletons, pairs = hypergraph.members
solution = solve(hypergraph, framework="matrix")

sparse = scipy.sparse.csr_array(np.eye(2))

class Stubborn:
    def __repr__(self):
        raise RuntimeError("no")

def direct(mass=np.array([7, 6, 5, 3]) / 21, labels=np.array([0, 1, 0, 1], np.int32)):
    points = np.array([[0.0], [0.0], [5.0], [9.0]])
    return LabeledMeasure(points, labels, mass, Fraction(1), ("a", "b"))

def bound(measure):
    return solve(interactions(measure, Ball("l2"), 1, 2), framework="matrix").risk_lower

TYPES = [bound(direct()), *(bound(direct(mass=direct().mass.astype(t))) for t in (">f8", np.longdouble))]
TYPES += [bound(direct(labels=direct().labels.astype(t))) for t in ("u1", "i8", ">u4")]
"""
DOORS = [
    ("interactions(measure, 'l2', 1)", "threat is 'l2'; it must be a Ball or Quadratic, such as Ball('l2')"),
    ("interactions(measure, None, 1)", "threat is None"),
    ("interactions('digits', Ball('l2'), 1)", "measure is 'digits'; it must be a LabeledMeasure"),
    ("interactions(np.zeros((3, 2)), Ball('l2'), 1)", "measure is array("),
    ("interactions(measure, Ball('l2'), 1, '2')", "order is '2'; it must be a whole number between 1 and 2"),
    ("interactions(measure, Ball('l2'), 1, 2.5)", "order is 2.5; it must be a whole number"),
    ("interactions(measure, Ball('l2'), 1, True)", "order is True; it must be a whole number"),
    ("interactions(measure, Ball('l2'), 1, [2])", "order is [2]; it must be a whole number"),
    ("interactions(measure, Ball('l2'), None)", "eps is missing"),
    ("interactions(measure, Ball('l2'), np.bool_(True))", "it must be a finite number"),
    ("interactions(measure, Ball('l2'), [1])", "eps is [1]; it must be a finite number"),
    ("interactions(measure, Ball('l2'), 1j)", "eps is 1j; it must be a finite number"),
    ("interactions(measure, Ball('l2'), 1, 2, most='many')", "most is 'many'; it must be a whole number, at least 1"),
    ("Quadratic(None)", "tau is None; it must be a finite number"),
    ("Quadratic([1, 2])", "tau is [1, 2]"),
    ("Ball(2)", "unknown norm '2'"),
    ("Ball(None)", "unknown norm 'None'"),
    ("hypergraph.truncate(1.5)", "order is 1.5; it must be a whole number"),
    ("hypergraph.truncate('2')", "order is '2'"),
    ("hypergraph.at(None)", "eps is None; it must be a finite number"),
    ("measure.select(per_class=2.5)", "per_class is 2.5; it must be a whole number"),
    ("measure.select(per_class='2')", "per_class is '2'"),
    ("measure.select(per_class=1, seed=0.5)", "seed is 0.5"),
    ("LabeledMeasure.from_arrays([[1], [2]], [0, 1], unit=[1])", "unit is [1]; give it exactly"),
    ("LabeledMeasure.from_arrays([[1], [2]], [0, 1], unit=np.array(1 / 255))", "give it exactly"),
    ("LabeledMeasure.from_arrays([[1], [2]], [0, 1], ['a', 1])", "mass is no array of numbers"),
    ("LabeledMeasure.from_arrays(None, [0, 1])", "X has shape ()"),
    ("LabeledMeasure.from_arrays([[1], [2]], None)", "y has shape ()"),
    ("load(None)", "path is None; give the path of a .npz file"),
    ("load(3)", "path is 3"),
    ("load('')", "path is ''"),
    ("save(hypergraph, None)", "path is None"),
    ("save(measure, 'a.npz')", "it must be one, as motlp.interactions returns"),
    ("Hypergraph(measure, Ball('l2'), 3, (singletons, pairs.astype(np.int64)), hypergraph.births).check()", "int64"),
    ("Hypergraph(measure, Ball('l2'), 3, (singletons, pairs.tolist()), hypergraph.births).check()", "order 2 are"),
    (
        "Hypergraph(measure, Ball('l2'), 3, (singletons, pairs[:, :1]), hypergraph.births).check()",
        "order 2 are int32",
    ),
    ("Hypergraph(measure, Ball('l2'), 3, (), ()).check()", "members of 0 orders"),
    ("replace(solution, plan=np.zeros(3)).risk_lower", "the plan has shape (3,) for 7 interactions"),
    ("replace(solution, plan=np.zeros((7, 1))).risk_lower", "the plan has shape (7, 1) for 7 interactions"),
    ("replace(solution, potential=np.zeros(3)).gap", "the potential has shape (3,) for 4 points"),
    ("direct(labels=np.array([0, 1, 0, 2**32], 'i8'))", "labels must be 0 … K-1"),
    ("direct(labels=np.array([0.0, 1, 0, 1]))", "labels must be 0 … K-1"),
    ("Hypergraph(measure, Ball('l2'), 3, None, None)", "members is None; give a tuple with an array for each order"),
    ("Hypergraph(None, Ball('l2'), 3, (singletons,), hypergraph.births[:1]).check()", "measure is None"),
    ("hypergraph.select(np.ones(3, bool))", "give 7 truth values"),
    ("hypergraph.select(np.ones(7, int))", "give 7 truth values"),
    ("hypergraph.select(None)", "give 7 truth values"),
    ("sinkhorn(None)", "hypergraph is None; it must be one"),
    ("sinkhorn_lp(measure)", "it must be one, as motlp.interactions returns"),
    ("sinkhorn_lp(hypergraph, options=[1])", "options is [1]; it must be a mapping"),
    ("verify(solution.certificate(), None)", "measure is None; it must be a LabeledMeasure"),
    ("verify(3, measure)", "path is 3; give the path of a .npz file"),
    ("verify(None, measure)", "path is None"),
    ("Certificate.load(None)", "path is None; give the path of a .npz file"),
    ("Certificate.load(4)", "path is 4"),
    ("solution.certificate().save('')", "path is ''"),
    ("solution.certificate().binding('2')", "order is '2'; it must be a whole number between 1 and 2"),
    ("solution.certificate().binding(True)", "order is True"),
    ("solution.certificate().members(2.5)", "order is 2.5"),
    ("attack(hypergraph)", "it must be one, as motlp.solve returns"),
    ("attack(None)", "solution is None; it must be one"),
    ("attack(replace(solution, plan=None))", "no attack can be made: there is no plan"),
    ("attack(replace(solution, plan=np.zeros(3)))", "the plan has shape (3,) for 7 interactions"),
    ("attack(solution).moves(4)", "v is 4; it must be a whole number between 0 and 3"),
    ("attack(solution).moves(True)", "v is True"),
    ("attack(solution).place(-1)", "row is -1; it must be a whole number between 0 and"),
    ("attack(solution).place('1')", "row is '1'"),
    ("attack(solution).save(None)", "path is None; give the path of a .npz file"),
    ("Attack.from_certificate(solution, measure)", "it must be a motlp.Certificate"),
    ("Attack.from_certificate(solution.certificate(), None)", "measure is None; it must be a LabeledMeasure"),
    ("solve(None)", "problem is None"),
    ("solve(hypergraph, solver='sinkhorn', start=5)", "start is 5; it must be a Solution"),
    ("solve(hypergraph, solver='sinkhorn', progress=print)", "print>; give a motlp.Progress"),
    ("interactions(measure, Ball('l2'), 1, progress=1)", "progress is 1; give a motlp.Progress"),
    ("sweep(measure, [1], progress=1)", "progress is 1; give a motlp.Progress"),
    ("interactions(measure, Ball('l2'), 1, executor=1)", "executor is 1; it must be None or an executor"),
    ("sweep(measure, [1], executor='local')", "executor is 'local'; it must be None or an executor"),
    ("sinkhorn(hypergraph, relaxation=2)", "relaxation is 2; it must be a number of at least 1 and below 2"),
    ("sinkhorn_lp(hypergraph, best=0)", "best is 0; it must be a whole number, at least 1"),
    ("sinkhorn_lp(hypergraph, best='x')", "best is 'x'; it must be a whole number, at least 1"),
    ("round_down(float('nan'), 3)", "number is nan; only a finite number can be rounded"),
    ("round_up(np.inf, 3)", "only a finite number can be rounded"),
    ("declare(hypergraph, 3)", "model is 3; it must be a name"),
    ("sinkhorn_lp(hypergraph, solver=None)", "solver is None; it must be a name, a text such as 'highs'"),
    ("sweep(measure, [1], orders=[9])", "orders is 9; it must be a whole number between 1 and 2"),
    ("sweep(measure, [1], options=[])", "options is []; it must be a mapping"),
    ("sweep(hypergraph, [1], most=0)", "most is 0; it must be a whole number"),
    ("sweep(measure, [1], orders='full')", "orders is 'full'; give a list, such as [2, 3]"),
    ("sweep(measure, [1], orders=['all'])", "orders is 'all'; it must be a whole number between 1 and 2"),
    ("sweep(measure, [1], orders=['full'], model='dual')", "leave out model: there are only the options tol and time"),
    ("sweep(measure, [1], orders=['full'], options={'eta': 1})", "unknown untruncated option 'eta'"),
    ("sweep(measure, [1], orders=['full'], options={'tol': 0})", "tol is 0.0; it must be"),
    ("sweep(hypergraph, [4], orders=['full'])", "eps goes up to 4, but the interactions are known up to 3"),
    ("untruncated(None, Ball('l2'), 1)", "measure is None; it must be a LabeledMeasure"),
    ("untruncated(measure, 'l2', 1)", "threat is 'l2'; it must be a Ball or Quadratic"),
    ("untruncated(measure, Ball('l2'))", "eps is missing"),
    ("untruncated(measure, Ball('l2'), 1, tol=-1)", "tol is -1; it must be"),
    ("untruncated(measure, Ball('l2'), 1, tol=float('nan'))", "tol is nan; it must be"),
    ("untruncated(measure, Ball('l2'), 1, time_limit=0)", "time_limit is 0; it must be"),
    ("untruncated(measure, Ball('l2'), 1, time_limit=float('nan'))", "time_limit is nan; it must be"),
    ("untruncated(measure, Ball('l2'), 1, start=5)", "start is 5; it must be a Solution"),
    ("untruncated(measure, Ball('l2'), 1, executor=1)", "executor is 1; it must be None or an executor"),
    ("untruncated(measure, Ball('l2'), 1, progress=1)", "progress is 1; give a motlp.Progress"),
    ("untruncated(measure, Ball('l2'), 1, most=0)", "most is 0; it must be a whole number"),
    ("closest_pairs('digits', Ball('l2'))", "measure is 'digits'; it must be a LabeledMeasure"),
    ("closest_pairs(measure, 'l2')", "threat is 'l2'; it must be a Ball or Quadratic"),
    ("closest_pairs(measure, Quadratic(1))", "but distances need a norm; take a Ball"),
    ("closest_pairs(measure, Ball('l2'), 0)", "number is 0; it must be a whole number, at least 1"),
    ("closest_pairs(measure, Ball('l2'), 1.5)", "number is 1.5; it must be a whole number"),
    ("closest_pairs(measure, Ball('l2'), None)", "number is None; it must be a whole number"),
    ("closest_pairs(measure, Ball('l2'), 5)", "number is 5, but there are 4 pairs of points of different classes"),
    ("closest_pairs(measure, Ball('l2'), 10**5000)", "there are 4 pairs of points of different classes"),
    ("closest_pairs(measure, Ball('l2'), executor=1)", "executor is 1; it must be None or an executor"),
    ("closest_pairs(measure, Ball('l2'), progress=1)", "progress is 1; give a motlp.Progress"),
    ("closest_pairs(measure, Ball('l2'), most=0)", "most is 0; it must be a whole number"),
    ("compare('digits', [1])", "measure is 'digits'; it must be a LabeledMeasure"),
    ("compare(hypergraph, [1])", "it must be a LabeledMeasure, as datasets.load and"),
    ("compare(measure, 1)", "eps is 1; give a list, such as [0.5, 1]"),
    ("compare(measure, '1')", "eps is '1'; give a list"),
    ("compare(measure, [])", "eps is empty; give at least one budget"),
    ("compare(measure, [1j])", "eps is 1j; it must be a finite number"),
    ("compare(measure, [1], norm=Quadratic(1))", "unknown norm"),
    ("compare(measure, [1], norm=None)", "unknown norm 'None'"),
    ("compare(measure, [1], time_limit=0)", "time_limit is 0; it must be"),
    ("compare(measure, [1], time_limit=None)", "time_limit is None; give a number of seconds"),
    ("compare(measure, [1], time_limit='60')", "time_limit is '60'; it must be"),
    ("compare(measure, [1], most=0)", "most is 0; it must be a whole number"),
    ("compare(measure, [1], executor=1)", "executor is 1; it must be None or an executor"),
    ("compare(measure, [1], progress=1)", "progress is 1; give a motlp.Progress"),
    ("interactions(measure, Ball('l2'), 9, most=4)", "Lower eps, lower the order, take fewer points"),
    ("interactions(measure, Quadratic('1/1000'), most=4)", "Raise tau, lower the order, take fewer points"),
    ("interactions(measure, Ball('l2'), 9, order=1, most=3)", "the 4 points alone are more than the 3 interactions"),
    ("round_down(0.5, -1)", "places is -1; it must be a whole number"),
    ("load('no.npz', 3)", "measure is 3; it must be a LabeledMeasure"),
    ("declare(None)", "hypergraph is None; it must be one"),
    ("sinkhorn(hypergraph, leap=0)", "leap is 0; it must be a whole number"),
    ("solve(hypergraph, options={'threads': 10**5000})", "HiGHS refuses an int that cannot be written"),
    ("solve(hypergraph, options={'time_limit': 10**5000})", "takes a number, not an int that cannot be written"),
    ("solve(hypergraph, solver='glpk', options={'tm_lim': -5})", "takes a whole number from 1 to 2147483647, not -5"),
    ("solve(hypergraph, solver='glpk', options={'it_lim': 10**400})", "takes a whole number from 1 to 2147483647"),
    ("interactions(measure, Ball('l2'), Fraction(2**15000 + 1, 2**15000))", "eps is a fraction of thousands of digits"),
    ("interactions(measure, Ball('l2'), -Fraction(2**15000 + 1, 2**15000))", "it must be at least 0"),
    ("interactions(measure, Quadratic(1), 10**5000)", "has no budget"),
    ("Quadratic(-1)", "tau is -1; it must be positive"),
    ("Ball(np.array(['l2', 'linf']))", "unknown norm"),
    ("Ball(10**5000)", "unknown norm"),
    ("measure.select(5)", "classes is 5; give a list of names"),
    ("measure.select([10**5000])", "unknown class"),
    ("measure.select(['9' * 5000])", "unknown class"),
    ("datasets.load('digits', classes=5)", "classes is 5"),
    ("datasets.load('digits', split=['x'])", "unknown split"),
    ("datasets.load('mnist', root=5)", "5 is no path to a folder"),
    ("datasets.load('~nobodyatall/a')", "is no path to a folder or file here"),
    ("datasets.load('b' * 300)", "unknown data set"),
    ("LabeledMeasure.from_arrays([[1], [2]], [0, 1], class_names=5)", "class_names is 5; give a list of names"),
    ("LabeledMeasure.from_arrays([[1], [2]], [0, 1], unit=-(10**5000))", "it must be positive"),
    ("LabeledMeasure.from_arrays([[1], [2]], [0, 1j])", "complex numbers"),
    ("LabeledMeasure.from_arrays(sparse, [0, 1])", "X is a sparse array; give X.toarray()"),
    ("LabeledMeasure([1.0, 2.0], [0, 1], [0.5, 0.5], Fraction(1), ('a', 'b'))", "there must be one row a point"),
    ("LabeledMeasure([[1.0], [2.0]], [0, 1], None, Fraction(1), ('a', 'b'))", "masses of type object"),
    ("LabeledMeasure([[1.0], [2.0]], [0, 1], [0.5, 0.5], Fraction(1), None)", "class_names is None"),
    ("sweep(measure, b'1')", "eps is b'1'; give a list"),
    ("interactions(measure, Ball('l2'), Stubborn())", "eps is an Stubborn that cannot be written"),
    ("RobustClassifier().fit(measure.points, measure.labels)", "eps is missing"),
    ("RobustClassifier(eps=1, tau=1).fit(measure.points, measure.labels)", "eps is 1, but the quadratic cost has no"),
    ("RobustClassifier('linf', tau=1).fit(measure.points, measure.labels)", "norm is 'linf', but the quadratic cost"),
    ("RobustClassifier([2], tau=1).fit(measure.points, measure.labels)", "norm is [2], but the quadratic cost"),
    ("RobustClassifier(2, eps=1).fit(measure.points, measure.labels)", "unknown norm '2'"),
    ("RobustClassifier(eps=[1]).fit(measure.points, measure.labels)", "eps is [1]; it must be a finite number"),
    (
        "RobustClassifier(eps=1, order='2').fit(measure.points, measure.labels)",
        "order is '2'; it must be a whole number",
    ),
    ("RobustClassifier(eps=1, order=None).fit(measure.points, measure.labels)", "order is None; it must be a whole"),
    (
        "RobustClassifier(eps=1, order=[2]).fit(measure.points, measure.labels)",
        "order is [2]; it must be a whole number",
    ),
    ("RobustClassifier(eps=1, order=3).fit(measure.points, measure.labels)", "number of classes, or 'full'"),
    (
        "RobustClassifier(eps=1, solver='highs').fit(measure.points, measure.labels)",
        "solver is 'highs', but all orders",
    ),
    ("RobustClassifier(eps=1, order=2, solver=5).fit(measure.points, measure.labels)", "solver is 5"),
    ("RobustClassifier(eps=1, unit=1 / 3).fit(measure.points, measure.labels)", "give it exactly"),
    ("RobustClassifier(eps=1).fit(measure.points, measure.labels, 'a')", "sample_weight is no array of numbers"),
    ("RobustClassifier.from_certificate(3, measure.points, measure.labels)", "path is 3; give the path of a .npz file"),
    ("Hypergraph(measure, 'l2', 3, (singletons,), hypergraph.births[:1]).check()", "threat is 'l2'"),
]


@pytest.fixture(scope="module")
def found() -> list:
    """What each of them raises, in a process of its own: name, whether it is ours, and text; and TYPES."""
    script = (
        SETUP
        + f"""
said = {{}}
for door in {[door for door, _ in DOORS]!r}:
    try:
        said[door] = ["nothing", False, repr(eval(door))]
    except Exception as error:
        said[door] = [type(error).__name__, isinstance(error, MotlpError), str(error)]
print(json.dumps([said, TYPES]))
"""
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


@pytest.mark.parametrize(("door", "message"), DOORS, ids=[door for door, _ in DOORS])
def test_what_does_not_fit_is_told_in_a_line(found, door, message):
    name, ours, text = found[0][door]
    assert ours, f"{name}: {text}"
    assert message in text
    assert "\n" not in text


def test_bounds_do_not_depend_on_the_types_of_masses_and_labels(found):
    assert found[1] == [pytest.approx(6 / 21, abs=1e-15)] * 6
