"""The data facet: which of the files that a program opened are its input, and what they contain."""

# Paths are strings here, since Path objects cost several times as much over thousands of files.
# ruff: noqa: PTH111, PTH113, PTH116, PTH117, PTH118, PTH123

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bis.errors import BisError
from bis.evidence.digests import digest_file
from bis.model.facets import Carried, Data, Dataset, FileDigest, Snapshot, Status
from bis.record.probes.child_commands import Process, unseen_commands
from bis.record.probes.code import relative_to

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from bis.evidence.digests import DigestCache

MAX_FILES = 100_000

# Parts of an interpreter's prefix that belong to the environment; a project may lie elsewhere in the prefix.
_ENVIRONMENT_PARTS = (
    "lib",
    "lib32",
    "lib64",
    "Lib",
    "DLLs",
    "include",
    "bin",
    "Scripts",
    "share",
    "etc",
    "ssl",
    "conda-meta",
    "pyvenv.cfg",
)
_SYSTEM = (
    "/proc/",
    "/sys/",
    "/dev/",
    "/run/",
    "/etc/",
    "/lib/",
    "/lib64/",
    "/usr/lib/",
    "/usr/lib64/",
    "/usr/share/",
    "/var/cache/",
    "/var/run/",
    "/System/",
    "/Library/Fonts/",
    "/private/etc/",
    "/private/var/db/",
)
_CACHES = (
    ".cache/matplotlib",
    ".config/matplotlib",
    ".matplotlib",
    ".cache/fontconfig",
    ".fontconfig",
    ".fonts",
    ".local/share/fonts",
    ".config/fontconfig",
    ".cache/pip",
    ".cache/uv",
    ".cache/bis",
    ".ipython",
    ".jupyter",
    ".local/share/jupyter",
    ".netrc",
    ".git",
    ".gitconfig",
    ".config/git",
    ".config/mlflow",
    ".aws",
    ".databrickscfg",
    ".triton",
    ".nv",
    ".cache/torch/kernels",
    ".cache/joblib",
)
_CODE = re.compile(
    r"\.(?:pyc?|pyo|pyi|pth|so(?:\.[0-9.]+)?|pyd|dll|dylib|egg-info|dist-info)$|/__pycache__/", re.IGNORECASE
)
# MLflow's own records; what lies under "artifacts" there (a model) may be an input.
_TRACKING = re.compile(r"/(?:mlruns|mlartifacts)/(?!.*/artifacts/)|/mlflow\.db(?:-\w+)?$")

# Modules that open files without Python: (module, what to look for in the program's source, why). A pattern of None
# means that a program that loads the module reads through it.
_NATIVE_READERS: tuple[tuple[str, str | None, str], ...] = (
    ("pyarrow.parquet", None, "pyarrow reads Parquet files natively"),
    ("pyarrow.csv", None, "pyarrow reads CSV files natively"),
    ("pyarrow.json", None, "pyarrow reads JSON files natively"),
    ("pyarrow.orc", None, "pyarrow reads ORC files natively"),
    ("pyarrow.feather", None, "pyarrow reads Feather files natively"),
    ("pyarrow.dataset", r"\bdataset\s*\(|read_(?:parquet|feather|table)\b", "pyarrow reads data sets natively"),
    ("tables", None, "PyTables reads HDF5 files natively"),
    ("netCDF4", None, "netCDF4 reads files natively"),
    ("rasterio", None, "rasterio reads files natively"),
    ("fiona", None, "fiona reads files natively"),
    ("pyogrio", None, "pyogrio reads files natively"),
    ("zarr", None, "zarr may read through other stores"),
    ("datasets", None, "Hugging Face datasets maps Arrow files natively"),
    ("tensorflow_datasets", None, "TensorFlow reads its data files natively"),
    ("deeplake", None, "deeplake reads files natively"),
    ("pyspark", None, "Spark reads files in other processes"),
    ("decord", None, "decord reads videos natively"),
    ("pyreadstat", None, "pyreadstat reads files natively"),
    ("pydicom.pixels", None, "pixel decoders may read files natively"),
    ("SimpleITK", r"\bReadImage\b|\bImageFileReader\b", "SimpleITK reads images natively"),
    ("h5py", r"\bh5py\s*\.\s*File\b|\bload_(?:model|weights)\b|\.(?:h5|hdf5)\b", "HDF5 files are read natively"),
    ("cv2", r"\bimread\b|\bimreadmulti\b|\bVideoCapture\b|\bFileStorage\b", "OpenCV reads images natively"),
    ("torchvision.io", r"\bread_(?:image|video|file)\b|\bdecode_", "torchvision reads images natively"),
    ("torchaudio", r"\btorchaudio\s*\.\s*load\b", "torchaudio reads audio natively"),
    (
        "soundfile",
        r"\b(?:sf|soundfile)\s*\.\s*(?:read|SoundFile)\b|\blibrosa\s*\.\s*load\b",
        "libsndfile reads audio natively",
    ),
    ("polars", r"\b(?:read|scan)_\w+", "polars reads files natively"),
    ("duckdb", None, "DuckDB reads files natively"),
    ("vaex", None, "vaex maps files natively"),
    ("datatable", r"\bfread\b", "datatable reads files natively"),
    (
        "tensorflow",
        (
            r"\b(?:read_file|(?:TFRecord|TextLine|FixedLengthRecord|Csv)Dataset|make_csv_dataset|load_model|saved_model"
            r"|(?:image|text|audio)_dataset_from_directory|CheckpointManager|list_files|gfile)\b|\btf\.io\."
            r"|\btrain\.(?:Checkpoint|latest_checkpoint|load_checkpoint)\b"
        ),
        "TensorFlow reads its data files natively",
    ),
    ("xgboost", r"\bDMatrix\(\s*(?:[rf]?[\"']|\w*(?:path|file))|\bload_model\b", "XGBoost loads files natively"),
    (
        "lightgbm",
        r"\bDataset\(\s*(?:[rf]?[\"']|\w*(?:path|file))|\bmodel_file\b",
        "LightGBM loads files natively",
    ),
    ("catboost", r"\bPool\(\s*(?:[rf]?[\"']|\w*(?:path|file))|\bload_model\b", "CatBoost loads files natively"),
    ("fasttext", r"\btrain_(?:un)?supervised\b|\bload_model\b", "fastText loads files natively"),
    ("sqlite3", r"(?i)\battach\s+(?:database\b|[\"'{:?%])", "SQLite attaches databases natively"),
    ("apsw", None, "APSW reads databases natively"),
    ("pysqlite3", None, "pysqlite3 reads databases natively"),
    ("lmdb", None, "LMDB maps its files natively"),
    ("plyvel", None, "LevelDB reads its files natively"),
    ("faiss", r"\bread_index\b", "Faiss reads its indexes natively"),
    ("safetensors", r"\bsafe_open\b", "safetensors maps its files natively"),
    ("transformers", r"\bfrom_pretrained\b|\bpipeline\s*\(", "weights and tokenizers are read natively"),
    ("torch", r"\b(?:torch|UntypedStorage|\w*Storage)\s*\.\s*from_file\b", "PyTorch maps files natively"),
    ("sentencepiece", r"\bSentencePiece(?:Processor|Trainer)\b", "SentencePiece loads files natively"),
)
# Loaded by so many programs that this alone says nothing.
_EVERYWHERE = frozenset({"sqlite3", "torch"})
# What `bis.instrument.native_files` sees of them: the module that it watches, and calls that go past it.
_PAST_ARROW = re.compile(r"\bopen_input_(?:file|stream)\b|\bfrom_paths\b|\bmake_fragment\b")
_WATCHED_READERS: dict[str, tuple[str, re.Pattern[str] | None]] = {
    "pyarrow.parquet": ("pyarrow.parquet.core", _PAST_ARROW),
    "pyarrow.csv": ("pyarrow.csv", _PAST_ARROW),
    "pyarrow.json": ("pyarrow.json", _PAST_ARROW),
    "pyarrow.orc": ("pyarrow.orc", _PAST_ARROW),
    "pyarrow.feather": ("pyarrow.feather", _PAST_ARROW),
    "pyarrow.dataset": ("pyarrow.dataset", _PAST_ARROW),
    "tables": ("tables.file", None),
    "h5py": ("h5py._hl.files", re.compile(r"\bh5py\s*\.\s*h5f\b")),
    "cv2": ("cv2", re.compile(r"\bVideoCapture\b|\bFileStorage\b|\breadNet\w*|\bdnn\b|\bCascadeClassifier\b")),
    "torchvision.io": ("torchvision.io.image", re.compile(r"\bread_video\w*|\bVideoReader\b")),
    "soundfile": ("soundfile", None),
    "polars": ("polars", re.compile(r"\bread_database_uri\b|\bpl\s*\.\s*sql\b|\bSQLContext\b")),
    "xgboost": ("xgboost.core", re.compile(r"\bxgboost\s*\.\s*spark\b|\bDataIter\b")),
    "lightgbm": ("lightgbm.basic", None),
    "catboost": ("catboost.core", None),
}
_READERS = tuple((module, None if p is None else re.compile(p), why) for module, p, why in _NATIVE_READERS)


_MAX_SOURCES = 500
_MAX_SOURCE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that was opened: to write, or to read only.

    `size_bytes` and `mtime_ns` are as they were then; a negative size means that it was not examined or did not exist.
    """

    path: str
    write: bool = False
    size_bytes: int = -1
    mtime_ns: int = -1


@dataclass(slots=True)
class InputFile:
    """A file that was there before the program wrote to it, if it ever did."""

    path: str
    reads: list[Opened]
    written: bool = False


def probe_data(  # noqa: PLR0913 - everything behind the first is a keyword
    opened: Iterable[Opened],
    *,
    root: Path,
    prefixes: Sequence[str],
    snapshot: Snapshot | None = None,
    loaded: Collection[str] = (),
    children: Iterable[Process] = (),
    recorded: Collection[tuple[str, ...]] = (),
    datasets: Sequence[Dataset] = (),
    cache: DigestCache | None = None,
    complete: bool = True,
    ambient: bool = False,
    home: str = "",
    watched: Collection[str] = (),
    earlier: Mapping[str, FileDigest] | None = None,
    unkept: Mapping[str, str] | None = None,
    carried: Carried | None = None,
) -> Data:
    """Digest the input files of a program, after it ended.

    Parameters
    ----------
    opened : iterable of Opened
        Everything that the program and its Python children opened, in order.
    root : Path
        The project; paths in it are recorded relative to it.
    prefixes : sequence of str
        Those of the interpreter: what lies in their ``lib``, ``share``, … is not data.
    snapshot : Snapshot, optional
        Names the program's sources, which are searched for calls that read natively.
    loaded : collection of str
        Names of the modules that the program had loaded.
    children : iterable of Process
        What it started.
    recorded : collection of tuple of str
        Command lines of the Python processes that were recorded.
    datasets : sequence of Dataset
        Inputs that it logged to MLflow.
    cache : DigestCache, optional
        Digests of files that were read before.
    complete : bool
        Whether the program was watched to its end.
    ambient : bool
        Whether it was watched only since it imported MLflow.
    home : str
        The home folder, where it is not the user's own.
    watched : collection of str
        Names of the modules whose native reads were seen.
    earlier : mapping of str to FileDigest, optional
        By path, what was in files before the program changed them.
    unkept : mapping of str to str, optional
        By path, why there is no copy of a file that the program changed.
    carried : Carried, optional
        What of these is kept.
    """
    reasons = []
    if ambient:
        reasons.append("files that were read before MLflow was imported were not seen")
    if not complete:
        reasons.append("the program did not end by itself: which files it read last is not known")
    reasons += native_readers(loaded, lambda: _sources(root, snapshot), watched)
    reasons += _unseen(list(children), recorded)
    inputs = input_files(opened, prefixes=prefixes, home=home)
    if len(inputs) > MAX_FILES:
        reasons.append(f"{len(inputs) - MAX_FILES} of {len(inputs)} input files were not digested")
    files: list[FileDigest] = []
    problems: list[str] = []
    for found in inputs[:MAX_FILES]:
        name = relative_to(found.path, root)
        digested, problem = _digest(found, name, cache, (earlier or {}).get(found.path))
        if problem and found.path in (unkept or {}):
            problem = f"{problem}; what it was before is not kept: {(unkept or {})[found.path]}"
        if digested is not None:
            files.append(digested)
        if problem:
            problems.append(problem)
    reasons += problems[:20]
    if len(problems) > 20:  # as many as fit on a screen
        reasons.append(f"{len(problems) - 20} more input files could not be digested")
    return Data(
        status=Status.PARTIAL if reasons else Status.RECORDED,
        reasons=tuple(reasons),
        files=tuple(sorted(files, key=lambda f: f.path)),
        datasets=tuple(datasets),
        carried=carried,
    )


def data_filter(prefixes: Sequence[str], home: str = "") -> Callable[[str], bool]:
    """Whether a file of some path may be data, and not part of the environment or of a cache."""
    return _Filter(prefixes, home).keeps


def input_files(opened: Iterable[Opened], *, prefixes: Sequence[str], home: str = "") -> list[InputFile]:
    """Group by file and keep those that the program read before it wrote to them, outside of the environment."""
    files: dict[str, InputFile | None] = {}
    places = _Filter(prefixes, home)
    for event in opened:
        if event.path not in files:
            # The first opening decides: what the program wrote before it read is its own product.
            is_input = not event.write and places.keeps(event.path)
            files[event.path] = InputFile(event.path, []) if is_input else None
        found = files[event.path]
        if found is None:
            continue
        if event.write:
            found.written = True
        else:
            found.reads.append(event)
    return [found for found in files.values() if found is not None]


def _unseen(children: Sequence[Process], recorded: Collection[tuple[str, ...]]) -> list[str]:
    return [
        f"what {gap.name} read was not seen: it is a child that "
        + ("has no recorder in it" if gap.python else "is not Python")
        for gap in unseen_commands(children, recorded)
    ]


def _sources(root: Path, snapshot: Snapshot | None) -> Iterator[str]:
    """Texts of the program's own code."""
    code = [f for f in (snapshot.files if snapshot else ()) if f.path.endswith((".py", ".ipynb"))]
    for file in code[:_MAX_SOURCES]:
        if file.size_bytes <= _MAX_SOURCE_BYTES and not file.path.startswith("external/"):
            try:
                with open(os.path.join(root, file.path), encoding="utf-8", errors="replace") as source:
                    yield source.read()
            except OSError:
                continue


def native_readers(
    loaded: Collection[str], sources: Callable[[], Iterable[str]], watched: Collection[str] = ()
) -> tuple[str, ...]:
    """Reasons why files may have been read unseen, from the modules that are loaded.

    Parameters
    ----------
    loaded : collection of str
        Names in ``sys.modules``.
    sources : callable
        Gives source texts of the program. Some modules are loaded by others (Keras loads h5py) and count only where
        the program calls what reads; where there are no texts, being loaded is enough.
    watched : collection of str
        Names of the modules whose functions that read were wrapped wherever they were loaded. These count only where
        the program calls something else that reads.
    """
    found = []
    texts: list[str] | None = None
    for module, reading, why in _READERS:
        if module not in loaded:
            continue
        wrapped, past = _WATCHED_READERS.get(module, ("", None))
        seen = wrapped in watched
        if seen and past is None:
            continue
        pattern = past if seen else reading
        if pattern is not None:
            texts = list(sources()) if texts is None else texts
            if (texts or seen or module in _EVERYWHERE) and not any(pattern.search(text) for text in texts):
                continue
        found.append(f"{why} ({module}): not seen")
    return tuple(dict.fromkeys(found))


class _Filter:
    """Which paths may be data."""

    def __init__(self, prefixes: Sequence[str], home: str) -> None:
        folders = list(_SYSTEM)
        files: set[str] = set()
        for prefix in dict.fromkeys((*prefixes, *map(os.path.realpath, prefixes))):
            folders += [os.path.join(prefix, part, "") for part in _ENVIRONMENT_PARTS[:-1]]
            files.add(os.path.join(prefix, _ENVIRONMENT_PARTS[-1]))
        home = home or os.path.expanduser("~")
        for place in _CACHES:
            folders.append(os.path.join(home, place, ""))
            files.add(os.path.join(home, place))
        self._folders = tuple(dict.fromkeys(folders))
        self._files = files

    def keeps(self, path: str) -> bool:
        if self._drops(path):
            return False
        real = os.path.realpath(path)
        return real == path or not self._drops(real)

    def _drops(self, path: str) -> bool:
        return (
            not os.path.isabs(path)
            or path.startswith(self._folders)
            or path in self._files
            or _CODE.search(path) is not None
            or "/.git/" in path
            or "/site-packages/" in path
            or "/dist-packages/" in path
            or _TRACKING.search(path) is not None
        )


def _digest(  # noqa: PLR0911 - one return for each state a file may be in
    found: InputFile, name: str, cache: DigestCache | None, earlier: FileDigest | None
) -> tuple[FileDigest | None, str]:
    """The file and what is wrong with it; no file where it was not a regular one.

    Where it was copied before the program changed it, that is what was read: `earlier`.
    """
    seen = found.reads[0]
    size = max(seen.size_bytes, 0)
    if earlier is not None and size == earlier.size_bytes:
        return FileDigest(name, earlier.size_bytes, earlier.digest), ""
    if not os.path.lexists(found.path):
        if found.written or _is_temporary(found.path):
            return None, ""  # made and removed by the program or a child that was seen late
        if seen.size_bytes < 0:
            return None, ""  # it was never there: a program looked whether there is a settings file
        return FileDigest(name, size, ""), f"{name} was read and no longer exists"
    if not os.path.isfile(found.path):
        return None, ""  # a folder, a terminal, a pipe
    if found.written:
        return FileDigest(name, size, ""), f"{name} was changed by the program after it was read"
    try:
        digested = digest_file(found.path, cache, name=name)
        mtime_ns = os.stat(found.path).st_mtime_ns
    except (BisError, OSError) as exc:
        return FileDigest(name, size, ""), f"{name} could not be digested: {exc}"
    changed = any(
        (e.size_bytes >= 0 and e.size_bytes != digested.size_bytes) or (e.mtime_ns >= 0 and e.mtime_ns != mtime_ns)
        for e in found.reads
    )
    if changed:
        return FileDigest(name, size, ""), f"{name} was changed after it was read"
    return digested, ""


def _is_temporary(path: str) -> bool:
    return path.startswith(os.path.join(tempfile.gettempdir(), ""))
