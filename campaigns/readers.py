"""What reads documents and files from elsewhere: each reader, its examples, and the errors that it may raise."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bis.errors import BisError
from campaigns import examples
from campaigns.mutations import mutated, mutated_json


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader: `read` takes one input, in an empty folder of its own; `make` makes one.

    `declared` are the errors that it may raise. `weight` is its part of all inputs: readers that take long get fewer.
    """

    name: str
    read: Callable[[bytes, Path], object]
    make: Callable[[random.Random], bytes]
    weight: float = 1.0
    declared: tuple[type[Exception], ...] = (BisError,)


class Texts:
    """A store that has one text, for readers that ask a store for it."""

    def __init__(self, content: bytes) -> None:
        self._text = content.decode("utf-8", "replace")

    def text(self, _run_id: str, _artifact: str) -> str:
        """The text."""
        return self._text

    def tags(self, _run_id: str) -> dict[str, str]:
        """Every tag that says that there is something to read."""
        return _AllTags()


class _AllTags(dict[str, str]):
    def __contains__(self, _key: object) -> bool:
        return True


def _json(source: Callable[[], list[bytes]]) -> Callable[[random.Random], bytes]:
    kept: list[list[bytes]] = []

    def make(rng: random.Random) -> bytes:
        if not kept:
            kept.append(source())
        return mutated_json(kept[0], rng)

    return make


def _bytes(source: Callable[[], list[bytes]]) -> Callable[[random.Random], bytes]:
    kept: list[list[bytes]] = []

    def make(rng: random.Random) -> bytes:
        if not kept:
            kept.append(source())
        return mutated(kept[0], rng)

    return make


def _compressed(rng: random.Random) -> bytes:
    """A tar that is damaged inside, compressed well."""
    return gzip.compress(mutated(_tars(), rng), 1, mtime=0)


_kept_tars: list[list[bytes]] = []


def _tars() -> list[bytes]:
    if not _kept_tars:
        _kept_tars.append(examples.tars())
    return _kept_tars[0]


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace")


def _record(content: bytes, _folder: Path) -> object:
    from bis.evidence.record_document import read_record

    return read_record(content, "record.json")


def _shown_record(content: bytes, _folder: Path) -> object:
    """A record that could be read is shown, too: what is odd in it must not break what prints it."""
    from bis.evidence.record_document import read_record
    from bis.report.text.record_text import record_text

    return record_text(read_record(content, "record.json"), full=True)


def _replay(content: bytes, _folder: Path) -> object:
    from bis.evidence.documents import parse_document
    from bis.model.jsonable import from_json
    from bis.model.verdict import Outcome

    document = parse_document(_text(content), kind="bis.replay", version=1, where="replay.json")
    return from_json(Outcome, document.get("outcome"))


def _verdict(content: bytes, _folder: Path) -> object:
    from bis.evidence.verdicts import read_verdict

    return read_verdict(Texts(content), "0" * 32)  # type: ignore[arg-type]  # it asks for a text and tags only


def _contents_of_run(content: bytes, _folder: Path) -> object:
    from bis.evidence.written_contents import read_contents_of

    return read_contents_of(Texts(content), "0" * 32)  # type: ignore[arg-type]  # as above


def _lock(content: bytes, _folder: Path) -> object:
    from bis.model.lock import parse_lock

    return parse_lock(_text(content))


def _archive(content: bytes, folder: Path) -> object:
    from bis.evidence.archive import read_entries, unpack

    unpack(content, folder / "into", max_bytes=1 << 22)
    return read_entries(content)


def _notebook(content: bytes, _folder: Path) -> object:
    from bis.notebooks.cell_surroundings import SurroundingsReader
    from bis.notebooks.line_skipping import blocking_calls
    from bis.notebooks.parameters import parameter_names
    from bis.notebooks.shown_outputs import installing_cells, shown_cells

    cells = shown_cells(content, "a.ipynb")
    installing_cells(cells)
    reader = SurroundingsReader()
    for cell in cells:
        reader.read(cell.source)
        blocking_calls(cell.source)
    from bis.notebooks.document import parse_notebook

    return parameter_names(parse_notebook(content, "a.ipynb"))


def _study(content: bytes, _folder: Path) -> object:
    from bis._study.study_file import parse_study

    return parse_study(_text(content), "study.toml", exists=lambda _: True)


def _settings(content: bytes, folder: Path) -> object:
    from bis.config import load_settings

    (folder / "pyproject.toml").write_bytes(content)
    return load_settings(folder)


def _table(content: bytes, _folder: Path) -> object:
    from bis._verify.published.published_table import parse_table

    return parse_table(_text(content))


def _html(content: bytes, _folder: Path) -> object:
    from bis._verify.published.html_tables import tables_in, text_in

    return tables_in(_text(content)), text_in(_text(content))


def _printed(content: bytes, _folder: Path) -> object:
    from bis._verify.printed_text import compare_texts, numbers_in

    text = _text(content)
    return numbers_in(text), compare_texts(text, text[: len(text) // 2])


def _module(content: bytes, _folder: Path) -> object:
    from bis._audit.parsing.reading import read_module

    return read_module(content, is_notebook=False, file="a.py")


def _notebook_module(content: bytes, _folder: Path) -> object:
    from bis._audit.parsing.reading import read_module

    return read_module(content, is_notebook=True, file="a.ipynb")


def _manifest(name: str) -> Callable[[bytes, Path], object]:
    def read(content: bytes, _folder: Path) -> object:
        from bis._audit.files.manifests import read_manifest

        return read_manifest(name, _text(content))

    return read


def _project(content: bytes, folder: Path) -> object:
    """A project of one script, one notebook and one file of requirements, audited, with what would be fixed."""
    from bis._audit.auditor import audit_project
    from bis._audit.single_project import repairs_of

    first, _, rest = content.partition(b"\0--\0")
    name, _, other = rest.partition(b"\0--\0")
    (folder / "p").mkdir()
    (folder / "p" / "train.py").write_bytes(first)
    (folder / "p" / "second.ipynb").write_bytes(other)
    known = {given for given, _ in examples.requirement_files()}
    manifest = _text(name) if _text(name) in known else "requirements.txt"
    (folder / "p" / manifest).write_bytes(first[:2000] if not name else other)
    audited = audit_project(folder / "p", "p")
    return audited, repairs_of(folder / "p", audited)


def _made_project(rng: random.Random) -> bytes:
    scripts, notebooks = examples.contents("*.py"), examples.contents("*.ipynb")
    name, manifest = rng.choice(examples.requirement_files())
    script = mutated(scripts, rng)
    if rng.random() < 0.5:
        return script + b"\0--\0" + name.encode() + b"\0--\0" + mutated([manifest], rng)
    return script + b"\0--\0\0--\0" + mutated_json(notebooks, rng)


def _written(suffix: str) -> Callable[[bytes, Path], object]:
    def read(content: bytes, folder: Path) -> object:
        from bis.record.contents.content_reading import read_content

        place = folder / f"file.{suffix}"
        place.write_bytes(content)
        return read_content(place.name, place, len(content), str)

    return read


def _session(content: bytes, folder: Path) -> object:
    """A session of an earlier version whose events, or one of whose documents, are damaged."""
    from bis.record.assembly import assemble
    from bis.record.observed_session import read_sightings

    name, _, body = content.partition(b"\0")
    kept = {Path(n).name: c for n, c in examples.old_records().items() if n.startswith("sessions/")}
    for file, text in kept.items():
        (folder / file).write_bytes(text)
    (folder / "claims").mkdir()
    (folder / (_text(name) if _text(name) in kept else "exit.json")).write_bytes(body)
    return assemble(read_sightings(folder), None, artifacts=())


def _made_session(rng: random.Random) -> bytes:
    kept = [
        (Path(n).name, c)
        for n, c in examples.old_records().items()
        if n.startswith("sessions/") and n.endswith(("json", "jsonl"))
    ]
    name, content = rng.choice(kept)
    if name.endswith("jsonl"):
        lines = content.splitlines(keepends=True)
        at = rng.randrange(len(lines))
        lines[at] = mutated_json([lines[at]], rng) + b"\n"
        return name.encode() + b"\0" + b"".join(lines)
    return name.encode() + b"\0" + mutated_json([content], rng)


def _known(content: bytes, folder: Path) -> object:
    from bis.evidence.known_stores import known_sessions

    (folder / "runs.jsonl").write_bytes(content)
    return known_sessions(folder)


def _projects(content: bytes, folder: Path) -> object:
    from bis.corpus.projects import projects_in

    (folder / "list.csv").write_bytes(content)
    return projects_in(folder / "list.csv")


def _baseline(content: bytes, folder: Path) -> object:
    from bis._audit.baseline import read_baseline

    (folder / "baseline.json").write_bytes(content)
    return read_baseline(folder / "baseline.json")


def _events(content: bytes, folder: Path) -> object:
    from bis.evidence.spool import read_events

    (folder / "events-7.jsonl").write_bytes(content)
    return list(read_events(folder))


def _file_store(content: bytes, folder: Path) -> object:
    """A run of a file store (``mlruns``), one of whose files is damaged."""
    from bis.evidence.file_reader import FileReader
    from bis.model.stored_runs import RunFilter

    name, _, body = content.partition(b"\0")
    for place, text in {**examples.file_store(), _text(name): body}.items():
        if place in examples.file_store():
            (folder / place).parent.mkdir(parents=True, exist_ok=True)
            (folder / place).write_bytes(text)
    reader, run_id = FileReader(folder), examples.RUN_OF_FILES
    return reader.page(RunFilter(), limit=5, metrics=True), reader.run(run_id), reader.history(run_id, "loss")


def _made_file_store(rng: random.Random) -> bytes:
    name, content = rng.choice(list(examples.file_store().items()))
    return name.encode() + b"\0" + mutated([content], rng)


def _judged_settings(content: bytes, _folder: Path) -> object:
    from bis.record.probes.secret_files import holds_private_key, settings_hold_secrets

    names = ("config.yaml", "config.json", "x.ini", "token.txt")
    return [settings_hold_secrets(name, content) for name in names], holds_private_key(content)


def _made_settings(rng: random.Random) -> bytes:
    kind = rng.randrange(2)
    return mutated(examples.secret_settings(), rng) if kind else mutated_json(examples.json_settings(), rng)


def _redacted(content: bytes, _folder: Path) -> object:
    """Text as it is redacted whole, in pieces, and as a notebook."""
    from bis.evidence.redaction import Redactor
    from bis.evidence.session_secrets import redacted_notebook

    text = _text(content)
    redactor = Redactor({"API_TOKEN": "s3cr3t-Value-0815"})
    stream = redactor.stream(place="output")
    pieces = [stream.feed(text[i : i + 100]) for i in range(0, len(text), 100)]
    try:
        notebook = redacted_notebook(content, lambda part: redactor.text(part, place="output"))
    except (ValueError, RecursionError):  # as those who call it expect
        notebook = b""
    return redactor.text(text, place="output"), [*pieces, stream.flush()], redactor.argv(text.split()), notebook


def _digests(content: bytes, folder: Path) -> object:
    """A list of digests of an export, and the folder beside it, which has two of the files."""
    from bis._export.signed_manifest import MANIFEST, compared, listed_digests

    (folder / "a.txt").write_bytes(b"a")
    (folder / "inner").mkdir()
    (folder / "inner" / "b\n.txt").write_bytes(b"b")
    return compared(folder, listed_digests(content, folder / MANIFEST))


_FINDING = b'{"code": "BIS101", "file": "a.py", "message": "m", "count": 1}'
_BASELINES = (b'{"format": "bis.baseline", "version": 1, "findings": [' + _FINDING + b"]}",)
_MANIFESTS = (
    *("requirements.txt", "environment.yml", "Pipfile", "pyproject.toml"),
    *("Dockerfile", "setup.py", "setup.cfg", "poetry.lock"),
)


def _environments() -> list[bytes]:
    return [content for name, content in examples.requirement_files() if name == "environment.yml"]


def _made_manifest(name: str) -> Callable[[random.Random], bytes]:
    def make(rng: random.Random) -> bytes:
        return mutated([content for given, content in examples.requirement_files() if given == name], rng)

    return make


# What `bis.record.storing` takes for a session that cannot be read.
_OF_A_SESSION = (BisError, KeyError, TypeError, ValueError, IndexError, AttributeError)

READERS: tuple[Reader, ...] = (
    Reader("record", _record, _json(lambda: examples.named("bis/record.json")), 2),
    Reader("record, shown", _shown_record, _json(lambda: examples.named("bis/record.json")), 1),
    Reader("replay", _replay, _json(lambda: examples.named("bis/replay.json")), 2, (BisError, ValueError)),
    Reader("verdict", _verdict, _json(examples.verdicts), 1),
    Reader("contents of a run", _contents_of_run, _json(examples.run_contents), 1),
    Reader("lock", _lock, _bytes(lambda: examples.named("environment.lock")), 6, (BisError, ValueError)),
    Reader("archive", _archive, _bytes(examples.archives), 4),
    Reader("archive, damaged inside", _archive, _compressed, 4),
    Reader("notebook", _notebook, _json(lambda: examples.contents("*.ipynb")), 2),
    Reader("study.toml", _study, _bytes(lambda: examples.contents("study*.toml")), 6),
    Reader("pyproject.toml", _settings, _bytes(examples.settings), 8),
    Reader("published table", _table, _bytes(examples.tables), 12),
    Reader("HTML table", _html, _bytes(examples.html_tables), 12),
    Reader("printed text", _printed, _bytes(examples.printed), 2),
    Reader("audited script", _module, _bytes(lambda: examples.contents("*.py")), 5),
    Reader("audited notebook", _notebook_module, _json(lambda: examples.contents("*.ipynb")), 5),
    *(
        Reader(f"audited {name}", _manifest(name), _made_manifest(name), 2)
        for name in _MANIFESTS
    ),
    Reader("audited project", _project, _made_project, 1),
    Reader("written pickle", _written("pkl"), _bytes(examples.pickles), 8),
    Reader("written arrays", _written("npy"), _bytes(examples.arrays), 6),
    Reader("written JSON", _written("json"), _json(lambda: examples.named("code.json", "exit.json")), 5),
    Reader("written YAML", _written("yaml"), _bytes(_environments), 3),
    Reader("written table", _written("csv"), _bytes(examples.tables), 5),
    Reader("session", _session, _made_session, 1, _OF_A_SESSION),
    Reader("known stores", _known, _json(examples.known_lines), 8),
    Reader("list of projects", _projects, _bytes(examples.lists), 6),
    Reader("baseline", _baseline, _json(lambda: list(_BASELINES)), 8),
    Reader("file store", _file_store, _made_file_store, 2, (BisError, OSError)),
    Reader("settings that may hold secrets", _judged_settings, _made_settings, 6),
    Reader("redacted text", _redacted, _bytes(examples.texts_with_secrets), 4),
    Reader("digests of an export", _digests, _bytes(examples.digest_lists), 8),
    Reader("events", _events, _json(lambda: examples.named("events-4425.jsonl")), 8),
)  # fmt: skip
