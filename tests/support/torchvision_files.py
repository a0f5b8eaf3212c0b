"""Small made-up data sets in the formats that torchvision reads."""

import pickle
from pathlib import Path

import numpy as np
from scipy.io import savemat

NAMES = [f"class {k}" for k in range(100)]


def write_files(kind: str, root: Path, seed: int = 0, size: int = 30) -> None:
    """The files of both splits of a class of torchvision, with labels 0 … 4 in use."""
    rng = np.random.default_rng(seed)
    for train in (True, False):
        labels = rng.permutation(np.arange(size) % 5).astype(np.uint8)
        if kind.startswith("CIFAR"):
            write_cifar(kind, root, train, rng.integers(0, 256, (size, 3072), np.uint8), labels)
        elif kind == "SVHN":
            images = rng.integers(0, 256, (32, 32, 3, size), np.uint8)
            labels = np.where(labels == 0, 10, labels)[:, None]
            savemat(root / f"{'train' if train else 'test'}_32x32.mat", {"X": images, "y": labels})
        else:
            write_mnist(root / kind / "raw", train, rng.integers(0, 256, (size, 28, 28), np.uint8), labels)


def write_mnist(raw: Path, train: bool, images: np.ndarray, labels: np.ndarray) -> None:
    """The two files of a split of MNIST or its kin."""
    raw.mkdir(parents=True, exist_ok=True)
    for kind, array in (("images-idx3", images), ("labels-idx1", labels)):
        head = np.array([0x800 + array.ndim, *array.shape], ">i4").tobytes()
        (raw / f"{'train' if train else 't10k'}-{kind}-ubyte").write_bytes(head + array.tobytes())


def write_cifar(kind: str, root: Path, train: bool, images: np.ndarray, labels: np.ndarray) -> None:
    """The files of a split of CIFAR-10 or CIFAR-100, and the names of the classes."""
    tens = kind == "CIFAR10"
    folder = root / ("cifar-10-batches-py" if tens else "cifar-100-python")
    folder.mkdir(exist_ok=True)
    names = [f"data_batch_{k}" for k in range(1, 6)] if tens and train else ["test_batch"] if tens else ["train"]
    if not (tens or train):
        names = ["test"]
    for name, some, marks in zip(
        names, np.split(images, len(names)), np.split(labels.astype(int), len(names)), strict=True
    ):
        batch = {"data": some, "labels" if tens else "fine_labels": marks.tolist()}
        (folder / name).write_bytes(pickle.dumps(batch))
    meta = {"label_names" if tens else "fine_label_names": NAMES}
    (folder / ("batches.meta" if tens else "meta")).write_bytes(pickle.dumps(meta))


def trust_files(datasets, monkeypatch) -> None:
    """Has torchvision read made-up files, whose digests it does not know."""
    for kind in (datasets.CIFAR10, datasets.CIFAR100):
        for part in ("train_list", "test_list"):
            monkeypatch.setattr(kind, part, [[name, None] for name, _ in getattr(kind, part)])
        monkeypatch.setattr(kind, "meta", kind.meta | {"md5": None})
    split = {part: [url, name, None] for part, (url, name, _) in datasets.SVHN.split_list.items()}
    monkeypatch.setattr(datasets.SVHN, "split_list", split)
