"""Where data sets are looked for."""

from motlp.datasets.paths import data_folder


def test_where_data_are_sought(monkeypatch, tmp_path):
    monkeypatch.setenv("MOTLP_DATA", str(tmp_path / "mine"))
    assert data_folder() == tmp_path / "mine"
    monkeypatch.delenv("MOTLP_DATA")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert data_folder() == tmp_path / "motlp"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert data_folder().is_absolute()
    assert data_folder().name == "motlp"
