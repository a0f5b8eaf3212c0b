"""Names and paths of data sets, and arguments that are refused before anything is read."""

import subprocess
import sys

import pytest
from support.refusals import refusal

from motlp.datasets import load, names
from motlp.datasets.registry import SOURCES
from motlp.errors import DatasetUnavailable, InvalidMeasure, UnknownName
from motlp.problem.measure import LabeledMeasure


def test_unknown_names():
    text = refusal(UnknownName, "mnits")
    assert "'mnist'" in text
    assert all(name in text for name in names())
    assert ".npz" in text
    assert "'fashion-mnist'" in refusal(UnknownName, "Fashion-MNIST")


@pytest.mark.parametrize("name", ["nowhere.npz", "no/where"])
def test_paths_that_do_not_exist(name):
    assert name in refusal(DatasetUnavailable, name)


@pytest.mark.parametrize("options", [{"per_class": 0}, {"seed": -1}])
@pytest.mark.parametrize("name", ["gaussians", "digits"])
def test_counts_and_seeds_out_of_range(name, options):
    assert "must be" in refusal(InvalidMeasure, name, **options)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("digits", {"seed": 3}, "seed is 3, but without per_class"),
        ("digits", {"per_class": 2, "seed": -1}, "at least 0"),
    ],
)
def test_seeds_that_draw_nothing(name, options, message):
    assert message in refusal(InvalidMeasure, name, **options)


# Types are checked while tests run, so only another process can pass wrong ones.
WRONG = """
from motlp.errors import MotlpError
from motlp.datasets import load
for name, options in [
    (None, {}), (3, {}), ("", {}),
    ("digits", {"per_class": 2.5}), ("digits", {"per_class": True}), ("gaussians", {"per_class": "3"}),
    ("gaussians", {"seed": 2.5}), ("gaussians", {"seed": True}), ("digits", {"per_class": 2, "seed": "3"}),
]:
    try:
        load(name, **options)
    except MotlpError as error:
        print(error)
"""


def test_arguments_of_other_types():
    said = subprocess.run([sys.executable, "-c", WRONG], capture_output=True, text=True, check=True).stdout
    assert [line[: len("per_class is 2")] for line in said.splitlines()] == [
        *["unknown data s"] * 3,
        *["per_class is 2", "per_class is T", "per_class is '"],
        *["seed is 2.5; i", "seed is True; ", "seed is '3'; i"],
    ]


def test_a_data_set_is_a_function_and_a_line(monkeypatch):
    def corners(selection):
        return selection.apply(LabeledMeasure.from_arrays([[0], [1], [2]], ["a", "b", "b"], name="corners"))

    monkeypatch.setitem(SOURCES, "corners", corners)
    assert "corners" in names()
    assert load("corners", per_class=1).points.tolist() == [[0], [1]]


HEAVY = """
import sys
from motlp import datasets
print(sorted({"sklearn", "torchvision", "torch", "PIL"} & set(sys.modules)), datasets.names()[:2])
"""


def test_readers_are_imported_when_they_are_needed():
    said = subprocess.run([sys.executable, "-c", HEAVY], capture_output=True, text=True, check=True).stdout
    assert said == "[] ('digits', 'gaussians')\n"
