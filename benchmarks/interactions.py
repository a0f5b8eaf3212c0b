"""Class interactions at the size of whole data sets, against the libraries that people use for them.

    python benchmarks/interactions.py [growth triples l2 linf l1 million] [--quick]

prints a table for each question, or for those that are named, everything measured in one run on this machine:

* growth: how the time of the pairs grows with the number of points: MNIST from 5,000 to 60,000 images, then with seven
  copies shifted by a pixel, 480,000 in all, at ε = 2.5; and the peak memory of a process that does nothing else;
* triples of MNIST at ε = 3 against GUDHI's `SimplexTree.expansion` on the same pairs, which lists every triangle of
  pairs, while ours tests the enclosing ball of each and keeps the true interactions; and the peak memory of a process
  that does nothing but enumerate all interactions of order 3;
* l2: pairs within a radius, MNIST (60,000 × 784) and CIFAR-10 (50,000 × 3072), against FAISS `range_search` and
  scikit-learn's `radius_neighbors_graph`, both in float32 on every core: seconds, ratio, and the cross-class pairs on
  which each differs from the exact answer. The peers find the pairs within a class as well; that is part of their time,
  as neither can leave them out, and not of the comparison;
* linf and l1: the same with FAISS `METRIC_Linf` and `METRIC_L1`, and scikit-learn's "chebyshev" and "manhattan", on a
  part of the rows, whose time is multiplied; and ours in ℓ2 on the same points, at ε = 3;
* million: 1,000,000 × 64 float32 numbers, a Gaussian for each of ten classes.

The data are read from the folder that the environment variable MOTLP_DATA names: `MNIST/raw/train-*-ubyte` and
`cifar10_jpeg.zip` (train/<class>/*.jpg). The peers come with the dependency group `benchmark`, and JPEGs are read by
Pillow. `--quick` takes 10,000 points of each. Compilation is left out of every time: a small problem comes first. Ours
is the median of three runs; the peers, which take minutes, run once, and so does what takes us a minute.
"""

import argparse
import io
import multiprocessing
import os
import resource
import statistics
import sys
import time
import zipfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from motlp import Ball, Hypergraph, LabeledMeasure, Progress, interactions
from motlp.geometry.distance import Norm
from motlp.geometry.pairs import Pairs, list_both_ways, pairs_within

Data = tuple[np.ndarray, np.ndarray]  # points, sorted by class, and their labels
Found = tuple[np.ndarray, np.ndarray]  # compressed rows
SIZES = (5_000, 10_000, 20_000, 40_000, 60_000)
SHIFTS = ((0, 0), (0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (-1, -1), (1, -1))  # of images, by pixels
PEERS = ("FAISS", "scikit-learn")
METRICS = {"l2": "euclidean", "linf": "chebyshev", "l1": "manhattan"}  # as scikit-learn calls the norms
QUESTIONS = ("growth", "triples", "l2", "linf", "l1", "million")
SETTINGS: dict[str, list[tuple[str, float | Fraction, int | None]]] = {  # data, radius, rows of the peers
    "l2": [("MNIST", 6, None), ("CIFAR-10", 6, None)],
    "linf": [
        ("MNIST", Fraction(188, 255), 300),
        ("MNIST", Fraction("0.6"), 300),
        ("CIFAR-10", Fraction(16, 255), 100),
        ("CIFAR-10", Fraction(53, 255), 100),
        ("CIFAR-10", Fraction("0.4"), 100),
    ],
    "l1": [("MNIST", Fraction(13400, 255), 300)],
}
console = Console()


def mnist(root: Path) -> Data:
    raw = root / "MNIST" / "raw"
    images = np.frombuffer((raw / "train-images-idx3-ubyte").read_bytes(), np.uint8, offset=16)
    labels = np.frombuffer((raw / "train-labels-idx1-ubyte").read_bytes(), np.uint8, offset=8)
    return by_class(images.reshape(-1, 784), labels)


def cifar10(root: Path) -> Data:
    from PIL import Image

    with zipfile.ZipFile(root / "cifar10_jpeg.zip") as archive:
        names = [name for name in archive.namelist() if name.startswith("train/") and name.endswith(".jpg")]
        images = [np.asarray(Image.open(io.BytesIO(archive.read(name)))).ravel() for name in names]
    _, labels = np.unique([name.split("/")[1] for name in names], return_inverse=True)
    return by_class(np.stack(images), labels)


def by_class(points: np.ndarray, labels: np.ndarray) -> Data:
    order = np.argsort(labels, kind="stable")
    return np.ascontiguousarray(points[order]), labels[order].astype(np.int32)


def part(data: Data, number: int) -> Data:
    """An even choice of about `number` points, in the same order."""
    chosen = np.linspace(0, len(data[0]) - 1, min(number, len(data[0]))).astype(int)
    return data[0][chosen], data[1][chosen]


def ours(points: np.ndarray, labels: np.ndarray, radius: float | Fraction, norm: Norm = "l2") -> Pairs:
    limit = Fraction(str(radius)) * 255
    return pairs_within(points, labels, limit**2 if norm == "l2" else limit, norm)


def prepare(peer: str, points: np.ndarray, rows: np.ndarray, radius: float, norm: Norm) -> Callable[[], Found]:
    """A search of a peer for all points within the radius of some of them, its index made beforehand."""
    features = points.astype(np.float32) / np.float32(255)
    return (faiss if peer == "FAISS" else sklearn)(features, features[rows], radius, norm)


def faiss(features: np.ndarray, queries: np.ndarray, radius: float, norm: Norm) -> Callable[[], Found]:
    import faiss

    metric = {"l2": faiss.METRIC_L2, "linf": faiss.METRIC_Linf, "l1": faiss.METRIC_L1}[norm]

    def search() -> Found:
        index = faiss.IndexFlat(features.shape[1], metric)
        index.add(features)
        limits, _, found = index.range_search(queries, radius**2 if norm == "l2" else radius)
        return limits, found

    return search


def sklearn(features: np.ndarray, queries: np.ndarray, radius: float, norm: Norm) -> Callable[[], Found]:
    from sklearn.neighbors import NearestNeighbors

    def search() -> Found:
        graph = NearestNeighbors(radius=radius, metric=METRICS[norm], n_jobs=-1).fit(features)
        found = graph.radius_neighbors_graph(queries)
        return found.indptr, found.indices

    return search


def keys(rows: np.ndarray, limits: np.ndarray, found: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The cross-class pairs of some rows with all points, as sorted numbers row·N + column."""
    parts = []
    for start in range(0, len(rows), 1024):
        some = rows[start : start + 1024]
        ends = limits[start : start + len(some) + 1].astype(np.int64)
        columns, owners = found[ends[0] : ends[-1]].astype(np.int64), np.repeat(some, np.diff(ends))
        across = labels[owners] != labels[columns]
        parts.append(owners[across] * len(labels) + columns[across])
    return np.sort(np.concatenate(parts))


def timed(work: Callable, repeat: int = 1) -> tuple[float, object]:
    seconds = []
    for _ in range(repeat):
        start = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds), result


def pairs_against_peers(name: str, data: Data, radius: float | Fraction, norm: Norm, number: int | None = None) -> None:
    """One table; the peers look at `number` of the rows, by default at all."""
    points, labels = data
    rows = np.linspace(0, len(points) - 1, number or len(points)).astype(int)
    share, some = (
        len(points) / len(rows),
        "" if number is None else f"; peers on {number:,} rows, time × {len(points) / number:g}",
    )
    table = Table(title=f"Pairs: {name}, {len(points):,} × {points.shape[1]}, {norm} radius {float(radius):.4g}{some}")
    for column in ("", "seconds", "ours is faster by", "cross-class pairs of these rows", "wrong"):
        table.add_column(column, justify="left" if column == "" else "right")
    seconds, exact = timed(lambda: ours(points, labels, radius, norm), repeat=3)
    both = list_both_ways(exact)
    truth = keys(np.arange(len(points)), both.indptr, both.indices, labels)
    truth = truth[np.isin(truth // len(points), rows)]
    table.add_row("motlp", f"{seconds:.2f}", "", f"{len(truth):,} ({len(exact.indices):,} of all rows)", "exact")
    if norm != "l2":
        euclidean, _ = timed(lambda: ours(points, labels, 6), repeat=3)
        table.add_row("motlp in l2, radius 6", f"{euclidean:.2f}", f"{euclidean / seconds:.1f} ×", "", "")
    for peer in PEERS:
        with console.status(f"{peer} on {name}"):
            theirs, found = timed(prepare(peer, points, rows, float(radius), norm))
        close = keys(rows, *found, labels)
        wrong = len(np.setxor1d(truth, close, assume_unique=True))
        theirs *= share
        table.add_row(peer, f"{theirs:.1f}", f"{theirs / seconds:.1f} ×", f"{len(close):,}", f"{wrong:,}")
        del found, close
    console.print(table)


def shifted(data: Data, copies: int) -> Data:
    """The images, and copies of them that are shifted by a pixel, under the same labels."""
    points, labels = data
    images = points.reshape(-1, 28, 28)
    moved = np.concatenate([np.roll(images, shift, (1, 2)).reshape(points.shape) for shift in SHIFTS[:copies]])
    return by_class(moved, np.tile(labels, copies))


def growth(name: str, digits: Data) -> None:
    """Seconds for parts of the images and for copies of all of them, and the exponents of both."""
    table = Table("points", "seconds", "pairs", title=f"Growth: pairs of {name}, ℓ2, ε = 2.5")
    parts = [part(digits, size) for size in SIZES if size <= len(digits[0])]
    exponents = []
    for kind, sets in (("parts", parts), ("shifted copies", [shifted(digits, copies) for copies in (1, 2, 4, 8)])):
        sizes, seconds = [len(chosen[0]) for chosen in sets], []
        for chosen in sets:
            spent, found = timed(lambda chosen=chosen: ours(*chosen, 5), repeat=3 if len(chosen[0]) < 100_000 else 1)
            seconds.append(spent)
            table.add_row(f"{len(chosen[0]):,}", f"{spent:.2f}", f"{len(found.indices):,}")
        exponents.append(f"{np.polyfit(np.log(sizes), np.log(seconds), 1)[0]:.2f} ({kind})")
    table.caption = f"time grows as N to the power of {' and '.join(exponents)}"
    console.print(table)


def peak_of_growth(number: int, root: Path) -> float:
    """GiB that a process has held at most that finds the pairs of all copies."""
    ours(*shifted(part(mnist(root), number), len(SHIFTS)), 5)
    return peak()


def million(number: int) -> None:
    table = Table(
        "points", "seconds", "pairs", "GiB at most", title="Ten Gaussians in 64 dimensions, float32, ℓ2, ε = 3.75"
    )
    for size in (number // 4, number):
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            seconds, found, gibibytes = pool.apply(gaussians, (size,))
        table.add_row(f"{size:,}", f"{seconds:.1f}", f"{found:,}", f"{gibibytes:.2f}")
    console.print(table)


def gaussians(number: int) -> tuple[float, int, float]:
    """Seconds, pairs and the most GiB that this process has held, for so many points."""
    random = np.random.default_rng(0)
    labels = np.sort(np.arange(number, dtype=np.int32) % 10)
    points = random.standard_normal((number, 64), np.float32)
    points += 0.5 * random.standard_normal((10, 64), np.float32)[labels]
    limit = (2 * Fraction("3.75")) ** 2
    pairs_within(points[:: number // 20_000], labels[:: number // 20_000], limit, "l2")  # compiles
    seconds, found = timed(lambda: pairs_within(points, labels, limit, "l2"))
    return seconds, len(found.indices), peak()


class LastPair(Progress):
    """Hears when the last pair was found."""

    def update(self, stage: str, done: float, total: float) -> None:
        if stage == "pairs":
            self.found = time.perf_counter()


def enumerate_triples(data: Data, eps: str) -> tuple[float, Hypergraph]:
    """The interactions of order 3, and the seconds from the last pair to the end."""
    last = LastPair()
    hypergraph = interactions(LabeledMeasure.from_arrays(*data), Ball("l2"), eps, 3, progress=last)
    return time.perf_counter() - last.found, hypergraph


def triples_against_gudhi(name: str, data: Data, eps: str) -> None:
    from gudhi import SimplexTree

    runs = [enumerate_triples(data, eps) for _ in range(3)]
    seconds, hypergraph = statistics.median(run[0] for run in runs), runs[0][1]
    tree = SimplexTree()
    tree.insert_batch(np.arange(len(data[0]), dtype=np.int32)[None], np.zeros(len(data[0])))
    tree.insert_batch(np.ascontiguousarray(hypergraph.members[1].T), np.zeros(len(hypergraph.members[1])))
    edges = tree.num_simplices()
    theirs, _ = timed(lambda: tree.expansion(2))
    table = Table(title=f"Triples: {name}, {len(data[0]):,} points, ε = {eps}, {len(hypergraph.members[1]):,} pairs")
    for column in ("", "seconds", "ours is faster by", "triples", "enclosing balls tested"):
        table.add_column(column, justify="left" if column == "" else "right")
    table.add_row("motlp", f"{seconds:.2f}", "", f"{len(hypergraph.members[2]):,}", "yes")
    found = f"{tree.num_simplices() - edges:,}"
    table.add_row("GUDHI SimplexTree.expansion", f"{theirs:.2f}", f"{theirs / seconds:.1f} ×", found, "no")
    console.print(table)


def peak_of_triples(number: int, eps: str, root: Path) -> float:
    """GiB that a process has held at most, the images (and all imports) included."""
    enumerate_triples(part(mnist(root), number), eps)
    return peak()


def peak() -> float:
    """GiB that this process has held at most."""
    status = Path("/proc/self/status")
    if status.exists():  # `getrusage` there begins with what the process had that started this one
        return int(status.read_text().split("VmHWM:")[1].split()[0]) / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**30 if sys.platform == "darwin" else 2**20)


def in_new_process(work: Callable, *arguments: object) -> float:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, arguments)


def main() -> None:
    parser = argparse.ArgumentParser(description="Interactions against the libraries that people use for them.")
    parser.add_argument("questions", nargs="*", choices=[*QUESTIONS, []], help="which tables (default: all)")
    parser.add_argument("--quick", action="store_true", help="10,000 points of each data set")
    chosen = parser.parse_args()
    if "MOTLP_DATA" not in os.environ:
        parser.error("set MOTLP_DATA to the folder that holds MNIST/ and cifar10_jpeg.zip")
    root, number = Path(os.environ["MOTLP_DATA"]), 10_000 if chosen.quick else 60_000
    digits = part(mnist(root), number)
    for norm, radius in (("l2", 6), ("linf", Fraction(188, 255)), ("l1", 40)):
        ours(*part(digits, 8_000), radius, norm)  # compiles
    for question in chosen.questions or QUESTIONS:
        if question == "growth":
            growth("MNIST", digits)
            most = in_new_process(peak_of_growth, number, root)
            console.print(f"Peak memory, pairs of {8 * number:,} images: {most:.2f} GiB")
        elif question == "triples":
            triples_against_gudhi("MNIST", digits, "3")
            most = in_new_process(peak_of_triples, number, "3", root)
            console.print(f"Peak memory, all interactions of MNIST ({number:,} points, ε = 3, order 3): {most:.2f} GiB")
        elif question == "million":
            million(100_000 if chosen.quick else 1_000_000)
        else:
            images = part(cifar10(root), number)
            for name, radius, rows in SETTINGS[question]:
                pairs_against_peers(name, {"MNIST": digits, "CIFAR-10": images}[name], radius, question, rows)


if __name__ == "__main__":
    main()
