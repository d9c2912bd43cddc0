"""pip's settings in uv's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._replay.package_index import certificate_variables, index_options

if TYPE_CHECKING:
    from pathlib import Path


def test_pip_settings_are_used(tmp_path: Path) -> None:
    """Indexes, links and certificates of pip's files and variables reach uv; uv's own go before."""
    (tmp_path / "pip.conf").write_text(
        "[global]\nindex-url = https://a.example/simple\ncert = /c.pem\n[install]\nfind-links =\n  /w1\n  /w2\n"
    )
    given = {
        "PIP_CONFIG_FILE": str(tmp_path / "pip.conf"),
        "HOME": str(tmp_path),
        "PIP_EXTRA_INDEX_URL": "https://b.example/",
    }
    text = " ".join(index_options(given))
    for part in (
        "--default-index https://a.example/simple",
        "--index https://b.example/",
        "--find-links /w1 --find-links /w2",
    ):
        assert part in text
    assert certificate_variables(given) == {"SSL_CERT_FILE": "/c.pem"}
    assert index_options({**given, "UV_INDEX_URL": "https://c.example/"}) == ()


def test_no_settings(tmp_path: Path) -> None:
    """Where pip has no settings, uv is left alone."""
    assert index_options({"PIP_CONFIG_FILE": "/dev/null", "HOME": str(tmp_path)}) == ()
