"""What every test shares: shapes and types are checked at run time, and real data are found."""

import inspect
import os
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

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

hypothesis.settings.register_profile("here", deadline=None, max_examples=50)
hypothesis.settings.register_profile("ci", deadline=None, max_examples=50, derandomize=True, database=None)
hypothesis.settings.load_profile("ci" if os.environ.get("CI", "").lower() in ("1", "true") else "here")


# One file goes to one process. The first compiles most kernels, for all; the next few need hardly any, so that nobody
# compiles the same ones meanwhile. Then come those that take longest, which would make a tail at the end.
FIRST = (
    "test_violated.py",
    "test_vision.py",
    "test_names.py",
    "test_wheel.py",
    "test_stdout.py",
    "test_compiled.py",
    "test_doors.py",
    "test_readme.py",
    "test_models.py",
    "test_cluster.py",
    "test_interrupts.py",
    "01_swap_solvers_and_extend.ipynb",
    "02_inspect_certificates.ipynb",
    "03_sinkhorn.ipynb",
    "04_classifier_and_attack.ipynb",
)


def pytest_addoption(parser):
    parser.addoption("--fuzz", type=int, default=100, help="examples that the fuzz draws (default 100)")
    parser.addoption("--interrupts", type=int, default=24, help="how many commands to interrupt at random times")


def pytest_configure(config):
    if not hasattr(config, "workerinput"):  # the processes that run the tests, and those they start, share its cache
        cache = TemporaryDirectory(prefix="motlp-tests-")
        config.add_cleanup(cache.cleanup)
        os.environ["MOTLP_CACHE"] = cache.name
    # beartype looks at random entries of long sequences; Hypothesis, which drew none of them, need not mind.
    config.addinivalue_line("filterwarnings", "ignore:Do not use the `random` module inside strategies")


def pytest_collection_modifyitems(items):
    places = {name: place for place, name in enumerate(FIRST)}
    items.sort(key=lambda item: places.get(item.path.name, len(FIRST)))


@pytest.fixture(scope="session")
def data_root() -> Path:
    """The folder of real data."""
    if not os.environ.get("MOTLP_DATA"):
        pytest.skip("needs real data: set MOTLP_DATA to their folder")
    return Path(os.environ["MOTLP_DATA"])


@pytest.fixture(scope="session")
def mnist_root(data_root: Path) -> Path:
    """The folder that holds MNIST, with torchvision there to read it."""
    if find_spec("torchvision") is None:  # to import it takes many seconds, and the cache may hold what is needed
        pytest.skip("needs the extra 'vision'")
    if not (data_root / "MNIST" / "raw").is_dir():
        pytest.skip(f"MNIST is not in {data_root}")
    return data_root
