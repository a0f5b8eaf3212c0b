"""How an answer is printed."""

import io
import json

import numpy as np
from support.command import run

from motlp.cli.output import print_answer


def test_names_are_shown_as_they_are(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.savez("data[v2].npz", x=np.arange(12.0).reshape(6, 2), y=np.repeat(["[cat]", "[/dog]", ":smile:"], 2))
    code, out, err = run("bound", "data[v2].npz", "--eps", 1)
    assert (code, "Traceback" in err) == (0, False)
    assert all(name in out for name in ("data[v2]", "[cat]", "[/dog]", ":smile:"))


def test_json_has_null_for_what_is_no_number():
    out = io.StringIO()
    print_answer(out, {"risk": float("nan"), "gap": 0.5})
    assert json.loads(out.getvalue()) == {"risk": None, "gap": 0.5}


def test_only_a_terminal_breaks_lines():
    out = io.StringIO()
    print_answer(out, "word " * 100)
    assert out.getvalue().count("\n") == 1
