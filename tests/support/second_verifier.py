"""A second, independent verifier of certificates of version 1: plain exact arithmetic, for small cases."""

import ast
import hashlib
import itertools
import json
import math
import re
import zipfile
from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

MAX_POINTS, MAX_SETS = 300, 200_000
ALLOWED = {"members": ("<i4",), "weights": ("<f8",), "denominators": ("<i8", "S"), "potential": ("<f8",)}


class Verdict(NamedTuple):
    """What the checker found; `searched` is true only where the search for a violated interaction ran to its end."""

    exit: int
    why: str
    lower: Fraction | None
    upper: Fraction | None
    searched: bool


class Broken(Exception):
    """The file breaks a rule or is about other data (exit 2)."""


class Untrue(Exception):
    """The claim does not follow from the file (exit 1)."""


def need(holds: bool, why: str) -> None:
    """Stop with exit 2 unless a rule of the format holds."""
    if not holds:
        raise Broken(why)


def rational(text: Any) -> Fraction:
    """Read a rational in quotes."""
    match = re.fullmatch(r"([0-9]{1,3000})(?:([./])([0-9]{1,3000}))?", text) if isinstance(text, str) else None
    need(match is not None, f"not a rational: {str(text)[:40]}")
    head, mark, tail = match.groups()
    if mark == ".":
        return int(head) + Fraction(int(tail), 10 ** len(tail))
    need(mark is None or int(tail) > 0, "a denominator of 0")
    return Fraction(int(head), int(tail or "1"))


def whole(value: Any) -> bool:
    """Say whether a value of the claim is a whole number (3.0 counts, truth values do not)."""
    return (isinstance(value, int) and not isinstance(value, bool)) or (isinstance(value, float) and value.is_integer())


def unpack(path: Any) -> dict[str, bytes]:
    """Read the members of the zip file that verifiers read, within the limits."""
    with zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
        need(len(infos) <= 1000, "too many members")
        need(len({info.filename for info in infos}) == len(infos), "two members of one name")
        need(all(info.file_size >= 0 for info in infos) and sum(i.file_size for i in infos) <= 2**28, "too large")
        for info in infos:
            need(info.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED), "a compression of another kind")
            need(not info.flag_bits & 0x2041, "an encrypted member")
            need(info.filename != "claim.json" or info.file_size <= 2**20, "the claim is too long")
        result = {}
        for info in infos:
            if not info.filename.startswith("about"):
                with archive.open(info) as stream:
                    result[info.filename] = stream.read(info.file_size)
                need(len(result[info.filename]) == info.file_size, "a member is shorter than stated")
    return result


def array(raw: bytes, kinds: tuple[str, ...], shape: tuple[int | None, ...]) -> np.ndarray:
    """Read an array in NumPy's format of one of the given types and of the given shape (None: any length)."""
    need(raw[:6] == b"\x93NUMPY" and raw[6:8] in (b"\1\0", b"\2\0", b"\3\0"), "not an array in NumPy's format")
    start = 10 if raw[6] == 1 else 12
    need(len(raw) >= start, "a header that is cut off")
    length = int.from_bytes(raw[8:start], "little")
    need(length <= 10_000 and start + length <= len(raw), "a header that is too long or cut off")
    header = ast.literal_eval(raw[start : start + length].decode("utf-8" if raw[6] == 3 else "latin-1").strip())
    need(isinstance(header, dict) and set(header) == {"descr", "fortran_order", "shape"}, "a wrong header")
    descr, fortran, dims = header["descr"], header["fortran_order"], header["shape"]
    need(isinstance(descr, str) and isinstance(fortran, bool) and isinstance(dims, tuple), "a wrong header")
    dtype = np.dtype(descr)
    need((dtype.kind == "S" and "S" in kinds and dtype.itemsize <= 2000) or dtype.str in kinds, f"type {descr[:40]}")
    need(all(type(n) is int and n >= 0 for n in dims) and len(dims) == len(shape), "a wrong shape")
    need(all(want in (None, got) for want, got in zip(shape, dims, strict=False)), "a wrong shape")
    count = math.prod(dims)
    need(count == 0 or dtype.itemsize > 0, "texts without characters")
    need(count * dtype.itemsize <= len(raw) - start - length, "fewer bytes than the shape needs")
    if count == 0:
        return np.zeros(dims, dtype)
    return np.frombuffer(raw, dtype, count, start + length).reshape(dims, order="F" if fortran else "C")


def numbers(values: np.ndarray) -> list:
    """Turn an array of one or two axes into (lists of) exact numbers."""
    need(values.dtype.kind != "f" or bool(np.isfinite(values).all()), "a number that is not finite")
    exact = {"S": int, "f": Fraction, "i": int}[values.dtype.kind]
    return [[exact(e) for e in row] if isinstance(row, list) else exact(row) for row in values.tolist()]


def integers(points: np.ndarray) -> tuple[list[list[int]], int]:
    """Return the points times a common power of two, as whole numbers, and that power."""
    need(points.ndim == 2 and points.dtype.kind in "iuf", "points of a wrong type")
    need(points.dtype.kind != "f" or bool(np.isfinite(points).all()), "points that are not finite")
    pairs = [[value.as_integer_ratio() for value in row] for row in points.tolist()]
    scale = max((q for row in pairs for _, q in row), default=1)
    return [[p * (scale // q) for p, q in row] for row in pairs], scale


def enclosed(group: tuple[int, ...], square: Callable[[int, int], int], limit: Fraction) -> bool:
    """Say whether a support is no obstacle: it spans no ball around its own hull's point of squared radius > limit."""
    first, rest = group[0], group[1:]
    rows = [[Fraction(square(i, first) + square(j, first) - square(i, j)) for j in rest] for i in rest]
    for row, i in zip(rows, rest, strict=False):
        row.append(Fraction(square(i, first)))
    for col in range(len(rows)):
        pivot = next((r for r in range(col, len(rows)) if rows[r][col] != 0), None)
        if pivot is None:
            return True  # affinely dependent: a smaller support decides
        rows[col], rows[pivot] = rows[pivot], rows[col]
        rows[col] = [value / rows[col][col] for value in rows[col]]
        for r in range(len(rows)):
            if r != col and rows[r][col] != 0:
                rows[r] = [a - rows[r][col] * b for a, b in zip(rows[r], rows[col], strict=False)]
    shares = [row[-1] for row in rows]
    if min(shares) < 0 or sum(shares) > 1:
        return True
    return sum(t * square(i, first) for t, i in zip(shares, rest, strict=False)) / 2 <= limit


class Geometry:
    """The points as whole numbers, with distances, costs and meeting tests."""

    def __init__(self, points: np.ndarray, unit: Fraction, cost: str, size: Fraction) -> None:
        """Scale the radius (or the price) to the points as whole numbers."""
        self.x, self.scale = integers(points)
        self.cost, self.known, self.supports = cost, {}, {}
        self.eps = size * self.scale / unit
        self.tau = size * (unit / self.scale) ** 2

    def distance(self, u: int, v: int) -> int:
        """Return the distance of two points, squared for l2 and quadratic, in scaled units."""
        key = (u, v) if u < v else (v, u)
        if key not in self.known:
            gaps = [abs(a - b) for a, b in zip(self.x[u], self.x[v], strict=False)]
            self.known[key] = (
                max(gaps, default=0)
                if self.cost == "linf"
                else sum(gaps)
                if self.cost == "l1"
                else sum(g * g for g in gaps)
            )
        return self.known[key]

    def price(self, group: tuple[int, ...]) -> Fraction:
        """Return the cost of a set that is an interaction."""
        if self.cost != "quadratic":
            return Fraction(0)
        return self.tau * sum(self.distance(u, v) for u, v in itertools.combinations(group, 2)) / len(group)

    def near(self, u: int, v: int) -> bool:
        """Say whether two points meet."""
        reach = 2 * self.eps
        return self.cost == "quadratic" or self.distance(u, v) <= (reach * reach if self.cost == "l2" else reach)

    def joins(self, group: tuple[int, ...], v: int) -> bool | None:
        """Say whether a set that meets still does so with one more point; None where l1 leaves it open."""
        if not all(self.near(u, v) for u in group):
            return False
        if self.cost == "l1" and len(group) >= 3:
            return None
        if self.cost != "l2":
            return True
        for size in range(2, min(len(group), len(self.x[v])) + 1):
            for part in itertools.combinations(group, size):
                key = tuple(sorted((*part, v)))
                if key not in self.supports:
                    self.supports[key] = enclosed(key, self.distance, self.eps**2)
                if not self.supports[key]:
                    return False
        return True

    def meets_at(self, row: list[int], centre: list | None, q: int) -> bool:
        """Say whether the points of a listed set meet at its stated place, or at the one the format names."""
        if centre is None:
            return all(self.near(u, v) for u, v in itertools.combinations(row, 2))
        if self.cost == "l2":
            q = sum(centre)
            place = [sum(c * self.x[v][j] for c, v in zip(centre, row, strict=False)) for j in range(len(self.x[0]))]
            reach = (q * self.eps) ** 2
            return all(sum((q * a - b) ** 2 for a, b in zip(self.x[v], place, strict=False)) <= reach for v in row)
        place = [self.scale * c for c in centre]
        return all(sum(abs(q * a - b) for a, b in zip(self.x[v], place, strict=False)) <= q * self.eps for v in row)


def search(space: Geometry, labels: list[int], g: list[Fraction], order: int) -> bool:
    """Raise Untrue at a violated interaction of at most `order` points; say whether the search ran to its end."""
    need_more = [v for v in range(len(g)) if g[v] > 1]
    if need_more:
        raise Untrue(f"the potential of point {need_more[0]} is above 1")
    if len(g) > MAX_POINTS:
        return False
    ranked = sorted((v for v in range(len(g)) if g[v] > 0), key=lambda v: -g[v])
    visited, sure = 0, True
    stack: list[tuple[tuple[int, ...], Fraction, int]] = [((), Fraction(0), 0)]
    while stack:
        group, total, rank = stack.pop()
        used, best = {labels[v] for v in group}, space.price(group) + 1 if group else Fraction(1)
        while rank < len(ranked) and labels[ranked[rank]] in used:
            rank += 1
        if rank == len(ranked) or len(group) == order:
            continue
        seen, bound = set(used), total
        for v in ranked[rank:]:
            if len(seen) < order and labels[v] not in seen:
                seen.add(labels[v])
                bound += g[v]
        if bound <= best:
            continue  # costs only grow with the set
        stack.append((group, total, rank + 1))
        v = ranked[rank]
        visited += 1
        if visited > MAX_SETS:
            return False
        meets = space.joins(group, v)
        if meets is False:
            continue
        larger = (*group, v)
        violated = total + g[v] > 1 + space.price(larger)
        if violated and meets:
            raise Untrue(f"the points {larger} violate the potential")
        if violated:
            sure = False
        else:
            stack.append((larger, total + g[v], rank + 1))
    return sure


def examine(path: Any, points: np.ndarray, labels: np.ndarray, masses: np.ndarray, unit: Fraction) -> Verdict:
    """Check a certificate, with exceptions for all that fails."""
    files = unpack(path)
    need("claim.json" in files, "no claim")
    claim = json.loads(files.pop("claim.json").decode("utf-8"))
    need(isinstance(claim, dict) and isinstance(claim.get("data"), dict), "the claim is no object")
    need(claim.get("format") == "motlp certificate", "another format")
    need(whole(claim.get("version")) and claim["version"] == 1, "another version")
    cost, data, y = claim.get("cost"), claim["data"], labels.tolist()
    need(cost in ("l2", "linf", "l1", "quadratic"), "an unknown cost")
    size = rational(claim.get("tau" if cost == "quadratic" else "eps"))
    need(cost != "quadratic" or size > 0, "tau is not positive")
    n, k_all = len(y), len(set(y))
    need(n > 0 and set(y) == set(range(k_all)) and points.ndim == 2 and len(points) == n, "labels of a wrong kind")
    order = k_all if claim.get("order") == "full" else claim.get("order")
    need(whole(order) and 1 <= order <= k_all, "a wrong order")
    order = int(order)
    least, pi_unit = rational(claim.get("risk_lower")), rational(claim.get("weight_unit"))
    need("risk_upper" in claim, "no risk_upper")
    most = None if claim["risk_upper"] is None else rational(claim["risk_upper"])
    need(0 <= least <= 1 and (most is None or 0 <= most <= 1) and pi_unit > 0, "a number out of its range")
    for key, value in {"points": n, "features": points.shape[1], "classes": k_all}.items():
        need(whole(data.get(key)) and data[key] == value, f"other data: {key}")
    need(
        data.get("type") == points.dtype.str and data.get("unit") == str(unit) and unit > 0, "other data: type or unit"
    )
    bytes_of = {"points": points, "labels": labels.astype("<i4"), "masses": masses.astype("<f8")}
    for key, values in bytes_of.items():
        need(data.get("sha256_" + key) == hashlib.sha256(values.tobytes("C")).hexdigest(), f"other data: {key}")
    space, mass = Geometry(points, unit, cost, size), numbers(masses.astype("<f8"))
    need(len(mass) == n and min(mass) >= 0 and sum(mass) > 0, "masses of a wrong kind")
    need(("potential.npy" in files) == (most is not None), "a potential without an upper end, or the reverse")
    g = numbers(array(files.pop("potential.npy"), ALLOWED["potential"], (n,))) if most is not None else []
    need(min(g, default=0) >= 0, "a negative potential")
    orders = [re.fullmatch(r"(members|weights|centres|denominators)_([1-9][0-9]{0,9})\.npy", name) for name in files]
    need(all(orders), "an unknown member")
    sets: list[tuple[list[int], Fraction, list | None, int]] = []
    for k in sorted({int(match[2]) for match in orders}):
        need(2 <= k <= order, f"sets of {k} points")
        placed = k >= 3 and cost in ("l1", "l2")
        wanted = {"members", "weights"} | ({"centres"} if placed else set())
        wanted |= {"denominators"} if placed and cost == "l1" else set()
        need({match[1] for match in orders if int(match[2]) == k} == wanted, f"the arrays of order {k}")
        member = array(files[f"members_{k}.npy"], ALLOWED["members"], (None, k)).tolist()
        weight = numbers(array(files[f"weights_{k}.npy"], ALLOWED["weights"], (len(member),)))
        need(all(0 <= v < n for row in member for v in row), "a point that does not exist")
        need(min(weight, default=0) >= 0, "a negative weight")
        centre, below = [None] * len(member), [1] * len(member)
        if placed:
            kinds, width = (("<i8", "S"), k) if cost == "l2" else (("<i8", "<f8", "S"), points.shape[1])
            centre = numbers(array(files[f"centres_{k}.npy"], kinds, (len(member), width)))
            need(cost == "l1" or all(min(row) >= 0 and sum(row) > 0 for row in centre), "a wrong centre")
        if placed and cost == "l1":
            below = numbers(array(files[f"denominators_{k}.npy"], ALLOWED["denominators"], (len(member),)))
            need(min(below, default=1) > 0, "a denominator that is not positive")
        sets += zip(member, weight, centre, below, strict=False)
    paid, left = Fraction(0), list(mass)
    for row, weight, centre, q in sets:
        if len({y[v] for v in row}) < len(row):
            raise Untrue(f"two points of one label in {row}")
        if cost != "quadratic" and not space.meets_at(row, centre, q):
            raise Untrue(f"the points {row} do not meet")
        paid += (1 + space.price(tuple(row))) * weight * pi_unit
        for v in row:
            left[v] -= weight * pi_unit
    lower = max(Fraction(0), 1 - (paid + sum(max(Fraction(0), s) for s in left)) / sum(mass))
    if lower < least:
        return Verdict(1, "the lower end does not reach risk_lower", lower, None, False)
    if most is None:
        return Verdict(0, "proved", lower, None, False)
    upper = 1 - sum(m * h for m, h in zip(mass, g, strict=False)) / sum(mass)
    if upper > most:
        return Verdict(1, "the upper end is above risk_upper", lower, upper, False)
    try:
        done = search(space, y, g, order)
    except Untrue as error:
        return Verdict(1, str(error), lower, upper, False)
    return Verdict(0, "proved" if done else "proved, but for the search", lower, upper, done)


def check(path: Any, points: np.ndarray, labels: np.ndarray, masses: np.ndarray, unit: Fraction) -> Verdict:
    """Check a certificate against the canonical arrays; never raises."""
    try:
        return examine(path, points, labels, masses, unit)
    except Untrue as error:
        return Verdict(1, str(error), None, None, False)
    except Exception as error:  # whatever cannot be read is not checkable
        return Verdict(2, f"{type(error).__name__}: {error}"[:300], None, None, False)
