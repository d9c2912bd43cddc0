"""No secret that a program has, prints or raises is kept in MLflow."""

from __future__ import annotations

import gzip
import io
import json
import os
import signal
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.functional.scene import Done, Project, eventually, notebook_text, tree

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.slow

# Values of no known shape, so that only where they come from can give them away.
SECRETS = {
    "MY_API_KEY": "quagga-6fd1b2c0-otter",
    "DB_PASSWORD": "pangolin/7=axolotl+9",
    "AWS_SECRET_ACCESS_KEY": "wombat0123456789narwhal",
}
ARGUMENT = "tapir-in-argv-55e1"
REMOTE = "okapi-in-remote-77c3"
IN_URL = "lemur-in-proxy-88d4"
ALL = (*SECRETS.values(), ARGUMENT, REMOTE, IN_URL)
_NOTEBOOK = (
    "import os, random, sys",
    "print('key', os.environ['MY_API_KEY'])",
    "dict(os.environ)",
    "print(os.environ['DB_PASSWORD'], file=sys.stderr)",
    "random.random()",
    "raise ConnectionError('refused: ' + os.environ['AWS_SECRET_ACCESS_KEY'])",
)


@dataclass(frozen=True, slots=True)
class Kept:
    """What a project's programs left in MLflow: every byte, archives also unpacked."""

    project: Project
    runs: dict[str, str]
    done: dict[str, Done]
    texts: dict[str, bytes]


def unpacked(name: str, content: bytes) -> dict[str, bytes]:
    """A file, and what is in it."""
    found = {name: content}
    if name.endswith(".gz"):
        found[f"{name}!"] = gzip.decompress(content)
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            for member in archive:
                file = archive.extractfile(member)
                found[f"{name}!{member.name}"] = file.read() if file else b""
    return found


def forms(secret: str) -> set[bytes]:
    """A secret as it stands, in JSON and in a URL."""
    from urllib.parse import quote

    return {f.encode() for f in (secret, json.dumps(secret)[1:-1], quote(secret, safe=""))}


@pytest.fixture(scope="module")
def kept(new_project: Callable[..., Project]) -> Kept:
    """Programs with secrets in all places, recorded with `bis run`, as a notebook, and in ambient mode."""
    project = new_project("secrets", **SECRETS, HTTPS_PROXY=f"http://me:{IN_URL}@127.0.0.1:9", GIT_TERMINAL_PROMPT="0")
    project.add("secrets_program.py")
    saved = {"output_type": "stream", "name": "stdout", "text": [f"key {SECRETS['MY_API_KEY']}\n"]}
    project.add(".env", "".join(f"{k}={v}\n" for k, v in SECRETS.items()))
    project.add("leaky.ipynb", notebook_text(_NOTEBOOK, first_outputs=[saved]))
    for arguments in (
        ("init", "--quiet"),
        ("remote", "add", "origin", f"https://me:{REMOTE}@git.invalid/group/project.git"),
        ("add", "."),
        ("-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "--quiet", "-m", "first"),
    ):
        subprocess.run(["git", "-C", str(project.folder), *arguments], check=True, capture_output=True)
    arguments = ("--token", ARGUMENT, "--lr", "0.5")
    done = {
        "run": project.bis("run", "secrets_program.py", *arguments),
        "notebook": project.bis("run", "leaky.ipynb"),
        "ambient": project.command(sys.executable, "secrets_program.py", *arguments),
    }
    runs = {k: done[k].run_id for k in ("run", "notebook")}
    runs["ambient"] = project.store.find("last")
    done["replay"] = project.bis("replay", runs["run"], "-n", "1", "--set", f"token={ARGUMENT}", "--json")
    done["replayed notebook"] = project.bis("replay", runs["notebook"], "-n", "1", "--json")
    database = Path(project.uri.removeprefix("sqlite:///"))
    texts = {database.name: database.read_bytes()}
    for name, content in tree(database.parent / "artifacts").items():
        texts |= unpacked(name, content)
    return Kept(project, runs, done, texts)


def test_programs_really_had_the_secrets(kept: Kept) -> None:
    """The programs saw and showed every secret, and ended with the exception that they raise."""
    assert [kept.done[how].code for how in kept.runs] == [1, 1, 1]
    for how in ("run", "ambient"):
        assert all(s in kept.done[how].out for s in (*SECRETS.values(), ARGUMENT, IN_URL))
        assert SECRETS["DB_PASSWORD"] in kept.done[how].err
    assert len(set(kept.runs.values())) == 3


def test_all_were_recorded(kept: Kept) -> None:
    """There is a record of each, with code and outputs; redacted is not the same as left out."""
    for how, run_id in kept.runs.items():
        stored = kept.project.store.read(run_id)
        assert stored.recorded, how
        assert stored.record.code.remote == "https://git.invalid/group/project.git", how
        assert stored.record.outputs.failure is not None, how
        assert "ConnectionError" in stored.record.outputs.failure.message, how
    stored = kept.project.store.read(kept.runs["run"])
    assert stored.record.code.argv == ("--token", "[redacted]", "--lr", "0.5")
    assert "key [redacted]" in (stored.record.outputs.stdout or "")


@pytest.mark.parametrize("secret", ALL)
def test_secret_is_nowhere_in_the_store(kept: Kept, secret: str) -> None:
    """No tag, param, row or artifact, unpacked or not, has the secret in any spelling."""
    assert [name for name, text in kept.texts.items() if any(f in text for f in forms(secret))] == []
    assert sum(name.endswith("source.tar.gz") for name in kept.texts) == 3


def test_executed_notebook_is_kept_without_its_secrets(kept: Kept) -> None:
    """The executed notebook is an artifact, and its outputs are there, redacted."""
    [content] = [t for n, t in kept.texts.items() if n.endswith("bis/notebook.ipynb")]
    outputs = [o for c in json.loads(content)["cells"] for o in c.get("outputs", [])]
    assert {o["output_type"] for o in outputs} == {"stream", "execute_result", "error"}
    assert b"key [redacted]" in content


def test_replays_have_the_secrets_and_keep_none(kept: Kept) -> None:
    """Replays get the secrets that they need, and end as the originals did; what they print is redacted too."""
    for how in ("replay", "replayed notebook"):
        [outcome] = json.loads(kept.done[how].out)["outcomes"]
        assert "ConnectionError" in outcome["failure"]["message"]
        assert "[redacted]" in outcome["failure"]["message"]
        assert all(s not in kept.done[how].err for s in SECRETS.values())
    assert json.loads(kept.done["replay"].out)["level"] == "not executable"
    assert sum(name.endswith("bis/replay.json") for name in kept.texts) == 2


def test_secrets_of_a_session_that_somebody_else_stores(project: Project) -> None:
    """A session that waited is stored without secrets by a later command that does not know their values."""
    source = "import os, time\nprint('key', os.environ['MY_API_KEY'], flush=True)\ntime.sleep(600)\n"
    project.add("talker.py", source)
    launcher = project.start(sys.executable, "-m", "bis", "run", "talker.py", **SECRETS)
    assert launcher.stdout is not None
    assert SECRETS["MY_API_KEY"] in launcher.stdout.readline()
    assert eventually(lambda: bool(list(project.home.glob("sessions/*/events-*.jsonl"))))
    os.killpg(launcher.pid, signal.SIGKILL)
    launcher.communicate()
    stored = project.bis("store")
    assert (stored.code, SECRETS["MY_API_KEY"] in stored.out + stored.err) == (0, False), stored.err
    shown = project.bis("show", "last", "--json")
    assert shown.code == 0, shown.err
    assert "key" in (json.loads(shown.out)["record"]["outputs"]["stdout"] or "")
    kept = b"".join(tree(Path(project.uri.removeprefix("sqlite:///")).parent / "artifacts").values())
    assert SECRETS["MY_API_KEY"].encode() not in kept
    assert SECRETS["MY_API_KEY"] not in shown.out
