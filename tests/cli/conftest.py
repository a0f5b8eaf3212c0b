"""What tests of the command line share."""

import os
from pathlib import Path

import numpy as np
import pytest


@pytest.fixture
def files(tmp_path, monkeypatch) -> Path:
    """A folder with good and bad data sets, which commands run in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MOTLP_DATA", raising=False)
    x, y = np.arange(12.0).reshape(6, 2), np.array([0, 0, 1, 1, 2, 2])
    good = {"good": {}, "nan": {"x": np.where(x == 3, np.nan, x)}, "infinite": {"x": np.where(x == 3, np.inf, x)}}
    bad = {
        "short": {"y": y[:-1]},
        "oneclass": {"y": 0 * y},
        "negative": {"mass": np.array([1.0, 1, 1, 1, 1, -1])},
        "massless": {"mass": np.zeros(6)},
        "pickled": {"x": x.astype(object)},
    }
    for name, change in (good | bad).items():
        np.savez(f"{name}.npz", **{"x": x, "y": y} | change)
    np.savez("noy.npz", x=x)
    whole = Path("good.npz").read_bytes()
    Path("cut.npz").write_bytes(whole[: len(whole) // 2])
    Path("other.csv").write_text("a,b\n1,2\n")
    Path("broken.toml").write_text("eps = = 1")
    Path("key.toml").write_text("per_class = 1")
    Path("order.toml").write_text('order = "three"')
    Path("truth.toml").write_text("per-class = true")
    Path("classes.toml").write_text("classes = 3")
    Path("option.toml").write_text("option = 3")
    Path("hex.toml").write_text(f"per-class = 0x{6000 * 'f'}")
    Path("hexeps.toml").write_text(f"eps = 0x{6000 * 'f'}")
    Path("range.toml").write_text('eps = "1:2"')
    Path("binary.toml").write_bytes(b"\xff\xfe\x00")
    Path("deep.toml").write_text("eps = " + 3000 * "[" + 3000 * "]")
    Path("digits.toml").write_text("per-class = " + 5000 * "9")
    Path("nul.toml").write_text('data = "digits"\neps = 1\nsave = "a\\u0000b"')
    Path("nowhere.npz.toml").write_text('data = "a\\u0000b"\neps = 1')
    Path("folder").mkdir()
    for split in ("train", "test"):
        Path("splits", split).mkdir(parents=True)
    Path("loop").symlink_to("loop")
    Path("dangling").symlink_to("gone/a.csv")
    Path("link").symlink_to("folder")
    os.mkfifo("pipe")
    return tmp_path
