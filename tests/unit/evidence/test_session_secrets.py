"""What a session is redacted by, and the passwords without which it cannot be stored."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bis.evidence.session_secrets import forget_secrets, keep_secrets, redactor_of, with_password
from bis.evidence.spool import SECRETS

if TYPE_CHECKING:
    from pathlib import Path

URI = "http://me:s3cret@pass/w@host:1/x"


def test_a_tracking_uri_is_found_again_with_its_password(tmp_path: Path) -> None:
    """As it was given to the launcher, or as a process of the program set it; until the session is stored."""
    keep_secrets(tmp_path, {}, (), tracking_uri=URI)
    (tmp_path / "secrets-7.json").write_text(json.dumps({"tracking_uri.0": "mysql://u:hunter22@db/x"}))
    assert with_password(tmp_path, "http://host:1/x") == URI
    assert with_password(tmp_path, "mysql://db/x") == "mysql://u:hunter22@db/x"
    assert with_password(tmp_path, "http://other") == "http://other"
    assert redactor_of(tmp_path, ()).text("it was hunter22", place="p") == "it was [redacted]"
    forget_secrets(tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert with_password(tmp_path, "http://host:1/x") == "http://host:1/x"


def test_a_uri_without_a_password_is_no_secret(tmp_path: Path) -> None:
    """Only secrets are kept, in a file of the user's."""
    keep_secrets(tmp_path, {"A": "b"}, ("--token", "quagga-6fd1"), tracking_uri="sqlite:////a@b.db")
    assert json.loads((tmp_path / SECRETS).read_text()) == {"--token": "quagga-6fd1"}
    assert (tmp_path / SECRETS).stat().st_mode & 0o777 == 0o600


def test_damaged_files_are_passed_over(tmp_path: Path) -> None:
    """Those of processes that died while they wrote."""
    (tmp_path / "secrets-7.json").write_text("{")
    (tmp_path / "secrets-8.json").write_text("3")
    keep_secrets(tmp_path, {}, (), tracking_uri=URI)
    assert with_password(tmp_path, "http://host:1/x") == URI
