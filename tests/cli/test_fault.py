"""Errors that motlp did not foresee."""

from support.command import run

from motlp.cli import inputs

SMALL = ("--per-class", "20", "--quiet")


def test_a_fault_is_one_line_and_a_report(monkeypatch, tmp_path):
    def faulty(*_, **__):
        raise KeyError("x")

    monkeypatch.setattr(inputs, "interactions", faulty)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    code, out, err = run("bound", "digits", "--eps", 1, *SMALL)
    (report,) = tmp_path.iterdir()
    assert (code, out, err.count("\n")) == (70, "", 1)
    assert err.startswith("motlp: a fault of motlp or of an added package, not of yours: KeyError: 'x'; ")
    assert str(report) in err
    text = report.read_text()
    assert "'--per-class', '20'" in text
    assert 'raise KeyError("x")' in text
    for words in [("--traceback", "bound", "digits"), ("bound", "--traceback", "digits")]:
        code, out, err = run(*words, "--eps", 1, *SMALL)
        assert (code, out, len(list(tmp_path.iterdir()))) == (70, "", 1)
        assert err.startswith("Traceback")
        assert err.splitlines()[-1].startswith("motlp: a fault of motlp")
