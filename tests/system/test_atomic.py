"""Files are there whole or not at all, whatever happens meanwhile."""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier

import pytest

from motlp.errors import InvalidFile
from motlp.system.atomic import check_writable, discard_unfinished, unfinished_prefix, write_atomically


def test_a_process_that_is_ended_while_writing_leaves_nothing_behind(tmp_path):
    place = tmp_path / "a.csv"
    with suppress(InvalidFile), write_atomically(place) as beside:
        beside.write_text("half")
        discard_unfinished()  # as at Ctrl-C, before the process ends on the spot
        assert list(tmp_path.iterdir()) == []
    with write_atomically(place) as beside:
        beside.write_text("whole")
        assert not place.exists()
    assert [path.read_text() for path in tmp_path.iterdir()] == ["whole"]


def test_places_that_cannot_be_written_to(tmp_path):
    check_writable(None)
    check_writable(tmp_path / "a.csv")
    for path in (tmp_path, tmp_path / "no" / "a.csv"):
        with pytest.raises(InvalidFile, match="cannot be written"):
            check_writable(path)


def test_links_stay_and_what_they_lead_to_is_replaced(tmp_path):
    (tmp_path / "folder").mkdir()
    link, place = tmp_path / "link", tmp_path / "folder" / "a.csv"
    link.symlink_to("folder/a.csv")
    for text in ("new", "newer"):
        with write_atomically(link) as beside:
            beside.write_text(text)
        assert link.is_symlink()
        assert place.read_text() == text
    assert [path.name for path in place.parent.iterdir()] == ["a.csv"]


def test_threads_that_write_to_one_place_do_not_meet(tmp_path):
    place, both = tmp_path / "a.csv", Barrier(2)

    def write(text: str) -> None:
        with write_atomically(place) as beside:
            beside.write_text(text)
            both.wait(10)
            assert beside.read_text() == text
            both.wait(10)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, ["one", "two"]))
    assert place.read_text() in ("one", "two")
    assert list(tmp_path.iterdir()) == [place]


def test_what_a_killed_process_left_is_removed(tmp_path):
    killed = subprocess.Popen(["true"])
    killed.wait()
    for process in (killed.pid, os.getpid()):
        (tmp_path / f"{unfinished_prefix()}{process}-0.part").write_text("half")
    (tmp_path / ".motlp-elsewhere-1-0.part").write_text("of another machine")
    check_writable(tmp_path / "a.csv")
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {f"{unfinished_prefix()}{os.getpid()}-0.part", ".motlp-elsewhere-1-0.part"}
