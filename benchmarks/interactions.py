"""Class interactions at the size of whole data sets, against the libraries that people use for them.

    python benchmarks/interactions.py [--quick]

prints one table for each question, everything measured in one run on this machine:

* pairs within a radius, MNIST (60,000 × 784) and CIFAR-10 (50,000 × 3072), against FAISS `IndexFlatL2.range_search` and
  scikit-learn's `radius_neighbors_graph`, both in float32 on every core: seconds, ratio, and the cross-class pairs on
  which each differs from the exact answer. The peers find the pairs within a class as well; that is part of their time,
  as neither can leave them out, and not of the comparison.
* how the time grows with the number of points;
* triples of MNIST at ε = 3 against GUDHI's `SimplexTree.expansion` on the same pairs, which lists every triangle of
  pairs, while ours tests the enclosing ball of each and keeps the true interactions;
* the peak memory of a process that does nothing but enumerate all interactions of order 3.

The data are read from the folder that the environment variable MOTLP_DATA names: `MNIST/raw/train-*-ubyte` and
`cifar10_jpeg.zip` (train/<class>/*.jpg). The peers come with the dependency group `benchmark`, and JPEGs are read by
Pillow. `--quick` takes 10,000 points of each. Compilation is left out of every time: a small problem comes first. Ours
is the median of three runs; the peers, which take minutes, run once.
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
from motlp.geometry.pairs import Pairs, pairs_within

Data = tuple[np.ndarray, np.ndarray]  # points, sorted by class, and their labels
SIZES = (5_000, 10_000, 20_000, 40_000, 60_000)
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


def ours(points: np.ndarray, labels: np.ndarray, radius: float) -> Pairs:
    return pairs_within(points, labels, (Fraction(str(radius)) * 255) ** 2, "l2")


def faiss(points: np.ndarray, radius: float) -> Callable[[], tuple[np.ndarray, np.ndarray]]:
    from faiss import IndexFlatL2

    features = points.astype(np.float32) / np.float32(255)

    def search() -> tuple[np.ndarray, np.ndarray]:
        index = IndexFlatL2(features.shape[1])
        index.add(features)
        limits, _, found = index.range_search(features, radius**2)
        return limits, found

    return search


def sklearn(points: np.ndarray, radius: float) -> Callable[[], tuple[np.ndarray, np.ndarray]]:
    from sklearn.neighbors import radius_neighbors_graph

    features = points.astype(np.float32) / np.float32(255)

    def search() -> tuple[np.ndarray, np.ndarray]:
        graph = radius_neighbors_graph(features, radius, include_self=False, n_jobs=-1)
        return graph.indptr, graph.indices

    return search


def keys(limits: np.ndarray, found: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The cross-class pairs i < j of compressed rows as sorted numbers i·N + j."""
    parts = []
    for start in range(0, len(labels), 1024):
        stop = min(start + 1024, len(labels))
        columns = found[limits[start] : limits[stop]].astype(np.int64)
        rows = np.repeat(np.arange(start, stop), np.diff(limits[start : stop + 1].astype(np.int64)))
        upward = labels[rows] < labels[columns]
        parts.append(rows[upward] * len(labels) + columns[upward])
    return np.sort(np.concatenate(parts))


def timed(work: Callable, repeat: int = 1) -> tuple[float, object]:
    seconds = []
    for _ in range(repeat):
        start = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds), result


def pairs_against_peers(name: str, data: Data, radius: float) -> None:
    points, labels = data
    table = Table(title=f"Pairs: {name}, {len(points):,} × {points.shape[1]}, ℓ2 radius {radius:g}")
    for column in ("", "seconds", "ours is faster by", "cross-class pairs", "wrong"):
        table.add_column(column, justify="left" if column == "" else "right")
    seconds, exact = timed(lambda: ours(points, labels, radius), repeat=3)
    truth = keys(exact.indptr, exact.indices, labels)
    table.add_row("motlp", f"{seconds:.2f}", "", f"{len(truth):,}", "exact")
    for peer, prepare in (("FAISS range_search", faiss), ("scikit-learn radius_neighbors_graph", sklearn)):
        with console.status(f"{peer} on {name}"):
            theirs, found = timed(prepare(points, radius))
        close = keys(*found, labels)
        wrong = len(np.setxor1d(truth, close, assume_unique=True))
        table.add_row(peer, f"{theirs:.2f}", f"{theirs / seconds:.1f} ×", f"{len(close):,}", f"{wrong:,}")
        del found, close
    console.print(table)


def growth(name: str, data: Data, radius: float) -> None:
    table = Table("points", "seconds", "pairs", title=f"Growth: pairs of {name}, ℓ2 radius {radius:g}")
    sizes = [size for size in SIZES if size <= len(data[0])]
    seconds = []
    for size in sizes:
        chosen = part(data, size)
        spent, found = timed(lambda chosen=chosen: ours(*chosen, radius), repeat=3)
        seconds.append(spent)
        table.add_row(f"{size:,}", f"{spent:.2f}", f"{len(found.indices):,}")
    exponent = np.polyfit(np.log(sizes), np.log(seconds), 1)[0]
    table.caption = f"time grows as N^{exponent:.2f}"
    console.print(table)


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


def peak_memory(number: int, eps: str, root: Path) -> float:
    """GiB that a process has held at most, the images (and all imports) included."""
    enumerate_triples(part(mnist(root), number), eps)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**30 if sys.platform == "darwin" else 2**20)


def main() -> None:
    parser = argparse.ArgumentParser(description="Interactions against the libraries that people use for them.")
    parser.add_argument("--quick", action="store_true", help="10,000 points of each data set")
    quick = parser.parse_args().quick
    if "MOTLP_DATA" not in os.environ:
        parser.error("set MOTLP_DATA to the folder that holds MNIST/ and cifar10_jpeg.zip")
    root, number = Path(os.environ["MOTLP_DATA"]), 10_000 if quick else 60_000

    digits = part(mnist(root), number)
    ours(*part(digits, 8_000), 6)  # compiles
    growth("MNIST", digits, 6)
    triples_against_gudhi("MNIST", digits, "3")
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        peak = pool.apply(peak_memory, (number, "3", root))
    console.print(f"Peak memory, all interactions of MNIST ({number:,} points, ε = 3, order 3): {peak:.2f} GiB")
    pairs_against_peers("MNIST", digits, 6)
    pairs_against_peers("CIFAR-10", part(cifar10(root), number), 6)


if __name__ == "__main__":
    main()
