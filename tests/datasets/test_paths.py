"""Where data sets are looked for and kept."""

from motlp.datasets.paths import cache_folder, data_folder


def test_where_data_are_sought(monkeypatch, tmp_path):
    monkeypatch.setenv("MOTLP_DATA", str(tmp_path / "mine"))
    assert data_folder() == tmp_path / "mine"
    monkeypatch.delenv("MOTLP_DATA")
    monkeypatch.setenv("MOTLP_CACHE", str(tmp_path / "kept"))
    assert data_folder() == cache_folder() == tmp_path / "kept"
    monkeypatch.delenv("MOTLP_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert data_folder() == tmp_path / "motlp"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert data_folder().is_absolute()
    assert data_folder().name == "motlp"
