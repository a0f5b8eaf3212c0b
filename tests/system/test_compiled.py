"""Kernels are kept for the next process where that is possible, and work where it is not."""

import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import numba
import pytest

import motlp
from motlp.system import compiled
from motlp.system.compiled import NotCached

KERNELS = """
from motlp.system.compiled import njit

@njit(cache=True, nogil=True, fastmath={"contract"}, error_model="numpy")
def double(x):
    return add(x, x)

@njit(inline="always")
def add(x, y):
    return x + y
"""


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for the cache of numba."""
    folder = tmp_path / "store"
    folder.mkdir()
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(folder))
    monkeypatch.setattr(compiled, "_warned", False)
    return folder


@pytest.fixture
def fresh(tmp_path: Path) -> Callable[[], Any]:
    """Loads a kernel as a new process would."""
    path = tmp_path / "kernels.py"
    path.write_text(KERNELS, encoding="utf-8")

    def kernel() -> Any:
        spec = spec_from_file_location("kernels", path)
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.double

    return kernel


def hits(kernel: Any) -> int:
    return sum(kernel.stats.cache_hits.values())


@pytest.mark.filterwarnings("error")
def test_what_was_compiled_is_kept(store: Path, fresh: Callable[[], Any]) -> None:
    first, second = fresh(), fresh()
    assert first(3) == second(3) == 6
    assert (hits(first), hits(second)) == (0, 1)
    assert second(1.5) == 3.0


SUMMANDS = """
from numba.extending import overload
from motlp.system.compiled import njit

STEP = 0

@njit()
def add(x, y):
    return x + y + chosen(x)

def chosen(x):
    raise NotImplementedError

@overload(chosen)
def choose(x):
    return lambda x: 0 * x
"""


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("edit", [("x + y", "x + y + 21"), ("0 * x", "7 * x"), ("STEP = 0", "STEP = 21")])
def test_an_edit_in_another_file_is_seen(
    edit: tuple[str, str], store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, other = tmp_path / "caller.py", tmp_path / "summands.py"
    path.write_text(
        "from summands import STEP, add\nfrom motlp.system.compiled import njit\n"
        "@njit(cache=True)\ndef double(x): return add(x, x) + STEP\n"
    )
    other.write_text(SUMMANDS)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # Python tells versions apart by the second

    def load() -> Any:
        for name in ("caller", "summands"):
            monkeypatch.delitem(sys.modules, name, raising=False)
        compiled._stamp.cache_clear()
        return import_module("caller").double

    first, second = load(), load()
    assert first(3) == second(3) == 6
    assert (hits(first), hits(second)) == (0, 1)
    other.write_text(SUMMANDS.replace(*edit))
    assert load()(3) == 27
    assert load()(3) == 27


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("damage", [lambda data: b"", lambda data: data[: len(data) // 2], lambda data: b"\x00spoilt"])
@pytest.mark.parametrize("kind", ["*.nbi", "*.nbc"])
def test_a_damaged_file_is_compiled_anew(
    kind: str, damage: Callable[[bytes], bytes], store: Path, fresh: Callable[[], Any]
) -> None:
    fresh()(3)
    (path,) = store.rglob(kind)
    path.write_bytes(damage(path.read_bytes()))
    mended, after = fresh(), fresh()
    assert mended(3) == after(3) == 6
    assert (hits(mended), hits(after)) == (0, 1)


@pytest.mark.filterwarnings("error")
def test_code_of_other_types_is_not_taken(store: Path, fresh: Callable[[], Any]) -> None:
    kernel = fresh()
    assert (kernel(3), kernel(1.5)) == (6, 3.0)
    one, other = sorted(store.rglob("*.nbc"))
    exchanged = one.read_bytes(), other.read_bytes()
    other.write_bytes(exchanged[0])
    one.write_bytes(exchanged[1])
    again = fresh()
    assert repr((again(3), again(1.5))) == "(6, 3.0)"


def told(kernels: list[Any]) -> list[str]:
    """The warnings with which these kernels compute."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for kernel in kernels:
            assert (kernel(3), kernel(1.5)) == (6, 3.0)
    assert all(issubclass(warning.category, NotCached) for warning in caught)
    return [str(warning.message) for warning in caught]


def test_a_cache_that_goes_away_is_told_once(store: Path, fresh: Callable[[], Any]) -> None:
    kernels = [fresh(), fresh()]
    shutil.rmtree(store)
    store.touch()
    (message,) = told(kernels)
    assert str(store) in message
    assert "NUMBA_CACHE_DIR" in message
    assert "\n" not in message


def test_a_cache_that_cannot_be_read_is_told(store: Path, fresh: Callable[[], Any]) -> None:
    fresh()(3)
    (path,) = store.rglob("*.nbi")
    path.unlink()
    path.mkdir()
    assert len(told([fresh()])) == 1


def test_a_bound_where_no_cache_has_a_place(tmp_path: Path) -> None:
    package, file = tmp_path / "motlp", tmp_path / "file"
    source = Path(motlp.__file__).parent
    shutil.copytree(source, package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(source.parent / "models", package / "models", ignore=shutil.ignore_patterns("__pycache__"))
    for folder in [package, *(path for path in package.rglob("*") if path.is_dir())]:
        (folder / "__pycache__").touch()  # a file, where a folder for the cache would be: that stops root, too
    file.touch()
    code = (
        "import motlp; print(motlp.__file__); digits = motlp.datasets.load('digits', per_class=10);"
        "print(motlp.solve(motlp.interactions(digits, motlp.Ball('l2'), '1.2', 2), framework='matrix').risk)"
    )
    nowhere = dict.fromkeys(("NUMBA_CACHE_DIR", "HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"), str(file))
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | nowhere,
        cwd=tmp_path,  # which is looked in first
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    path, risk = ran.stdout.split()
    assert Path(path).parent == package
    here = motlp.interactions(motlp.datasets.load("digits", per_class=10), motlp.Ball("l2"), "1.2", 2)
    assert float(risk) == motlp.solve(here, framework="matrix").risk
    lines = [line for line in ran.stderr.splitlines() if "NUMBA_CACHE_DIR" in line]
    assert len(lines) == 1
    assert "NotCached" in lines[0]
