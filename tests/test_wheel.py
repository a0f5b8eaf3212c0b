"""The wheel holds every room: built, installed where nothing else of motlp is, and imported whole."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

import motlp

ROOT = Path(__file__).parent.parent
UV = shutil.which("uv") or os.environ.get("UV")
# Without the extras: what needs one imports it when it is used.
EVERYTHING = """
import pkgutil, sys
from importlib import import_module
import motlp, motlp.models
for package in (motlp, motlp.models):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        import_module(module.name)
for name in motlp.__all__:
    getattr(motlp, name)
print(motlp.__version__)
print(*sorted(name for name in sys.modules if name.split(".")[0] == "motlp"))
"""


def modules() -> list[str]:
    """What a wheel must hold, by the files that are here."""
    files = [*(ROOT / "motlp").rglob("*.py"), *(ROOT / "models").glob("*.py")]
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in files]
    names = [name if name.startswith("motlp") else f"motlp.{name}" for name in names]
    return sorted(name.removesuffix(".__init__") for name in names)


@pytest.mark.skipif(UV is None, reason="needs uv: pip install uv")
def test_the_wheel_holds_every_room(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    for name in ("motlp", "models"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    run(tmp_path, "build", "--wheel", "--out-dir", tmp_path, source)
    (wheel,) = tmp_path.glob("*.whl")
    said = run(tmp_path, "run", "--isolated", "--no-project", "--with", wheel, "python", "-c", EVERYTHING)
    version, found = said.strip().splitlines()
    assert version == motlp.__version__
    assert found.split() == modules()


def run(folder: Path, *words: object) -> str:
    """What uv prints, run outside of the project."""
    unset = ("VIRTUAL_ENV", "PYTHONPATH", "UV_PROJECT_ENVIRONMENT", "UV_RUN_RECURSION_DEPTH")
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    done = subprocess.run(
        [str(UV), *map(str, words)], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
