"""Real examples of all that is read from elsewhere, from the assets of the tests: what inputs are made of."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import pickle
import tarfile
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
_ASSETS = ROOT / "tests" / "assets"
_MOST = 40
_LARGEST = 60_000


@cache
def old_records() -> dict[str, bytes]:
    """The files of runs, sessions and answers that earlier versions of bis stored."""
    found = {}
    for name in ("store", "sessions", "expected"):
        with tarfile.open(_ASSETS / "old_records" / f"{name}.tar.gz") as archive:
            for member in archive.getmembers():
                file = archive.extractfile(member) if member.isfile() else None
                if file is not None:
                    found[f"{name}/{member.name}"] = file.read()
    return found


def named(*ends: str) -> list[bytes]:
    """Old files whose names end so."""
    return [content for name, content in sorted(old_records().items()) if name.endswith(ends)][:_MOST]


@cache
def files(*patterns: str) -> tuple[tuple[str, bytes], ...]:
    """Files of the tests and of the study, by their names."""
    found = []
    for pattern in patterns:
        for path in sorted([*(ROOT / "tests").rglob(pattern), *(ROOT / "study").rglob(pattern)]):
            if path.is_file() and path.stat().st_size <= _LARGEST and "out" not in path.relative_to(ROOT).parts:
                found += [(path.name, path.read_bytes())]
    return tuple(found)


def contents(*patterns: str) -> list[bytes]:
    """What is in them."""
    return [content for _, content in files(*patterns)]


def verdicts() -> list[bytes]:
    """Verdicts, as the command prints them and as they are stored."""
    found = []
    for printed in named(
        "replay-seeded.json", "replay-notebook.json", "replay-untracked.json", "replay-unseeded-fresh.json"
    ):
        document = json.loads(printed)
        stored = {
            "format": "bis.stored-verdict",
            "version": 1,
            "created_unix_s": 1.5,
            "verdict": document.get("verdict", document),
        }
        found.append(json.dumps(stored).encode())
    return found


def run_contents() -> list[bytes]:
    """The contents of files that are kept with a run."""
    from bis.evidence.written_contents import FORMAT
    from bis.model.jsonable import to_json
    from bis.record.contents.content_reading import read_content

    path = ROOT / "study" / "study.toml"
    read = read_content(path.name, path, path.stat().st_size, str)
    document = {"format": FORMAT, "version": 1, "contents": [to_json(read)]}
    return [json.dumps(document).encode()]


def tables() -> list[bytes]:
    """Published figures."""
    return [
        *contents("published*.csv"),
        b"metric,value\nloss,0.25\naccuracy,0.9(1)\n",
        b"run,loss,acc\n1,0.5,90.1\n2,0.51,90.2\n",
        b'\xef\xbb\xbfmetric,value\n"a,b",1e-3\nc,12.5%\n',
    ]


def html_tables() -> list[bytes]:
    """Tables as data frames show them."""
    return [
        b'<table border="1"><thead><tr><th></th><th>a</th></tr></thead><tr><th>0</th><td>1.5</td></tr></table>',
        b'<div><table><tr><td rowspan="2" colspan=3>x</td><td>y</td></tr><tr><td>1,000.5</td></tr></table><p>&lt;a&gt;',
    ]


def printed() -> list[bytes]:
    """What programs print."""
    return [
        b"epoch 1 loss 0.5 acc 0.9\n2026-01-02 03:04:05 INFO took 3.2 s at /tmp/tmpab12cd34/x\n",
        b"100%|##########| 10/10 [00:01<00:00, 5.1it/s]\nTraceback (most recent call last):\nValueError: no\n",
        b"Accuracy: 93.1 %  (n=1,000)\nmodel <torch.nn.Linear object at 0x7f12ab> id=140234\n",
        *named("stdout.txt"),
    ]


def pickles() -> list[bytes]:
    """Pickles of plain values, with each protocol."""
    value = {"loss": [0.5, 0.25], "name": "model", "deep": {"t": (1, 2, {3}), "b": b"x"}, "none": None}
    return [pickle.dumps(value, protocol) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)]


def arrays() -> list[bytes]:
    """Arrays as NumPy stores them."""
    import numpy as np

    found = []
    for saved in (np.arange(6.0).reshape(2, 3), np.array(["a", "bc"]), np.zeros(3, dtype=[("x", "i4"), ("y", "f8")])):
        buffer = io.BytesIO()
        np.save(buffer, saved)
        found.append(buffer.getvalue())
    buffer = io.BytesIO()
    np.savez(buffer, a=np.arange(3), b=np.ones((2, 2)))
    return [*found, buffer.getvalue()]


def archives() -> list[bytes]:
    """Source archives, and tars with all that one can hold."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as archive:
        for name, kind, link in (
            ("a.py", tarfile.REGTYPE, ""), ("d", tarfile.DIRTYPE, ""), ("d/b", tarfile.SYMTYPE, "../a.py"),
            ("up", tarfile.SYMTYPE, ".."), ("hard", tarfile.LNKTYPE, "a.py"), ("../out", tarfile.REGTYPE, ""),
            ("/abs", tarfile.REGTYPE, ""), ("fifo", tarfile.FIFOTYPE, ""), ("x" * 200, tarfile.REGTYPE, ""),
        ):  # fmt: skip
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, link
            body = b"x = 1\n" if kind == tarfile.REGTYPE else b""
            info.size = len(body)
            archive.addfile(info, io.BytesIO(body))
    return [*named("source.tar.gz", "carried.tar.gz"), gzip.compress(raw.getvalue(), mtime=0)]


def tars() -> list[bytes]:
    """The same, not compressed: what is mutated is then the tar, and no checksum stands in front of it."""
    return [gzip.decompress(a) for a in archives()]


def settings() -> list[bytes]:
    """Files with settings of bis."""
    return [
        b'[tool.bis]\nstdout-mib = 1.5\nserve-entropy = true\nselect = ["BIS1"]\nreplay-timeout-s = 3.0\n',
        b'[tool.bis.tolerances]\nloss = {atol = 0.1, rtol = 1e-3}\n[tool.bis.ci]\nprograms = ["a.py --x"]\ntimes = 3\n',
        b'[project]\nname = "x"\ndependencies = ["numpy==1.26"]\n[tool.poetry.dependencies]\npython = "^3.10"\n',
        *contents("pyproject.toml"),
    ]


RUN_OF_FILES = "0" * 31 + "1"


def file_store() -> dict[str, bytes]:
    """The files of a file store with one run."""
    run = f"0/{RUN_OF_FILES}"
    meta = (
        f"artifact_uri: file:///x/artifacts\nend_time: 1700000001000\nentry_point_name: ''\nexperiment_id: '0'\n"
        f"lifecycle_stage: active\nrun_id: {RUN_OF_FILES}\nrun_name: kind-wren-7\nstart_time: 1700000000000\n"
        "status: 3\ntags: []\nuser_id: ada\n"
    )
    return {
        "0/meta.yaml": b"artifact_location: file:///x\nexperiment_id: '0'\nlifecycle_stage: active\nname: Default\n",
        f"{run}/meta.yaml": meta.encode(),
        f"{run}/metrics/loss": b"1700000000001 0.5 0\n1700000000002 0.25 1\n1700000000003 nan 2\n",
        f"{run}/params/lr": b"0.1",
        f"{run}/tags/mlflow.runName": b"kind-wren-7",
        f"{run}/inputs/aa/meta.yaml": b"destination_type: RUN\nsource_id: dd\ntags: {mlflow.data.context: train}\n",
        "0/datasets/dd/meta.yaml": b"digest: abc\nname: data\nprofile: '{}'\nsource: '{}'\nsource_type: local\n",
    }


_KEY = "-----BEGIN " + "PRIVATE KEY-----\nMIIB\n-----END " + "PRIVATE KEY-----\n"


def secret_settings() -> list[bytes]:
    """Settings with what looks like secrets, none of which is one."""
    return [
        b"lr: 0.1\ndb:\n  password: hunter2-hunter3\n  url: postgres://ada:hunter2@db.example.org/x?sslmode=on\n",
        b"[remote]\nurl = https://user:hunter2@example.org/x\ntoken = AbCd0123EfGh4567IjKl8901MnOp\n",
        b"API_KEY=AbCd0123EfGh4567IjKl8901MnOp\nPASSWORD: ${DB_PASSWORD}\n",
        _KEY.encode(),
        *contents("pyproject.toml", "*.yaml"),
    ]


def json_settings() -> list[bytes]:
    """Settings in JSON, and a schema of some."""
    return [
        b'{"lr": 0.1, "auths": {"registry.example.org": {"auth": "dXNlcjpodW50ZXIyLWh1bnRlcjM="}}, "password": "x-y"}',
        b'{"type": "service_account", "project_id": "x", "private_key_id": "0123", "client_email": "a@example.org"}',
        b'{"type": "object", "properties": {"lr": {"type": ["number", "null"]}, "name": {"type": "string"}}}',
    ]


def texts_with_secrets() -> list[bytes]:
    """What programs print, with what looks like secrets."""
    return [
        *secret_settings(),
        *printed(),
        *contents("*.ipynb")[:5],
        b"token s3cr3t-Value-0815 at https://u:p@host/?sig=1\n",
    ]


def digest_lists() -> list[bytes]:
    """Lists of digests, as `sha256sum` writes them."""
    a, b = hashlib.sha256(b"a").hexdigest(), hashlib.sha256(b"b").hexdigest()
    return [
        f"{a}  a.txt\n\\{b}  inner/b\\n.txt\n".encode(),
        f"{a}  a.txt\n{b}  missing\n\\{a}  back\\\\slash\\r\n".encode(),
        f"{a.upper()}  \u03b2.txt\n".encode() + a.encode() + b"  \xff\n",
    ]


def lists() -> list[bytes]:
    """Lists of projects."""
    return [
        b"name,url,commit\nowner/one,https://github.com/owner/one,\n",
        b"repository\nowner/one\nhttps://gitlab.com/a/b.git\n./local\n",
        b"owner/one\ngit@github.com:owner/two.git\nfile:///srv/x\n",
    ]


def known_lines() -> list[bytes]:
    """``runs.jsonl``."""
    line = {"version": 1, "session": "s", "at_unix_s": 1.5, "cwd": "/p", "project_root": "/p", "uri": "sqlite:////x.db",
            "run_ids": ["0" * 32], "variable": None}  # fmt: skip
    return [(json.dumps(line) + "\n").encode() * 2]


def requirement_files() -> list[tuple[str, bytes]]:
    """What projects declare, by the names of its files."""
    given = [
        ("requirements.txt", b"numpy==1.26.4 --hash=sha256:aa\n-r o.txt\ntorch>=2 ; python_version<'3.12'\n-e git+https://x/y@z\n"),
        ("environment.yml", b"channels: [conda-forge]\ndependencies:\n  - python=3.10\n  - pip:\n    - mlflow==2.1\n"),
        ("Pipfile", b'[packages]\nnumpy = "*"\n[requires]\npython_version = "3.10"\n'),
        ("pyproject.toml", settings()[2]),
        ("Dockerfile", b"FROM python:3.10\nRUN pip install numpy==1.0 && \\\n  pip install -r r.txt\nENV A=1\n"),
        ("setup.py", b"from setuptools import setup\nsetup(name='x', install_requires=['numpy==1.0'])\n"),
        ("setup.cfg", b"[options]\ninstall_requires =\n  numpy==1.0\n  torch\n"),
        ("MLproject", b"name: x\nconda_env: conda.yaml\nentry_points:\n  main:\n    command: python t.py {alpha}\n"),
        ("poetry.lock", b'[[package]]\nname = "numpy"\nversion = "1.0"\n'),
        ("README.md", b"# X\n```bash\npython train.py --lr 1\n```\nSee https://x\n"),
    ]  # fmt: skip
    return [*given, *files("requirements*.txt", "environment*.y*ml", "Pipfile*", "setup.py", "Dockerfile", "MLproject")]
