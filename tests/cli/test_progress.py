"""What is shown of long work, and when."""

import io
import re
from types import SimpleNamespace

import pytest
from rich.console import Console

from motlp.cli import progress
from motlp.cli.progress import Stages, clock, times
from motlp.system.progress import SILENCE


def console(terminal: bool) -> Console:
    return Console(file=io.StringIO(), force_terminal=terminal, width=200, color_system=None)


@pytest.fixture
def clockwork(monkeypatch):
    """A clock that stands still until it is set."""
    now = SimpleNamespace(time=100.0)
    monkeypatch.setattr(progress.time, "monotonic", lambda: now.time)
    return now


def test_a_log_has_a_line_a_stage_and_one_from_time_to_time(clockwork):
    screen = console(False)
    with Stages(console=screen) as stages:
        heard = stages.progress
        with stages.stage("load"):
            pass
        with stages.stage("interactions", "some"):
            heard.update("pairs", 1, 10)
            clockwork.time += 6
            heard.update("pairs", 2, 10)
            clockwork.time += 1
            heard.update("pairs", 3, 10)
        with stages.stage("solve"):
            clockwork.time += 70
            heard.interval(0.1, 0.2, eta=0.01, sweep=40)
    assert screen.file.getvalue().splitlines() == [
        "load …",
        "interactions … some",
        "pairs:  20%, 6 s, about 24 s left",
        "solve …",
        "solve: 1 min 10 s η 0.01, sweep 40, risk in [0.10000, 0.20000]",
    ]
    assert list(stages.seconds) == ["load", "interactions", "solve"]
    assert min(stages.seconds.values()) >= 0


def test_a_terminal_has_a_bar_that_leaves_nothing_behind(clockwork):
    screen = console(True)
    with Stages(console=screen) as stages:
        with stages.stage("interactions"):
            stages.progress.update("pairs", 5, 10)
            clockwork.time += 8
            stages.screen.bar.refresh()
            assert re.search(r"pairs .*50%.*left", screen.file.getvalue())
            stages.progress.interval(0.1, 0.2)
            stages.screen.bar.refresh()
            assert "risk in [0.10000, 0.20000]" in screen.file.getvalue()
        with stages.stage("solve"):
            (task,) = stages.screen.bar.tasks
            assert (task.description, task.completed, task.total) == ("solve", 0, None)
    assert "…" not in screen.file.getvalue()
    assert screen.file.getvalue().endswith("\x1b[2K")


def test_a_quiet_command_gives_the_library_silence():
    screen = console(False)
    with Stages(quiet=True, console=screen) as stages:
        assert stages.progress is SILENCE
        with stages.stage("load"):
            pass
    assert list(stages.seconds) == ["load"]
    assert screen.file.getvalue() == ""


def test_times():
    assert clock(59.4) == "59 s"
    assert clock(60) == "1 min 00 s"
    assert times(10, 0, 100) == times(10, 5, 0) == "10 s"
    assert times(10, 25, 100) == " 25%, 10 s, about 30 s left"
