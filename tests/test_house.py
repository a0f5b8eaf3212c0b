"""The house: rooms import one way only, bear no name of a public function, and are all in the package."""

import ast
import tomllib
from pathlib import Path

import pytest

import motlp

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "motlp"
# What a room may import stands to its left, or in it.
ORDER = [
    {"errors"},
    {"system"},
    {"geometry"},
    {"problem"},
    {"datasets", "proof", "frameworks"},
    {"solving", "models"},
    {"players"},
    {"studies"},
    {"report"},
    {"cli"},
]
RANK = {room: rank for rank, rooms in enumerate(ORDER) for room in rooms}
# The formulations know problems and frameworks alone, whatever comes before the solvers.
FOR_MODELS = {"problem", "frameworks"}
FILES = sorted(path for path in SOURCE.rglob("*.py") if path != SOURCE / "__init__.py")
MODELS = sorted((ROOT / "models").glob("*.py"))


def room_of(path: Path) -> str:
    """The room of a file, or its own name where it stands before the rooms."""
    return "models" if path in MODELS else path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """The modules of motlp that a file imports, wherever in it; as `motlp.room.file`."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}, line {node.lineno}: write the whole name of what is imported"
            found |= {f"{node.module}.{name.name}" for name in node.names}
    return {name for name in found if name.split(".")[0] == "motlp"}


def folders() -> set[str]:
    """The packages that the folders make."""
    inside = {path.parent for path in SOURCE.rglob("*.py")}
    return {".".join(folder.relative_to(ROOT).parts) for folder in inside}


@pytest.mark.parametrize("path", FILES + MODELS, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_one_way(path):
    room = room_of(path)
    for name in imported(path):
        assert name.count(".") >= 1, f"{path.name} imports all of motlp; import what it needs"
        other = name.split(".")[1]
        assert other in RANK, f"{path.name} imports {name}, which is in no room"
        assert other != "models", f"{path.name} imports {name}; models are found by their entry points"
        if room == "models":
            assert other in FOR_MODELS, f"a model imports {name}"
        elif other != room:
            assert RANK[other] < RANK[room], f"{path.name} in {room} imports {name}, which comes later"


def test_every_room_has_its_place():
    rooms = {path.name for path in SOURCE.iterdir() if path.is_dir() and (path / "__init__.py").exists()}
    assert rooms | {"errors", "models"} == set(RANK)


def test_no_room_is_called_like_a_public_name():
    rooms = set(RANK) - set(motlp._MODULES)
    assert not rooms & set(motlp.__all__)
    assert not hasattr(motlp, "no_such_name")


def test_a_room_says_what_it_is_for_and_no_more():
    for path in SOURCE.glob("*/__init__.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert ast.get_docstring(tree), path
        assert len(tree.body) == 1 or path.parent.name == "datasets", path


def test_the_packages_are_the_folders():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert set(project["tool"]["setuptools"]["packages"]) == folders() | {"motlp.models"}


def test_static_checkers_see_the_names_that_are_loaded():
    tree = ast.parse((SOURCE / "__init__.py").read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {
        name.asname: f"{node.module}.{name.name}"
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for name in node.names
        if name.asname
    }
    loaded = {name: f"motlp.{home}.{name}" for name, home in motlp._HOME.items()} | {
        name: f"motlp.{name}" for name in motlp._MODULES
    }
    assert seen == loaded
    assert all(hasattr(motlp, name) for name in motlp.__all__)


def test_tests_repeat_the_path_of_the_source():
    rooms = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and any(path.glob("test_*.py"))}
    assert rooms <= set(RANK)
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert len(names) == len(set(names)), "two files of tests have one name"


def test_notebooks_and_benchmarks_use_public_names():
    """No private names, and nothing is loaded or changed from behind."""
    notebooks = [path.read_text(encoding="utf-8") for path in (ROOT / "notebooks").glob("*.ipynb")]
    benchmarks = [path.read_text(encoding="utf-8") for path in (ROOT / "benchmarks").glob("*.py")]
    for text in notebooks + benchmarks:
        for trick in ("import_module", "sys.modules", "__dict__", "monkeypatch", "setattr(", "reload("):
            assert trick not in text
        assert "import _" not in text
    for text in notebooks:
        assert "from motlp." not in text
        assert "import motlp." not in text
