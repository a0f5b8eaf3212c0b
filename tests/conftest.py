"""What every test shares: shapes and types are checked at run time, and real data are found."""

import inspect
import os
from pathlib import Path

import hypothesis
import jaxtyping
import pytest
from beartype import BeartypeConf, beartype

check = jaxtyping.jaxtyped
checker = beartype(conf=BeartypeConf(is_pep484_tower=True))  # an int will do for a float, as static checkers have it


def check_annotated(*, typechecker):
    """Leaves alone functions that promise nothing: the kernels, which numba could not compile wrapped."""

    def decorate(item):
        bare = inspect.isfunction(item) and not item.__annotations__
        return item if bare else check(item, typechecker=checker)

    return decorate


# Before any test imports motlp. The hook reaches motlp.models too, wherever that folder lies.
jaxtyping.jaxtyped = check_annotated
jaxtyping.install_import_hook("motlp", "beartype.beartype")

hypothesis.settings.register_profile("here", deadline=None, max_examples=40)
hypothesis.settings.register_profile("ci", deadline=None, max_examples=40, derandomize=True, database=None)
hypothesis.settings.load_profile("ci" if os.environ.get("CI", "").lower() in ("1", "true") else "here")


def pytest_addoption(parser):
    parser.addoption("--fuzz", type=int, default=40, help="examples that the fuzz draws (default 40)")
    parser.addoption("--interrupts", type=int, default=8, help="how many commands to interrupt at random times")


def pytest_configure(config):
    # beartype looks at random entries of long sequences; Hypothesis, which drew none of them, need not mind.
    config.addinivalue_line("filterwarnings", "ignore:Do not use the `random` module inside strategies")


@pytest.fixture(scope="session")
def data_root() -> Path:
    """The folder of real data."""
    if not os.environ.get("MOTLP_DATA"):
        pytest.skip("needs real data: set MOTLP_DATA to their folder")
    return Path(os.environ["MOTLP_DATA"])


@pytest.fixture(scope="session")
def mnist_root(data_root: Path) -> Path:
    """The folder that holds MNIST, with torchvision there to read it."""
    pytest.importorskip("torchvision", reason="needs the extra 'vision'")
    if not (data_root / "MNIST" / "raw").is_dir():
        pytest.skip(f"MNIST is not in {data_root}")
    return data_root
