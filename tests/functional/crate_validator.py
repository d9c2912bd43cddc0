"""The official validator of RO-Crates, in an environment of its own: it needs an older rich than bis.

There is no network in tests but for packages. The context of RO-Crate 1.1 is taken from an older release of the
RO-Crate library, which brings it along, and is put into the validator's own cache of web pages.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bis._replay.uv_client import run_uv

PACKAGES = ("roc-validator==0.13.0", "prov==3.2.3")
CONTEXT_PACKAGE = "rocrate==0.14.0"  # the last with the context of 1.1

# Run by the validator's Python: fills its cache with one page, without a network.
_FILL = """\
import io, sys
from pathlib import Path
import requests, requests_cache
from urllib3 import HTTPResponse

class OnePage(requests.adapters.HTTPAdapter):
    def send(self, request, **options):
        body = io.BytesIO(Path(sys.argv[2]).read_bytes())
        headers = {"Content-Type": "application/ld+json"}
        raw = HTTPResponse(body=body, status=200, headers=headers, preload_content=False, request_url=request.url)
        return self.build_response(request, raw)

session = requests_cache.CachedSession(sys.argv[1], backend="sqlite", expire_after=-1)
session.mount("https://", OnePage())
session.get("https://w3id.org/ro/crate/1.1/context").raise_for_status()
"""
_READ_PROV = """\
import sys
from prov.model import ProvActivity, ProvDocument
document = ProvDocument.deserialize(sys.argv[1])
print(len(list(document.get_records(ProvActivity))))
"""


@dataclass(frozen=True, slots=True)
class CrateValidator:
    """An environment with the validator, and its cache."""

    folder: Path

    @classmethod
    def install(cls, folder: Path) -> CrateValidator:
        """Make the environment in a folder; a few seconds."""
        environment, context = folder / "environment", folder / "context"
        for command in (
            ("venv", "-q", "-p", sys.executable, str(environment)),
            ("pip", "install", "-q", "--python", str(environment), *PACKAGES),
            ("pip", "install", "-q", "--no-deps", "--target", str(context), CONTEXT_PACKAGE),
        ):
            done = run_uv(*command, timeout_s=300)
            assert done.returncode == 0, done.stderr
        made = cls(folder)
        page = context / "rocrate" / "data" / "ro-crate.jsonld"
        _run([made._program("python"), "-c", _FILL, folder / "cache", page])
        return made

    def issues(self, crate: Path) -> list[str]:
        """What is wrong with a crate by the REQUIRED checks of `process-run-crate`; at least 40 of them were made."""
        report = self.folder / "report.json"
        subprocess.run(
            [self._program("rocrate-validator"), "-y", "validate", "--offline", "--cache-path", self.folder / "cache",
             "-p", "process-run-crate", "-l", "required", "--no-paging", "-f", "json", "-o", report, crate],
            check=False, capture_output=True, timeout=120,
        )  # fmt: skip
        found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
        assert found["statistics"]["total_checks"] - found["statistics"]["total_skipped_checks"] >= 40
        assert found["passed"] is (not found["issues"])
        return [issue["message"] for issue in found["issues"]]

    def activities(self, prov: Path) -> int:
        """How many activities the library of PROV reads from a document."""
        return int(_run([self._program("python"), "-c", _READ_PROV, prov]))

    def _program(self, name: str) -> Path:
        return self.folder / "environment" / "bin" / name


def _run(command: list[Any]) -> str:
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout
