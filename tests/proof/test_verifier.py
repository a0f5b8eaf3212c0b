"""The verifier: what is true passes, what is altered is refused, and nothing makes it crash or fill the memory."""

import ast
import json
import resource
import subprocess
import sys
import zipfile
from fractions import Fraction
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from support import brute
from support.bounds import make_solution, true_risk, weighted
from support.certificates import as_bytes, changing, check, put_together, take_apart
from support.measures import measures, threats

from motlp.datasets import load
from motlp.problem.interactions import interactions
from motlp.problem.measure import LabeledMeasure
from motlp.problem.rationals import exact
from motlp.problem.threat import Ball, Quadratic
from motlp.proof import verifier
from motlp.proof.certificate import Certificate
from motlp.solving.solve import solve
from motlp.solving.untruncated import untruncated

PROGRAM = Path(verifier.__file__)
MEGABYTE = 2**20
NORMS = ("l2", "linf", "l1", "quadratic")
EACH = 4  # images of a digit


@pytest.fixture(scope="module")
def images() -> LabeledMeasure:
    return load("digits", per_class=EACH)


@pytest.fixture(scope="module")
def certificates(images) -> dict[str, Certificate]:
    """One of each cost, with sets of three points."""
    found = {}
    for norm, eps in (("l2", "1.4"), ("linf", "0.45"), ("l1", "6.5")):
        found[norm] = solve(interactions(images, Ball(norm), eps, 3)).certificate()
    found["quadratic"] = solve(interactions(images, Quadratic("0.25"), None, 3)).certificate()
    assert all("members_3" in certificate.arrays for certificate in found.values())
    return found


def test_it_can_be_read_in_one_sitting_and_needs_nothing_but_numpy():
    text = PROGRAM.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 250
    imported = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            imported.add(str(node.module).partition(".")[0])
    assert imported <= {"numpy", *sys.stdlib_module_names}


@settings(max_examples=60, deadline=None)
@given(weighted(), threats(norms=("l2", "linf", "l1")), st.integers(1, 4), st.data())
def test_what_a_plan_and_a_potential_prove_is_proved_and_true(tmp_path_factory, measure, cost, order, data):
    threat, eps = cost
    assume(threat.norm != "l1" or measure.dimension < 3)  # which brute force decides in the plane only
    hypergraph = interactions(measure, threat, eps, min(order, measure.classes))
    solution = solve(hypergraph, framework="matrix", solver="simplex")
    scale = data.draw(st.sampled_from([1.0, 0.5, 1.001, 3.0]), "scale")
    garbage = data.draw(st.sampled_from([0.0, -1.0, np.nan, 1e308]), "garbage")
    plan, potential = scale * solution.plan, scale * solution.potential
    if data.draw(st.booleans(), "is damaged"):
        plan[::3] = garbage
    answer = make_solution(hypergraph, plan, potential)
    path = tmp_path_factory.mktemp("certificates") / "some.npz"
    answer.certificate().save(path)
    found = check(path, measure)
    assert found["exit"] == 0, found
    assert found["unchecked"] == ""
    risk = true_risk(measure, threat, eps, hypergraph.order)
    assert answer.risk_lower <= found["risk_lower"] <= risk <= found["risk_upper"] <= answer.risk_lower + answer.gap
    assert float(found["risk_lower"]) == pytest.approx(answer.risk_lower, abs=1e-12)


PARTS = st.sampled_from([0.0, 2.0**-52, 0.25, 1 / 3, 0.5, 0.5 + 2.0**-52, 2 / 3, 0.75, 1.0])


@settings(max_examples=120, deadline=None)
@given(measures(classes=(2, 4), points=(4, 9)), threats(norms=("l2", "linf", "l1")), st.integers(1, 4), st.data())
def test_a_potential_passes_just_if_no_interaction_violates_it(tmp_path_factory, measure, cost, order, data):
    threat, eps = cost
    order = min(order, measure.classes)
    assume(threat.norm != "l1" or (measure.dimension < 3 and order < 4))
    g = data.draw(npst.arrays(np.float64, measure.size, elements=PARTS))
    certificate = make_solution(interactions(measure, threat, eps, order), None, g).certificate()
    parts = take_apart(certificate)
    parts["potential"] = g
    value = sum(Fraction(m) * Fraction(x) for m, x in zip(measure.mass.tolist(), g.tolist(), strict=True))
    parts["claim"]["risk_upper"] = str(max(1 - value / sum(map(Fraction, measure.mass.tolist())), Fraction(0)))
    found = check(put_together(parts, tmp_path_factory.mktemp("certificates") / "some.npz"), measure)
    every = brute.interactions(measure, threat, None if eps is None else exact(eps), order)
    feasible = all(sum(Fraction(g[v]) for v in A) <= 1 + price for A, price in every.items())
    assert found["exit"] == (0 if feasible else 1), (found, feasible)
    assert found.get("unchecked", "") == ""


@settings(max_examples=25, deadline=None)
@given(weighted(), threats(norms=("l2", "linf", "l1")))
def test_all_orders_are_proved(tmp_path_factory, measure, cost):
    threat, eps = cost
    assume(threat.norm != "l1" or measure.dimension < 3)
    solution = untruncated(measure, threat, eps)
    path = tmp_path_factory.mktemp("certificates") / "full.npz"
    solution.certificate().save(path)
    found = check(path, measure)
    risk = true_risk(measure, threat, eps, measure.classes)
    assert (found["exit"], found["order"]) == (0, "full"), found
    assert solution.risk_lower <= found["risk_lower"] <= risk <= found["risk_upper"] <= solution.risk_upper


@pytest.mark.parametrize("exponent", [-1000, -60, 0, 60, 500])
@pytest.mark.parametrize("norm", ["l2", "linf", "l1"])
def test_floats_of_every_size(tmp_path, norm, exponent):
    rng = np.random.default_rng(1)
    X = np.ldexp(rng.normal(size=(40, 3)), exponent)
    measure = LabeledMeasure.from_arrays(X, np.arange(40) % 4)
    solution = solve(interactions(measure, Ball(norm), Fraction(2) ** exponent * Fraction(8, 10), 4))
    certificate = solution.certificate()
    assert {"members_3", "members_4"} & set(certificate.arrays)
    certificate.save(tmp_path / "some.npz")
    found = check(tmp_path / "some.npz", measure)
    assert found["exit"] == 0, found
    assert found["risk_lower"] >= solution.risk_lower > 0


@pytest.mark.parametrize("norm", NORMS)
def test_what_is_not_altered_passes(certificates, images, tmp_path, norm):
    found = check(put_together(take_apart(certificates[norm]), tmp_path / "same.npz"), images)
    assert found["exit"] == 0, found
    assert found["risk_lower"] >= certificates[norm].risk_lower > 0


def scale_weights(parts):
    parts["weights_2"] = parts["weights_2"] * 1.01


def halve_weights(parts):
    for k in (2, 3):
        parts[f"weights_{k}"] = parts[f"weights_{k}"] * 0.5


def swap_members(parts):
    parts["members_2"][[0, 1], 0] = parts["members_2"][[1, 0], 1]


def exchange_members(parts):
    rows = parts["members_3"]
    rows[:, 0] = (rows[:, 0] + 1) % EACH  # another image of the same class, zero


def repeat_a_class(parts):
    parts["members_2"][0] = 0, 1  # two zeros


def repeat_a_point(parts):
    parts["members_2"][0, 1] = parts["members_2"][0, 0]


def lower_the_reach(parts):
    claim = parts["claim"]
    if "eps" in claim:
        claim["eps"] = str(Fraction(claim["eps"]) * Fraction(9, 10))
    else:
        claim["tau"] = str(Fraction(claim["tau"]) * Fraction(10, 9))


def raise_the_claim(parts):
    parts["claim"]["risk_lower"] = str(Fraction(parts["claim"]["risk_lower"]) + Fraction(1, 10**9))


def lower_the_upper_end(parts):
    parts["claim"]["risk_upper"] = str(Fraction(parts["claim"]["risk_upper"]) - Fraction(1, 10**6))


def raise_the_potential(parts):
    parts["potential"] = np.minimum(parts["potential"] + 0.01, 1.0)


def raise_one_potential(parts):
    v = int(parts["members_2"][0, 0])
    parts["potential"][v] += 2.0**-40


def move_centres(parts):
    if "denominators_3" in parts:
        parts["centres_3"] = parts["centres_3"] * 3
    else:
        parts["centres_3"] = np.repeat([[1, 0, 0]], len(parts["centres_3"]), axis=0).astype("<i8")


FALSE = [
    halve_weights,
    exchange_members,
    repeat_a_class,
    repeat_a_point,
    lower_the_reach,
    raise_the_claim,
    lower_the_upper_end,
    raise_the_potential,
    raise_one_potential,
]


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("change", FALSE)
def test_what_does_not_follow_is_false(certificates, images, tmp_path, norm, change):
    found = check(changing(change)(certificates[norm], tmp_path / "false.npz"), images)
    assert (found["exit"], found["verdict"]) == (1, "false"), found
    assert found["why"]


@pytest.mark.parametrize(("norm", "change"), [("l2", move_centres), ("l1", move_centres), ("l2", swap_members)])
def test_points_must_meet_where_the_file_says(certificates, images, tmp_path, norm, change):
    assert check(changing(change)(certificates[norm], tmp_path / "false.npz"), images)["exit"] == 1


def test_more_weight_than_is_needed_is_no_fraud(certificates, images, tmp_path):
    """It proves less, so that the claim is false, but not the sets."""
    found = check(changing(scale_weights)(certificates["l2"], tmp_path / "scaled.npz"), images)
    assert (found["exit"], "claims" in found["why"]) == (1, True)

    def claim_less(parts):
        scale_weights(parts)
        parts["claim"]["risk_lower"] = "0.01"

    assert check(changing(claim_less)(certificates["l2"], tmp_path / "less.npz"), images)["exit"] == 0


def set_claim(name, value):
    def change(parts):
        *path, last = name.split(".")
        place = parts["claim"]
        for key in path:
            place = place[key]
        place[last] = value

    return change


def set_array(name, array):
    return lambda parts: parts.update({name: array})


def edit_array(name, edit):
    return lambda parts: parts.update({name: edit(parts[name])})


def remove(name):
    return lambda parts: parts.pop(name)


def remove_key(parts):
    del parts["claim"]["weight_unit"]


def put(value):
    def edit(array):
        array = array.astype("<f8")
        array[0] = value
        return array

    return edit


MALFORMED = [
    set_claim("version", 2),
    set_claim("version", "1"),
    set_claim("format", "another"),
    set_claim("order", 0),
    set_claim("order", 11),
    set_claim("order", "all"),
    set_claim("order", None),
    set_claim("cost", "l3"),
    set_claim("cost", None),
    set_claim("eps", 1.4),
    set_claim("eps", "1e999999999"),
    set_claim("eps", "-1"),
    set_claim("eps", "1/0"),
    set_claim("eps", "nan"),
    set_claim("eps", "9" * 100_000),
    set_claim("risk_lower", None),
    set_claim("risk_lower", 0),
    set_claim("risk_upper", False),
    set_claim("risk_lower", "1.5"),
    set_claim("risk_upper", "2"),
    set_claim("weight_unit", "0"),
    set_claim("data.unit", "1/255"),
    set_claim("data.points", 10 * EACH - 1),
    set_claim("data.features", 63),
    set_claim("data.classes", 9),
    set_claim("data.type", "|i1"),
    set_claim("data.sha256_points", "0" * 64),
    set_claim("data.sha256_labels", "0" * 64),
    set_claim("data.sha256_masses", "0" * 64),
    set_claim("data", None),
    remove_key,
    set_array("claim", b"{}"),
    set_array("claim", b"[" * 100_000),
    set_array("claim", b"\xff\xfe"),
    set_array("claim", b'{"format": ' + b" " * (2 * MEGABYTE) + b"1}"),
    edit_array("weights_2", put(np.nan)),
    edit_array("weights_2", put(np.inf)),
    edit_array("weights_2", put(-1e-300)),
    edit_array("weights_2", lambda a: a.astype("<f4")),
    edit_array("weights_2", lambda a: a.astype(object)),
    edit_array("weights_2", lambda a: a[:-1]),
    edit_array("weights_2", lambda a: a[:, None]),
    edit_array("members_2", lambda a: a + 10 * EACH),
    edit_array("members_2", lambda a: a - 10 * EACH),
    edit_array("members_2", lambda a: a.astype("<i8")),
    edit_array("members_2", lambda a: a.ravel()),
    edit_array("members_3", lambda a: a[:, :2]),
    edit_array("centres_3", lambda a: -a),
    edit_array("centres_3", lambda a: a * 0),
    edit_array("centres_3", lambda a: a.astype("<f8")),
    edit_array("centres_3", lambda a: np.full(a.shape, b"9" * 5000)),
    edit_array("centres_3", lambda a: np.full(a.shape, b"x")),
    edit_array("potential", put(np.nan)),
    edit_array("potential", put(-0.5)),
    edit_array("potential", lambda a: a[:-1]),
    remove("potential"),
    remove("weights_3"),
    remove("centres_3"),
    remove("members_3"),
    remove("claim"),
    set_array("members_4", np.zeros((1, 4), "<i4")),
    set_array("denominators_3", np.ones(2, "<i8")),
    set_array("another", np.ones(2)),
]


@pytest.mark.parametrize("change", MALFORMED)
def test_what_breaks_a_rule_is_not_checkable(certificates, images, tmp_path, change):
    found = check(changing(change)(certificates["l2"], tmp_path / "malformed.npz"), images)
    assert (found["exit"], found["verdict"]) == (2, "not checkable"), found
    assert found["why"]
    assert "\n" not in found["why"]


@pytest.mark.parametrize("norm", NORMS)
def test_other_data_are_refused(certificates, images, norm, tmp_path):
    certificates[norm].save(tmp_path / "some.npz")
    mass = np.arange(1.0, 10 * EACH + 1)
    others = [
        load("digits", per_class=EACH + 1),
        LabeledMeasure(images.points, images.labels[::-1], images.mass, images.unit, images.class_names),
        LabeledMeasure(images.points, images.labels, mass / mass.sum(), images.unit, images.class_names),
        LabeledMeasure(images.points, images.labels, images.mass, Fraction(1, 17), images.class_names),
        LabeledMeasure(images.points.astype(float), images.labels, images.mass, images.unit, images.class_names),
    ]
    for other in others:
        found = check(tmp_path / "some.npz", other)
        assert (found["exit"], "other data" in found["why"] or "another unit" in found["why"]) == (2, True)


def test_data_that_are_none(certificates, tmp_path):
    certificates["l2"].save(tmp_path / "some.npz")
    x, y = np.ones((3, 2)), np.array([0, 1, 2])
    for points, mass in (
        (x * np.nan, np.full(3, 1 / 3)),
        (x * np.inf, np.full(3, 1 / 3)),
        (x, np.array([0.5, 0.5, np.nan])),
        (x, np.array([1.5, -0.5, 0.0])),
        (x, np.array([np.inf, 0.0, 0.0])),
        (x, np.full(3, 1 / 3)),
        (x + 0j, np.full(3, 1 / 3)),
        (x.astype(np.longdouble), np.full(3, 1 / 3)),
    ):
        np.savez(tmp_path / "data.npz", x=points, y=y, mass=mass, unit="-1/2")
        found = verifier.verify(tmp_path / "some.npz", tmp_path / "data.npz")
        assert (found["exit"], found["why"]) == (2, "the data hold no features or no masses")


def test_huge_whole_numbers_are_taken_for_what_they_are(certificates, images, tmp_path):
    def lengthen(parts):
        parts["centres_3"] = np.array([[str(int(a) * 10**1500) for a in row] for row in parts["centres_3"]], "S")

    assert check(changing(lengthen)(certificates["l2"], tmp_path / "long.npz"), images)["exit"] == 0


def announce(shape, content=b"", descr="<f8"):
    """The bytes of an array of that shape, of which only the content is there."""
    head = repr({"descr": descr, "fortran_order": False, "shape": shape}).encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head + content


def claim_size(path, size):
    """Lets the directory of a zip file say that its first member takes so many bytes."""
    raw = bytearray(path.read_bytes())
    entry = raw.index(b"PK\x01\x02")
    raw[entry + 24 : entry + 28] = size.to_bytes(4, "little")
    path.write_bytes(raw)


def write_bomb(path, kind):
    """A file that is small, and unpacks to gigabytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        if kind == "zeros":
            with file.open("claim.json", "w", force_zip64=True) as member:
                for _ in range(1200):
                    member.write(bytes(MEGABYTE))
        elif kind == "shape":
            file.writestr("claim.json", "{}")
            file.writestr("members_2.npy", announce((2**40, 2), b"1234"))
        elif kind == "wide":
            file.writestr("claim.json", "{}")
            file.writestr("members_2.npy", announce((1,), b"1", f"|S{2**31 - 1}"))
        elif kind == "names":
            for i in range(70_000):
                file.writestr(f"members_{i}.npy", b"")
        elif kind == "lie":
            file.writestr("claim.json", bytes(400 * MEGABYTE))
        elif kind == "directory":
            file.writestr("claim.json", "{}")
    if kind == "lie":
        claim_size(path, 10)
    if kind == "directory":
        claim_size(path, 2**32 - 2)
    if kind == "lzma":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as file:
            file.writestr("claim.json", bytes(MEGABYTE))


@pytest.mark.parametrize("kind", ["zeros", "shape", "wide", "names", "lzma", "lie", "directory"])
def test_no_file_fills_the_memory(images, tmp_path, kind):
    write_bomb(tmp_path / "bomb.npz", kind)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert check(tmp_path / "bomb.npz", images)["exit"] == 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300 * 1024  # kibibytes


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no archive", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_archive(images, tmp_path, content):
    (tmp_path / "none.npz").write_bytes(content)
    assert check(tmp_path / "none.npz", images)["exit"] == 2
    assert check(tmp_path / "missing.npz", images)["exit"] == 2
    assert check(tmp_path, images)["exit"] == 2


@pytest.mark.parametrize("part", [0.1, 0.5, 0.99])
def test_a_truncated_file(certificates, images, tmp_path, part):
    certificates["l2"].save(tmp_path / "some.npz")
    raw = (tmp_path / "some.npz").read_bytes()
    (tmp_path / "some.npz").write_bytes(raw[: int(part * len(raw))])
    assert check(tmp_path / "some.npz", images)["exit"] == 2


def test_the_search_is_left_out_for_many_points_and_said(certificates, images, tmp_path, monkeypatch):
    certificates["l2"].save(tmp_path / "some.npz")
    for name in ("SEARCHED", "TRIED"):
        monkeypatch.setattr(verifier, name, 20)
        found = check(tmp_path / "some.npz", images)
        assert (found["exit"], "motlp's search" in found["unchecked"]) == (0, True)
        monkeypatch.undo()


@pytest.fixture
def file(images, tmp_path):
    np.savez(tmp_path / "data.npz", x=images.points, y=images.labels, unit=str(images.unit))
    return tmp_path / "data.npz"


def run_file(*words: object) -> tuple[int, str]:
    ran = subprocess.run([sys.executable, "-I", PROGRAM, *map(str, words)], capture_output=True, text=True, timeout=60)
    assert ran.stderr == ""
    return ran.returncode, ran.stdout


def test_the_file_runs_by_itself(certificates, file, tmp_path):
    certificates["l2"].save(tmp_path / "some.npz")
    code, said = run_file(tmp_path / "some.npz", file)
    assert code == 0
    assert "proved" in said
    assert f"(about {float(certificates['l2'].risk_lower):.9g})" in said
    assert f"'points': {10 * EACH}" in said
    assert certificates["l2"].claim["data"]["sha256_points"] in said
    changing(raise_the_claim)(certificates["l2"], tmp_path / "false.npz")
    assert run_file(tmp_path / "false.npz", file)[0] == 1
    assert run_file(tmp_path / "none.npz", file)[0] == 2
    assert run_file(tmp_path / "some.npz", tmp_path / "none.npz")[0] == 2
    assert run_file(tmp_path / "some.npz")[0] == 2


def test_masses_and_pixels_of_a_file(tmp_path):
    rng = np.random.default_rng(0)
    x, y, mass = rng.integers(0, 255, (30, 4, 4), dtype=np.uint8), np.arange(30) % 3, rng.random(30)
    measure = LabeledMeasure.from_arrays(x, np.array(["a", "b", "c"])[y], mass)
    solve(interactions(measure, Ball("l2"), "0.8", 3)).certificate().save(tmp_path / "some.npz")
    np.savez(tmp_path / "data.npz", x=x, y=np.array(["a", "b", "c"])[y], mass=mass)
    assert run_file(tmp_path / "some.npz", tmp_path / "data.npz")[0] == 0


def mutate_field(parts, rng):
    """Changes a number, a text, an entry or a whole part, at random."""
    name = rng.choice([key for key in parts if not key.startswith("about")])
    if name == "claim":
        mutate_claim(parts["claim"], rng)
        return
    array, kind = parts[name], rng.randrange(6)
    if kind == 0:
        parts.pop(name)
    elif kind == 1:
        parts[name] = array[: rng.randrange(len(array) + 1)]
    elif kind == 2:
        parts[name] = array.astype(rng.choice(["<f8", "<i8", "<f4", "S5", "<i4", "O"]))
    elif kind == 3:
        parts[name] = array[rng.sample(range(len(array)), len(array))]
    else:
        entry = tuple(rng.randrange(size) for size in array.shape)
        array[entry] = rng.choice([0, 1, -1, 2, 39, 10**6, array[entry] * 0.99, array[entry] * 1.01, 2.0**-52])


def mutate_claim(claim, rng):
    """Changes an entry, most often a number to one nearby."""
    place = claim["data"] if rng.random() < 0.3 else claim
    key = rng.choice(list(place))
    pool = ["0", "1", "1/3", "0.999", 0, 1, 2, 3, None, "full", "l2", "linf", "l1", "quadratic", [], {}, 1e300]
    near = [str(Fraction(place[key]) * Fraction(k, 7)) for k in (6, 8)] if is_number(place[key]) else []
    place[key] = rng.choice([*9 * near, *pool])


def is_number(text):
    try:
        return isinstance(text, str) and bool(Fraction(text) + 1)
    except ValueError:
        return False


@pytest.mark.parametrize("norm", NORMS)
def test_random_mutations_are_refused_or_true(certificates, images, tmp_path, norm):
    """A thousand of them together: what still passes claims no more than what is known to be true."""
    rng = Random(norm)
    original, path = certificates[norm], tmp_path / "mutated.npz"
    original.save(path)
    raw, passed = path.read_bytes(), 0
    for trial in range(250):
        if trial % 2:
            flipped = bytearray(raw)
            for place in rng.choices(range(len(raw)), k=rng.randint(1, 3)):
                flipped[place] = rng.randrange(256)
            path.write_bytes(flipped)
        else:
            parts = take_apart(original)
            mutate_field(parts, rng)
            put_together(parts, path)
        found = check(path, images)
        assert found["exit"] in (0, 1, 2)
        if found["exit"] == 0:
            passed += 1
            with zipfile.ZipFile(path) as file:
                claim = json.loads(file.read("claim.json"))
            assert_true(claim, found, images)
    assert passed < 150


def assert_true(claim, found, measure):
    """Both ends hold for the exact risk of the claim, whatever it is by now."""
    assert found["risk_lower"] >= Fraction(claim["risk_lower"])
    threat = Quadratic(claim["tau"]) if claim["cost"] == "quadratic" else Ball(claim["cost"])
    eps = None if claim["cost"] == "quadratic" else Fraction(claim["eps"])
    truth = untruncated(measure, threat, eps) if claim["order"] == "full" else None
    if truth is None:
        truth = solve(interactions(measure, threat, eps, claim["order"]), framework="matrix", solver="simplex")
    assert found["risk_lower"] <= truth.risk_lower + truth.gap
    if claim["risk_upper"] is not None:
        assert truth.risk_lower <= found["risk_upper"] <= Fraction(claim["risk_upper"])


def test_an_array_of_objects_is_never_unpickled(certificates, images, tmp_path):
    class Trap:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "sprung",))

    parts = take_apart(certificates["l2"])
    parts["weights_2.npy"] = as_bytes(np.array([Trap()] * len(parts.pop("weights_2")), object))
    assert check(put_together(parts, tmp_path / "trap.npz"), images)["exit"] == 2
    assert not (tmp_path / "sprung").exists()
