"""The README does what it says: its commands and its Python run in order, in one folder, with the output shown."""

import contextlib
import io
import re
import shlex
import tomllib
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from support.command import run

import motlp
from motlp.datasets import vision
from motlp.errors import DatasetUnavailable

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
TESTS = "uv run --all-extras --group test pytest"
EXTRAS = {"vision": "torchvision", "images": "PIL", "plot": "matplotlib", "distributed": "distributed"}


@dataclass(frozen=True)
class Step:
    """A fenced block that is Python or a file, or one command of a shell block with the output shown for it."""

    line: int
    kind: str
    text: str
    output: str = ""


def steps(text: str) -> list[Step]:
    """What the fenced blocks hold, in order."""
    found = []
    for block in re.finditer(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        kind, body = block.groups()
        line = text[: block.start()].count("\n") + 2
        if kind == "bash":
            found += [Step(line + i, "command", command) for i, command in enumerate(body.splitlines())]
        elif kind == "console":
            for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
                command, _, output = part.partition("\n")
                found.append(Step(line, "command", command, output))
        else:
            found.append(Step(line, kind, body))
    return found


STEPS = steps(README)
COMMANDS = [step for step in STEPS if step.kind == "command" and step.text != TESTS]


def arguments(command: str) -> list[str]:
    """The arguments of `motlp` in a command, once what stands before them is checked."""
    words = shlex.split(command, comments=True)
    if words[:4] == ["pip", "install", "uv", "&&"]:
        words = words[4:]
    if words[:2] == ["uv", "run"]:
        words = words[2:]
        while words[0] == "--extra":
            assert words[1] in PROJECT["project"]["optional-dependencies"]
            if find_spec(EXTRAS[words[1]]) is None:
                pytest.skip(f"needs the extra {words[1]!r}")
            words = words[2:]
    assert words[0] == "motlp", f"not a command of this project: {command}"
    return words[1:]


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """The folder that the README works in, with a folder of images, and the names its Python has defined."""
    folder = tmp_path_factory.mktemp("readme")
    with contextlib.suppress(ImportError):
        from PIL import Image

        rng = np.random.default_rng(0)
        for name in ("cat", "dog"):
            (folder / "photos" / name).mkdir(parents=True)
            for i in range(5):
                pixels = rng.integers(0, 256, (6, 6, 3), dtype=np.uint8)
                Image.fromarray(pixels).save(folder / "photos" / name / f"{i:03}.png")
    return SimpleNamespace(folder=folder, names={})


@pytest.fixture(autouse=True)
def at_desk(desk, monkeypatch):
    """Every step starts in that folder, which is on the path of modules as an installed package would be."""
    monkeypatch.chdir(desk.folder)
    monkeypatch.syspath_prepend(desk.folder)


@pytest.mark.parametrize("step", [s for s in STEPS if s.text != TESTS], ids=lambda s: f"line{s.line}-{s.kind}")
def test_step(step, desk, monkeypatch, request):
    named = re.match(r"# (\S+\.\w+)\n", step.text)
    if named:
        (desk.folder / named[1]).write_text(step.text, encoding="utf-8")
    if step.kind == "toml":
        install(tomllib.loads(step.text), desk.folder)
    elif step.kind == "python" and not named:
        expected = re.findall(r"^print\(.*\)  # (.*)$", step.text, re.MULTILINE)
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(step.text, "README.md", "exec"), desk.names)
        assert printed.getvalue().splitlines() == expected
    elif step.kind == "command":
        words = arguments(step.text)
        if "--download" in words or step.text.endswith("# minutes"):
            assert stopped_at_data(words, monkeypatch) == ("--download" in words)
            return
        if "mnist" in words:
            request.getfixturevalue("mnist_root")
        code, printed, errors = run(*words)
        assert code == 0, errors
        assert printed
        assert step.output in printed
    else:
        assert step.kind == "python", f"no test knows what to do with a block of {step.kind}"


def stopped_at_data(words: list[str], monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether a command that downloads, or takes minutes, wants to download; it is stopped at its data."""
    wanted = []

    def stop(name, kind, split, root, download):
        wanted.append(download)
        raise DatasetUnavailable("this is far enough.")

    monkeypatch.setattr(vision, "read_once", stop)
    code, _, errors = run(*words)
    assert code == 2
    assert "this is far enough." in errors
    return wanted[0]


def install(project, folder):
    """Leave the metadata that an installed package with these entry points would have."""
    entries = project.get("project", {}).get("entry-points", {}).get("motlp.models", {})
    if entries:
        info = folder / f"{project['project']['name']}-{project['project']['version']}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['project']['name']}\nVersion: 1.0\n")
        lines = [f"{name} = {module}" for name, module in entries.items()]
        (info / "entry_points.txt").write_text("\n".join(["[motlp.models]", *lines, ""]))


def test_first_screen_has_the_two_commands():
    start = "pip install uv && uv run motlp bound digits --norm l2 --eps 1.0"
    screen = README.splitlines()[:25]
    assert start in screen
    assert TESTS in screen


def test_the_test_command_is_what_continuous_integration_calls():
    assert TESTS in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert "test" in PROJECT["dependency-groups"]


def test_extended_model_costs_what_the_constraint_costs(desk, monkeypatch):
    """The command for a model of one's own is the last to use it; its risk is that of the constrained dual."""
    measure = motlp.datasets.load("digits", per_class=100)
    hypergraph = motlp.interactions(measure, motlp.Ball("l2"), "1.05")
    plain, extended = motlp.solve(hypergraph), motlp.solve(hypergraph, model="balanced")
    kept = np.bincount(measure.labels, measure.mass * extended.potential) / np.bincount(measure.labels, measure.mass)
    assert kept.min() >= 0.5 - 1e-6
    assert extended.risk > plain.risk + 0.01
    assert extended.risk_lower <= plain.risk <= extended.risk_lower + extended.gap


def test_solvers_are_as_the_table_says():
    known = {(info.framework, info.name): info.licence for info in motlp.solvers()}
    rows = re.findall(r"^\| (cvxpy|pyomo|matrix) \| ([\w, ]+) \| (\S+) \|", README, re.MULTILINE)
    assert len(rows) >= 9
    for framework, names, licence in rows:
        for name in names.split(", "):
            assert known[framework, name] == licence


def test_results_are_those_of_the_commands():
    """Every number of the table of results stands in the output of a command, which is compared with what comes out."""
    rows = re.findall(r"^\| .* \| ([\d.]+) \| ([\d.]+ %) \|$", README, re.MULTILINE)
    outputs = " ".join(step.output for step in COMMANDS)
    assert rows
    for risk, accuracy in rows:
        assert f"risk below {risk} " in outputs
        assert f"accuracy above {accuracy}." in outputs


def test_links_and_files_that_are_named_exist():
    named = re.findall(r"`((?:notebooks|benchmarks|models|tests)/[\w./]+|CITATION\.cff)`|\]\(([\w./]+)\)", README)
    paths = [a or b for a, b in named] + re.findall(r"\((models/\w+\.py)\)", README)
    assert len(paths) >= 5
    for path in paths:
        assert (ROOT / path).is_file(), path


def test_citation():
    yaml = pytest.importorskip("yaml", reason="needs PyYAML, which comes with the extra 'distributed'")
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["cff-version"] == "1.2.0"
    assert citation["version"] == PROJECT["project"]["version"]
    assert citation["license"] == PROJECT["project"]["license"] == "BSD-3-Clause"
    assert "2401.09191" in citation["preferred-citation"]["url"]
    for person in citation["preferred-citation"]["authors"]:
        assert person["family-names"] in README
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("BSD 3-Clause License")
