"""Checks a certificate in exact arithmetic, with NumPy alone: python verifier.py CERTIFICATE DATA.npz

docs/certificate.md describes the format. Floats are the rationals that they are; what is claimed is computed anew.
"""

import hashlib
import json
import re
import sys
import zipfile
from collections import namedtuple
from fractions import Fraction
from itertools import combinations
from math import floor
from typing import Any

import numpy as np

MOST_BYTES, MOST_CLAIM, MOST_MEMBERS = 1 << 28, 1 << 20, 1000  # of a certificate, unpacked
SEARCHED, TRIED, BLOCK = 3000, 1_000_000, 1 << 17  # points and steps of a search; coordinates of one block

Data = namedtuple("Data", "points labels masses unit")  # labels 0 … K − 1 as int32, masses as float64
Claim = namedtuple("Claim", "norm reach order lower upper weight_unit")  # reach: ε or τ, in the unit of the points


class Refused(Exception):
    """The exit code, 1 or 2, and why; a code of 0 where only the search for violated interactions is given up."""


def verify(path: Any, data: Any) -> dict[str, Any]:
    """What a certificate proves about data, `Data` or a path: exit code, verdict, reason, and both ends."""
    try:
        data = data if isinstance(data, Data) else read_data(data)
        text, arrays = unpack(path)
        claim = read_claim(text, data)
        check_arrays(arrays, claim, data)
        lower, upper, unchecked = lower_end(arrays, claim, data), None, ""
        require(lower >= claim.lower, f"it proves {float(lower):.12g}, claims {float(claim.lower):.12g} at least", 1)
        if claim.upper is not None:
            upper, unchecked = upper_end(arrays["potential"], claim, data)
            require(upper <= claim.upper, f"it proves {float(upper):.12g}, claims {float(claim.upper):.12g} at most", 1)
        said = {key: text[key] for key in ("data", "cost", "eps", "tau", "order") if key in text}
        return dict(exit=0, verdict="proved", why="", **said, risk_lower=lower, risk_upper=upper, unchecked=unchecked)
    except Refused as error:
        code, why = error.args
    except Exception as error:  # of any type: it depends on where the damage is
        code, why = 2, f"it cannot be read ({' '.join(f'{type(error).__name__}: {error}'.split())[:200]})"
    return {"exit": code, "verdict": "false" if code == 1 else "not checkable", "why": why}


def require(holds: Any, rule: str, code: int = 2) -> None:
    """Refuse the certificate where something does not hold: 1 for what is false, 2 for what cannot be checked."""
    if not holds:
        raise Refused(code, rule)


def unpack(path: Any, skipped: tuple[str, ...] = ("claim.json", "about")) -> tuple[Any, dict[str, np.ndarray]]:
    """The claim and the arrays, of which none is unpacked before the sizes of all are known, and none is unpickled."""
    require(zipfile.is_zipfile(path), f"{path} is no .npz file, is cut short, or is not there")
    with zipfile.ZipFile(path) as file:
        infos, names = file.infolist(), [name for name in file.namelist() if not name.startswith(skipped)]
        fits = sum(info.file_size for info in infos) <= MOST_BYTES and {info.compress_type for info in infos} <= {0, 8}
        fits &= len({info.filename for info in infos}) == len(infos) <= MOST_MEMBERS
        require(fits, f"it has over {MOST_BYTES} bytes or {MOST_MEMBERS} members, or is not just deflated")
        arrays = {name.removesuffix(".npy"): np.lib.format.read_array(file.open(name)) for name in names}
        return json.loads(file.open("claim.json").read(MOST_CLAIM).decode()), arrays


def read_claim(claim: Any, data: Data) -> Claim:
    """The claim, once it is known to be one about these data."""
    require(f"{claim['format']} {claim['version']!r}" == "motlp certificate 1", "it is of an unknown format or version")
    sound = data.points.dtype.char in "bBhHiIlLqQefd" and np.isfinite(data.points).all() and data.unit > 0
    require(sound and 0 <= data.masses.min() <= data.masses.max() < np.inf, "the data hold no features or no masses")
    (n, d), classes, there = data.points.shape, int(data.labels.max()) + 1, claim["data"]
    here = {"points": n, "features": d, "classes": classes, "type": data.points.dtype.str, "unit": str(data.unit)}
    here |= {f"sha256_{k}": hashlib.sha256(a.tobytes()).hexdigest() for k, a in data._asdict().items() if k != "unit"}
    for name, value in here.items():
        require(there[name] == value, f"it is about other data: their {name} is {there[name]!r:.80}, not {value!r}")
    order = classes if claim["order"] == "full" else claim["order"]
    norm, quadratic = claim["cost"], claim["cost"] == "quadratic"
    require(order in range(1, classes + 1) and norm in ("l2", "linf", "l1", "quadratic"), "its order or cost is none")
    texts = [claim[key] for key in ("risk_lower", "risk_upper", "tau" if quadratic else "eps", "weight_unit")]
    require(all(re.fullmatch("[0-9]{1,3000}([./][0-9]{1,3000})?", t) for t in texts if t is not None), "no number")
    lower, upper, reach, unit = (text and Fraction(text) for text in texts)
    require(max(lower, upper or 0) <= 1 and unit > 0 and (reach > 0 or not quadratic), "a number is out of range")
    return Claim(norm, reach * data.unit**2 if quadratic else reach / data.unit, int(order), lower, upper, unit)


def check_arrays(arrays: dict[str, np.ndarray], claim: Claim, data: Data) -> None:
    """Refuse arrays of other names, types, shapes or values than the format has."""
    n, d = data.points.shape
    wanted: dict[str, Any] = {} if claim.upper is None else {"potential": ("<f8", n)}
    for k in range(2, claim.order + 1):
        if (members := arrays.get(f"members_{k}")) is not None:
            sets = len(members)
            wanted |= {f"members_{k}": ("<i4", sets, k), f"weights_{k}": ("<f8", sets)}
            if k > 2 and claim.norm == "l2":
                wanted[f"centres_{k}"] = "<i8 text", sets, k
            elif k > 2 and claim.norm == "l1":
                wanted |= {f"centres_{k}": ("<i8 <f8 text", sets, d), f"denominators_{k}": ("<i8 text", sets)}
            require(((members >= 0) & (members < n)).all(), f"members_{k} names points that are not there")
    require(set(arrays) == set(wanted), f"it lacks, or should not have, {sorted(set(arrays) ^ set(wanted))}"[:200])
    for name, (types, *shape) in wanted.items():
        array = arrays[name]
        kind = "text" if array.dtype.kind == "S" and array.dtype.itemsize <= 2000 else array.dtype.str
        require(kind in types.split() and [*array.shape] == shape, f"{name} is of another type or shape")
        fits = kind != "<f8" or (np.isfinite(array) & ((array >= 0) | name.startswith("centres"))).all()
        require(fits, f"{name} holds numbers that are negative or not finite")


def whole(array: np.ndarray, times: int = 0) -> tuple[np.ndarray, Fraction]:
    """Numbers as whole numbers times a power of two: Python's, or short ones that hold distances of `times` points."""
    if array.dtype.kind != "f":
        size = times and array.shape[-1] * (2 * times * max(-int(array.min()), int(array.max()))) ** 2
        if times and size < 2**63:
            return array.astype(np.int32 if size < 2**31 else np.int64), Fraction(1)
        numbers = [*map(int, array.ravel().tolist()), None]  # of texts, too; None keeps it an array of objects
        return np.array(numbers, object)[:-1].reshape(array.shape), Fraction(1)
    mantissas, exponents = np.frexp(array.astype(np.float64))
    digits = np.ldexp(mantissas, 53).astype(np.int64)
    lowest = int(exponents.min(where=digits != 0, initial=53))  # so that 1 is a whole number, too
    return digits.astype(object) << np.maximum(exponents - lowest, 0).astype(object), Fraction(2) ** (lowest - 53)


def length(gaps: np.ndarray, norm: str) -> np.ndarray:
    """Lengths along the last axis, in whole numbers; squared ones, unless the norm is l1 or linf."""
    gaps = np.abs(gaps) if norm in ("l1", "linf") else gaps * gaps
    return (gaps.max(axis=-1) if norm == "linf" else gaps.sum(axis=-1, dtype=gaps.dtype)).astype(object)


def lower_end(arrays: dict[str, np.ndarray], claim: Claim, data: Data) -> Fraction:
    """The lower end that follows from the weights, once every set is known to be an interaction."""
    orders = [k for k in range(2, claim.order + 1) if f"members_{k}" in arrays]
    weights, unit = whole(np.concatenate([np.zeros(1), *(arrays[f"weights_{k}"] for k in orders)]))
    masses, step = whole(data.masses)
    ratio = claim.weight_unit * unit / step
    covered, spent, start = [0] * len(masses), Fraction(0), 1
    for k in orders:
        size, names = max(1, BLOCK // (k * data.points.shape[1])), (f"centres_{k}", f"denominators_{k}")
        for first in range(0, len(arrays[f"members_{k}"]), size):
            rows = arrays[f"members_{k}"][first : first + size]
            shown = [arrays[name][first : first + size] for name in names if name in arrays]
            some, start = weights[start : start + len(rows)] * ratio.numerator, start + len(rows)
            spent += sum(some * check_sets(rows, shown, claim, data))
            for v, weight in zip(rows.ravel().tolist(), np.repeat(some, k).tolist(), strict=True):
                covered[v] += weight
    missing = sum(max(0, m * ratio.denominator - c) for m, c in zip(masses.tolist(), covered, strict=True))
    return max(Fraction(0), 1 - (spent + missing) / (ratio.denominator * sum(masses)))


def check_sets(rows: np.ndarray, shown: list[np.ndarray], claim: Claim, data: Data) -> Any:
    """The prices 1 + c_A of sets of points, once they are known to be interactions, which meet at the place c/q."""
    labels, k = np.sort(data.labels[rows], axis=1), rows.shape[1]
    require((labels[:, 1:] > labels[:, :-1]).all(), "a set has two points of one class", 1)
    share = whole(shown[0])[0] if shown and claim.norm == "l2" else np.ones(rows.shape, object)
    x, step = whole(data.points[rows], int(share.sum(axis=1).max()))
    if claim.norm == "l1" and shown:
        (c, unit), (q, _) = whole(shown[0]), whole(shown[1])
        x, c, q = x.astype(object), c * (unit / step).numerator, q * (unit / step).denominator
    elif claim.norm == "linf":
        c, q = x.min(axis=1) + x.max(axis=1), np.full(len(rows), 2, object)
    else:
        c, q = (share.astype(x.dtype)[:, :, None] * x if shown else x).sum(axis=1, dtype=x.dtype), share.sum(axis=1)
    require((share >= 0).all() and (q > 0).all(), "a centre has a negative weight, or a denominator of 0")
    far = length(q.astype(x.dtype)[:, None, None] * x - c[:, None], claim.norm)  # from the centre, q times
    if claim.norm == "quadratic":
        return 1 + far.sum(axis=1) * (claim.reach * step**2 / k**2)
    power, reach = (2 if claim.norm == "l2" else 1), claim.reach / step
    met = (far * reach.denominator**power <= (reach.numerator * q[:, None]) ** power).all(axis=1)
    require(met.all(), f"the points {rows[np.argmin(met)].tolist()} do not meet within reach", 1)
    return 1


def upper_end(potential: np.ndarray, claim: Claim, data: Data) -> tuple[Fraction, str]:
    """The upper end that follows from a potential that no interaction violates, and what of that was not checked."""
    (masses, _), (g, step), unchecked = whole(data.masses), whole(potential), ""
    try:
        search(g, int(1 / step), claim, data)
    except Refused as error:
        require(error.args[0] == 0, *error.args[::-1])
        unchecked = f"that no interaction violates the potential rests on motlp's search: {error.args[1]}"
    return 1 - step * sum(masses * g) / sum(masses), unchecked


def search(g: np.ndarray, one: int, claim: Claim, data: Data) -> None:
    """Refuse a potential that some interaction violates: all sets that might are grown in the order of falling g."""
    require(all(g <= one), "the potential of a point is above 1", 1)
    used = [v for v in np.argsort(-g, kind="stable").tolist() if g[v]]
    big = len(used) > SEARCHED or (data.points.dtype.kind == "f" and len(used) ** 2 * data.points.shape[1] > 1 << 27)
    require(not big, f"there are more than {SEARCHED} points, or they are floats and too many", 0)
    g, labels, near = g[used], data.labels[used], []  # near: points further down within reach, and their distances
    x, step = whole(data.points[[*used, 0]], 1)
    price = claim.reach * step**2 if claim.norm == "quadratic" else Fraction(0)
    most = 2 * (claim.order * max(g, default=0) - one) / (one * price) if price else 2 * claim.reach / step
    reach = most**2 if claim.norm == "l2" else most  # of two points of an interaction that the potential can violate
    for u, label in enumerate(labels):
        far = length(x[u + 1 : -1] - x[u], claim.norm)
        close = np.flatnonzero((labels[u + 1 :] != label) & (far <= floor(reach)))
        near.append(dict(zip((close + u + 1).tolist(), far[close].tolist(), strict=True)))
        require(sum(map(len, near)) <= TRIED, f"more than {TRIED} pairs are within reach", 0)
    sets, spent = [([u], g[u], 0) for u in range(len(used))], 0
    for size in range(2, claim.order + 1):
        larger, left = [], claim.order - size
        for A, total, spread in sets:
            for w in sorted(set(near[A[0]]).intersection(*(near[u] for u in A))):
                if total + (left + 1) * g[w] <= one:
                    break
                B, more, wide = [*A, w], total + g[w], spread + sum(near[u][w] for u in A)
                unit, most = size * price.denominator, one * (size * price.denominator + price.numerator * wide)
                promising = (more + left * g[w]) * unit > most
                spent += 1 + promising * (size**3 << size >> 3)  # about what `square` takes
                if promising and (claim.norm != "l2" or 4 * square(B, near) <= reach):
                    larger.append((B, more, wide))
                    sure = int(claim.norm != "l1" or size < 4)  # four points may not meet in l1 though every two do
                    require(more * unit <= most, f"points {[used[v] for v in B]} violate the potential", sure)
                require(spent <= TRIED, "it takes too long", 0)
        sets = larger


def square(A: list[int], near: list[dict[int, Any]]) -> Fraction:
    """Squared radius of the smallest l2 ball: of the balls around subsets with a centre inside, that of the widest."""
    best = Fraction(0)
    for S in (S for size in range(2, len(A) + 1) for S in combinations(A, size)):
        rows = [[Fraction(near[min(u, v)].get(max(u, v), 0)) for v in S] + [Fraction(1)] for u in S]
        for i in range(len(S)):
            rows[i:] = sorted(rows[i:], key=lambda row: row[i] == 0)
            rows[i] = [entry / (rows[i][i] or 1) for entry in rows[i]]
            rows = [[a - (row is not rows[i]) * row[i] * b for a, b in zip(row, rows[i], strict=True)] for row in rows]
        z = [row[-1] for row in rows]  # Dz = 1, and these weights of the centre give 1/(2Σz)
        if all(row[i] for i, row in enumerate(rows)) and min(z) >= 0:
            best = max(best, 1 / (2 * sum(z, Fraction(0))))
    return best


def read_data(path: Any) -> Data:
    """The arrays x, y, mass and unit of a .npz file."""
    file = np.load(path, allow_pickle=False)
    x, y = file["x"], np.unique(file["y"], return_inverse=True)[1].astype("<i4")
    mass = file["mass"].astype(np.float64) if "mass" in file else np.full(len(y), 1 / len(y))
    unit = Fraction(str(file["unit"]) if "unit" in file else Fraction(1, 255 if x.dtype == np.uint8 else 1))
    points = (x.view(np.uint8) if x.dtype == bool else x).reshape(len(y), -1)
    return Data(points, y, mass if abs(mass.sum() - 1) <= 1e-9 else mass / mass.sum(), unit)


if __name__ == "__main__":
    report = verify(*sys.argv[1:]) if len(sys.argv) == 3 else sys.exit(print(__doc__) or 2)
    for name, value in report.items():
        print(f"{name:11}{value}", f"(about {float(value):.9g})" if isinstance(value, Fraction) else "")
    sys.exit(report["exit"])
