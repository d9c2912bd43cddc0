"""Identifiers in printed text: of runs, processes and objects, with the paths that hold them, and temporary paths.

A digest of something that the program made (``md5 …``, ``sha256 …``) is no identifier but a result: it is as equal or
different as what it was made of.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bis._verify.figures.text_span import TextSpan
from bis._verify.figures.volatile_token import VolatileToken

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_ANY_CASE = re.IGNORECASE
_NEAR = 80  # words before an identifier are looked for so far
_LONGEST_PATH = 1000
# With a thread behind it, it is that of a worker.
_UUID = re.compile(r"(?<![0-9a-z])[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?:-\d{9,19})?(?![0-9a-f-])", _ANY_CASE)
_HEX32 = re.compile(r"(?<![0-9a-z])(?:m-|tr-)?([0-9a-f]{32})(?![0-9a-z])")
# The 13th digit of a random UUID is 4, the 17th is 8 to b: one digest in 64 looks so.
_RANDOM_UUID = re.compile(r"[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}")
_DIGEST_WORD = re.compile(
    r"(?:hash|digest|md5|sha-?\d*|checksum|fingerprint|crc\w*|blake\w*|xxh\w*|etag|adler\w*)"
    r"\W{0,8}(?:is|of [\w. ]+)?\W*$",
    _ANY_CASE,
)
_ID_WORD = re.compile(
    r"(?:\b|_)(?:ids?|uuid|guid|run|runs|experiment|model|trace|session|job|artifacts?)\b\W*$", _ANY_CASE
)
# The folders and addresses before the identifier of a run are those of the tracking server.
_PATH_BEFORE = re.compile(r"[^\s'\"<>()\[\],=]*[/\\:]$")
_SERVER_PATH = re.compile(
    r"(?:[a-z][\w+.-]*:/*)?[^\s'\"<>()\[\],=]*\b(?:mlruns|mlartifacts)(?:/\d+)?(?=[/\s'\",)]|$)", _ANY_CASE
)
_STORE = re.compile(r"sqlite:///[^\s'\"<>()\[\],]*\bmlflow\.db\b", _ANY_CASE)  # that of a replay is another
_ADDRESS = re.compile(r"\b(?:at )?(0x[0-9a-f]{6,16})\b", _ANY_CASE)
_POINTER = re.compile(r"0x(?:0000)?(?:7[ef]|5[5-6])[0-9a-f]{10}|0x0000[0-9a-f]{12}", _ANY_CASE)
_TEMPORARY = re.compile(
    r"(?:file://)?(?:(?:/private)?/(?:var/folders/\w+/\w+/[A-Z]|tmp|var/tmp|dev/shm)|[A-Z]:\\+Users\\+[^\\\s]+\\+AppData\\+Local\\+Temp)"
    r"[/\\]+[^\s'\"):,<>\]]+"
)
_RANDOM_NAME = re.compile(r"tmp\w{6,12}|(?=[a-z_]*\d)(?=[0-9_]*[a-z])[a-z0-9_]{8}(?=\.)")
_LAST_NAME = re.compile(r"[/\\][^/\\]+$")
_TEMPORARY_NAME = re.compile(r"(?<![\w])tmp(?=[a-z0-9_]{0,7}\d)[a-z0-9_]{8}(?![\w])")
_INSTALLATION = re.compile(r"[^\s'\"<>()\[\],=]*[/\\](?:site|dist)-packages(?=[/\\])")
_INTERPRETER = re.compile(r"[^\s'\"<>()\[\],=]*[/\\](?:bin|Scripts)[/\\]python[\d.]*(?:\.exe)?(?![\w])")
_PROCESS = re.compile(
    r"(?:\b|_)(?:p?pid|tid|process[ _-]?id|thread[ _-]?id|thread[ _-]?ident|native[ _-]?id|getpid\(\))"
    r"['\"]?(?:\s*[:=#]\s*|\s+(?:is\s+)?|\()(\d+)(?![\w.]*\d)(?!\s+controller)",
    _ANY_CASE,
)
_THREAD = re.compile(
    r"<(?:_?\w*Thread|\w*Process|Timer)\([^<>]*?(?:started|pid|parent|stopped)[^<>]*>|\bstarted (?:daemon )?(\d{6,})\b"
)
_PORT = re.compile(
    r"(?:\bport['\"]?(?:\s*[:=#]\s*|\s+(?:is\s+)?)|\b(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\]):)(\d{4,5})\b(?!\.\d)",
    _ANY_CASE,
)
_OBJECT_ID = re.compile(r"\b(?:id|thread|ident)(?:\(\w+\))?['\"]?\s*[:=]?\s*(\d{12,19})\b(?!\.\d)", _ANY_CASE)
_EXPERIMENT_ID = re.compile(r"experiment[ _-]?id['\"]?\s*[:=]?\s*['\"]?(\d+)\b", _ANY_CASE)
_PICTURE = re.compile(r"<(?:Figure|PIL\.[\w.]+|IPython\.core\.display\.Image)[^<>]*>")
_WANDB = re.compile(r"\b(?:offline-)?run-<?\d{8}_\d{6}-([a-z0-9]{8})\b")

# The names that MLflow gives to runs and models: a predicate, a noun and a number.
_NOUNS = (
    "ant ape asp auk bass bat bear bee bird boar bug calf carp cat chimp cod colt conch cow crab crane croc crow cub "
    "deer doe dog dolphin donkey dove duck eel elk fawn finch fish flea fly foal fowl fox frog gnat gnu goat goose "
    "grouse grub gull hare hawk hen hog horse hound jay kit kite koi lamb lark loon lynx mare midge mink mole moose "
    "moth mouse mule newt owl ox panda penguin perch pig pug quail ram rat ray robin roo rook seal shad shark sheep "
    "shoat shrew shrike shrimp skink skunk sloth slug smelt snail snake snipe sow sponge squid squirrel stag steed "
    "stoat stork swan tern toad trout turtle vole wasp whale wolf worm wren yak zebra"
)
_GENERATED = re.compile(rf"(?<![\w-])[a-z]{{3,13}}-(?:{_NOUNS.replace(' ', '|')})-\d{{1,4}}(?![\w-])")


# In order of preference. The words, in small letters, are looked for first: without one of them no form can match.
_FORMS: tuple[tuple[tuple[str, ...], re.Pattern[str], int, VolatileToken], ...] = (
    (("-packages",), _INSTALLATION, 0, VolatileToken.INSTALLATION),
    (("python",), _INTERPRETER, 0, VolatileToken.INSTALLATION),
    (("tmp",), _TEMPORARY_NAME, 0, VolatileToken.TEMPORARY_PATH),
    (("mlruns", "mlartifacts"), _SERVER_PATH, 0, VolatileToken.IDENTIFIER),
    (("pid", "tid", "id", "thread"), _PROCESS, 1, VolatileToken.IDENTIFIER),
    (("port", "localhost:", "127.0.0.1:", "0.0.0.0:", "]:"), _PORT, 1, VolatileToken.IDENTIFIER),
    (("id", "thread"), _OBJECT_ID, 1, VolatileToken.IDENTIFIER),
    (("experiment",), _EXPERIMENT_ID, 1, VolatileToken.IDENTIFIER),
    (("<", "started "), _THREAD, 0, VolatileToken.IDENTIFIER),
    (("-",), _GENERATED, 0, VolatileToken.IDENTIFIER),
)
_TEMPORARY_FOLDERS = ("/tmp", "/var/", "/dev/shm", "appdata")  # noqa: S108 - they are printed, not used
_WHOLE_NUMBER = re.compile(r"(?<![\w.,+-])\d+(?![\w%]|[.,]\d)")
_THREADS = range(0x7000_0000_0000, 0x8000_0000_0000)  # a thread is numbered by where its memory is
_SHORTEST_PID = 3  # digits; shorter ones, as in containers, are like any other small number
_TWELVE_DIGITS = re.compile(r"[0-9a-f]{12}", _ANY_CASE)


def identifier_spans(line: str) -> Iterator[TextSpan]:
    """Identifiers, addresses and the paths with them in a line, in the order of preference.

    Of a path, the part up to the identifier is meant: what comes after it was named by the program.
    """
    small = line.lower()
    yield from _folders(line, small)
    if "0x" in small:
        for match in _ADDRESS.finditer(line):
            if match[0].lower().startswith("at ") or _POINTER.fullmatch(match[1]):
                yield TextSpan(match.start(1), match.end(1), VolatileToken.ADDRESS)
    for words, pattern, group, kind in _FORMS:
        if any(word in small for word in words):
            yield from (TextSpan(m.start(group), m.end(group), kind) for m in pattern.finditer(line))


def process_spans(line: str, pids: Iterable[int]) -> Iterator[TextSpan]:
    """The numbers of these processes, whatever stands before them, and of a thread beside one of them.

    Loggers write them without a word.
    """
    known = {text for text in map(str, pids) if len(text) >= _SHORTEST_PID and text in line}
    if known:
        found = (m for m in _WHOLE_NUMBER.finditer(line) if m[0] in known or int(m[0]) in _THREADS)
        yield from (TextSpan(m.start(), m.end(), VolatileToken.IDENTIFIER) for m in found)


def _folders(line: str, small: str) -> Iterator[TextSpan]:
    """Pictures, stores, folders of runs and temporary paths, which may hold what looks like another identifier.

    A run is first: its folder may be below a temporary one in a replay alone.
    """
    if "<" in small:
        yield from (TextSpan(m.start(), m.end(), VolatileToken.PICTURE) for m in _PICTURE.finditer(line))
    if len(line) >= 32 and _TWELVE_DIGITS.search(line):
        yield from _of_runs(line)
    if "sqlite" in small:
        yield from (TextSpan(m.start(), m.end(), VolatileToken.IDENTIFIER) for m in _STORE.finditer(line))
    if "run-" in small:
        yield from (TextSpan(m.start(1), m.end(1), VolatileToken.IDENTIFIER) for m in _WANDB.finditer(line))
    if any(folder in small for folder in _TEMPORARY_FOLDERS):
        for match in _TEMPORARY.finditer(line):
            yield TextSpan(match.start(), match.start() + _temporary_length(match[0]), VolatileToken.TEMPORARY_PATH)


def _of_runs(line: str) -> Iterator[TextSpan]:
    """Identifiers of 32 digits with the paths and addresses before them."""
    for match in _UUID.finditer(line):
        yield TextSpan(_path_start(line, match.start()), match.end(), VolatileToken.IDENTIFIER)
    for match in _HEX32.finditer(line):
        start = _path_start(line, match.start())
        if _is_identifier(match[1], line[: match.start()], in_path=start < match.start()):
            yield TextSpan(start, match.end(), VolatileToken.IDENTIFIER)


def _is_identifier(digits: str, before: str, *, in_path: bool) -> bool:
    """Whether 32 digits are that of a run and no digest of 128 bits, which is a result."""
    if _DIGEST_WORD.search(before[-_NEAR:]):
        return False
    return in_path or _ID_WORD.search(before[-_NEAR:]) is not None or _RANDOM_UUID.fullmatch(digits) is not None


def _path_start(line: str, start: int) -> int:
    if line[start - 1 : start] not in {"/", "\\", ":"}:
        return start
    before = _PATH_BEFORE.search(line, max(0, start - _LONGEST_PATH), start)
    return before.start() if before else start


def _temporary_length(path: str) -> int:
    """How much of a path is not compared: all but its last name, where the program chose that."""
    last = _LAST_NAME.search(path)
    chosen = last is not None and "." in last[0] and not _RANDOM_NAME.search(last[0])
    return last.start() if last is not None and chosen else len(path)
