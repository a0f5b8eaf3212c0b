"""Altered certificates: what does not follow is refused, and nothing makes the verifier crash or fill the memory."""

import json
import resource
import zipfile
from fractions import Fraction
from pathlib import Path
from random import Random

import numpy as np
import pytest
from support.certificates import EACH, NORMS, as_bytes, changing, check, put_together, take_apart

from motlp.problem.interactions import interactions
from motlp.problem.threat import Ball, Quadratic
from motlp.solving.solve import solve
from motlp.solving.untruncated import untruncated

MEGABYTE = 2**20


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
    """Six hundred of them together: what still passes claims no more than what is known to be true."""
    rng = Random(norm)
    original, path = certificates[norm], tmp_path / "mutated.npz"
    original.save(path)
    raw, passed = path.read_bytes(), 0
    for trial in range(150):
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
    assert passed < 90


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
