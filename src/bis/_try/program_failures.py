"""Why a program of strangers did not end well, by what it raised and printed: what it needs, or an exception.

Each rule is a pattern over real messages of Python and its libraries; the tests have them. What no rule knows is an
exception: nothing is guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bis._try.reported_failures import causes_behind
from bis.evidence.redaction import is_secret_name
from bis.model.tried_project import EvidenceKind, FunnelPlace, Need, TryEvidence

_LONGEST = 400


def _any(*patterns: str) -> re.Pattern[str]:
    """One pattern of several; the names of groups differ."""
    return re.compile("|".join(patterns))


_FRAME = re.compile(r'File "(?P<file>[^"\n]+)", line (?P<line>\d+)')
_CELL_LINE = re.compile(r"Cell In\s?\[\d+\], line (?P<line>\d+)")
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_KINDS = "Error|Exception|Exit|Interrupt|Warning|NotFound|Refused|Timeout"
_EXCEPTION = re.compile(rf"(?m)^(?P<type>(?:\w+\.)*[A-Z]\w*(?:{_KINDS})?)(?:: (?P<message>.*))?$")

_RESOURCES = _any(
    "MemoryError",
    "Unable to allocate",
    "Cannot allocate memory",
    "bad_alloc",
    "No space left on device",
    "File too large",
    "Resource temporarily unavailable",
    "can't start new thread",
    "Disk quota exceeded",
)
_INPUT = _any(
    r"the following arguments are required: (?P<a>[^\n]+)",
    r"[Mm]issing (?:option|argument|parameter|command)s? ?(?P<b>['\"]?[-\w/ ]*['\"]?)",
    r"one of the arguments (?P<c>[^\n]+) is required",
    "EOF when reading a line",
    "raw_input was called",
    r"Mandatory value is missing: (?P<d>\S+)",
    r"Missing mandatory value: (?P<e>\S+)",
    "You must specify '(?P<f>[^']+)'",
)
_VARIABLE = _any(
    r"[Ee]nvironment variables? ['\"`]?(?P<a>[A-Z][A-Z0-9_]+)['\"`]? "
    r"(?:(?:was |is |are )?not (?:found|set|defined)|(?:is )?(?:missing|required)|must be set)",
    r"(?:[Mm]issing|[Uu]nset|[Pp]lease set|[Uu]ndefined)(?: the| required)? environment variables?:? ['\"`]?"
    r"(?P<b>[A-Z][A-Z0-9_]+)",
    r"(?P<c>[A-Z][A-Z0-9_]{2,})['\"`]? environment variable "
    r"(?:(?:was |is )?not (?:found|set|defined)|(?:is )?(?:missing|required)|must be set)",
)
_GPU = _any(
    "No CUDA GPUs are available",
    "not compiled with CUDA",
    "Found no NVIDIA driver",
    "CUDA driver version is insufficient",
    "no CUDA-capable device",
    "CUDA unknown error",
    r"libcuda\.so",
    r"libcudart\.so",
    "Invalid CUDA '?device",
    "CUDA is not available",
    "[Rr]equires? (?:a )?GPU",
)
_SECRET = _any(
    "NoCredentialsError",
    "[Uu]nable to locate credentials",
    "DefaultCredentialsError",
    "CredentialRetrievalError",
    r"kaggle\.json",
    "(?i:api[_ -]?key)",
    "GatedRepo",
    "AuthenticationError",
    r"(?<!\d)401(?!\d)[^\n]{0,40}(?:Unauthorized|[Ee]rror)",
    "Invalid credentials",
    "[Aa]ccess token",
    "not (?:been )?authenticated",
    "[Pp]lease log ?in",
    "password authentication failed",
    "[Aa]uthorization (?:is )?required",
    "InvalidAccessKeyId",
    r"(?:TOKEN|SECRET|PASSWORD|USERNAME)\w* (?:environment variable )?(?:is|must|not)",
)
_NETWORK = _any(
    "Name or service not known",
    "Temporary failure in name resolution",
    "Network is unreachable",
    "getaddrinfo failed",
    "No address associated with hostname",
    "nodename nor servname",
    "could not translate host name",
    "Failed to resolve",
    "Tunnel connection failed",
    "Cannot connect to proxy",
    "ProxyError",
    "Max retries exceeded",
    "NewConnectionError",
    "URLError",
    "urlopen error",
    "HTTPError",
    "Connection refused",
    "ConnectionRefusedError",
    "ConnectionError",
    "ConnectTimeout",
    "EndpointConnectionError",
    "ConnectError",
    "[Cc]ould not connect to",
    "Couldn't (?:reach|connect)",
    "We couldn't connect",
    "Failed to connect",
    "ServerSelectionTimeoutError",
    "NoBrokersAvailable",
    "Connection reset by peer",
    "Connection aborted",
    "Remote end closed connection",
    "LocalEntryNotFoundError",
    "offline mode",
    "Can't load tokenizer",
    "SSLError",
    r"timed out\b",
)
_HOST = _any(
    r"host=['\"](?P<a>[^'\"]+)['\"]",
    r"https?://(?:[^@/\s'\"]*@)?(?P<b>[\w.-]+)",
    r"(?:host|host name|server at|to) \"(?P<c>[\w.-]+)\"",
    r"to ['\"]?(?P<d>[\w-]+(?:\.[\w-]+)+):\d+",
    r"(?P<e>localhost|127\.0\.0\.1|0\.0\.0\.0)(?::\d+)?",
    r"resolve '(?P<f>[\w.-]+)'",
    r"(?P<g>[a-z][\w-]*):\d{4,5}: \[",
)
# This machine, a private network, or a name without a dot, as the services of one application have them.
_LOCAL = _any(
    r"127\.[\d.]+",
    r"0\.0\.0\.0",
    "::1",
    r"10\.[\d.]+",
    r"192\.168\.[\d.]+",
    r"172\.(?:1[6-9]|2\d|3[01])\.[\d.]+",
    r"[\w-]+",
)
_GONE = re.compile(r"HTTP Error 4(?:04|10)|(?<!\d)404(?!\d)[^\n]{0,20}Not Found")
_PROGRAM = _any(
    "(?P<java>Java) gateway process exited",
    "(?P<home>JAVA_HOME) is not set",
    "Unable to find (?P<j>[Jj]ava)",
    r"failed to execute (?:PosixPath\()?['\"\[]*(?P<a>[\w./-]+)",
    "Could not find (?P<b>[Cc]onda) executable",
    "The (?P<c>git) executable must be",
    r"(?P<d>[\w.-]+): (?:command )?not found",
    "Error while fetching server API version",
    "(?P<e>[Dd]ocker) (?:daemon|is not)",
    r"lib[\w.-]+\.so[.\d]*: cannot open shared object",
    "Could not find (?:an? |the )?(?P<f>pyenv|virtualenv) (?:executable|binary)",
    "(?P<h>geckodriver|chromedriver)",
)
_DATA = _any(
    r"No such file or directory: ?b?['\"]?(?P<a>[^'\"\n]+)",
    r"(?:Path|File|Directory|[Ii]nput path|The file|Data file) ?['\"]?(?P<b>[^\s'\"]*)['\"]? "
    "(?:does not exist|doesn't exist|(?:was )?not found)",
    r"(?:[Dd]ata ?set|[Dd]ata|[Ff]ile|[Ii]nput) (?:file )?(?:was )?not found:? ['\"]?(?P<c>[^'\"\n]+)",
    "FileNotFoundError",
    "[Uu]nable to open (?:database )?file",
    "NotADirectoryError",
    "cannot find the (?:path|file)",
    "No such file or directory",
)
_OF_A_STORE = _any(
    "RESOURCE_DOES_NOT_EXIST",
    r"Run ['\"]?(?:with id=)?(?P<a>[0-9a-f]{32})['\"]? not found",
    r"Run with id=(?P<a2>\S+) not found",
    r"Registered [Mm]odel with name=(?P<b>\S+) not found",
    "No such artifact",
    "Could not find (?:a )?(?:registered model|run)",
    "No versions of model",
    r"Model Version \(name=(?P<c>[^,]+)",
)
_WRAPPERS = frozenset({"MlflowException", "OSError", "RuntimeError", "Exception", "APIConnectionError"})
_SUBPROCESS = re.compile(r"_execute_child|subprocess\.py")


@dataclass(frozen=True, slots=True)
class EndOfProgram:
    """How a program ended: `exception` is the class of what it raised, `traceback` the text of that, where known.

    `printed` is the end of what it wrote to standard error, `also_printed` that to standard output. `refused` are files
    that the quarantine kept it from writing. `cell` counts the cells of a notebook from 0; `target` is the program's
    file in the project.
    """

    exception: str = ""
    message: str = ""
    traceback: str = ""
    printed: str = ""
    exit_code: int | None = None
    signal: int | None = None
    timed_out: bool = False
    limit_s: float | None = None
    cell: int | None = None
    refused: tuple[str, ...] = ()
    target: str = ""
    root: str = ""
    also_printed: str = ""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The place of a program that did not end well, what it needs, and the evidence for that."""

    place: FunnelPlace
    need: Need | None
    evidence: tuple[TryEvidence, ...]


def diagnosed(end: EndOfProgram) -> Diagnosis:
    """The place of a program that did not end well."""
    if end.timed_out:
        tail = _last_line(end.printed)
        more = (TryEvidence(EvidenceKind.OUTPUT, tail),) if tail else ()
        late = TryEvidence(EvidenceKind.CLOCK, "", "run", number=end.limit_s or 0.0)
        return Diagnosis(FunnelPlace.TIMEOUT, None, (late, *more))
    raised = _raised(end)
    printed = _ANSI.sub("", f"{end.also_printed}\n{end.printed}")
    behind = [_Raised(c.kind, c.message, c.text) for c in causes_behind(raised.kind, raised.message, printed)]
    for one in (*behind, raised):
        for rule in _RULES:
            found = rule(end, one)
            if found is not None:
                need, name = found
                more = (_evidence(end, raised, raised.kind),) if one is not raised else ()
                return Diagnosis(FunnelPlace.NEEDS, need, (_evidence(end, one, name), *more))
    return Diagnosis(FunnelPlace.EXCEPTION, None, (_evidence(end, raised, raised.kind),))


@dataclass(frozen=True, slots=True)
class _Raised:
    """What was raised at last: class, message, and all text that belongs to it."""

    kind: str
    message: str
    text: str

    @property
    def gist(self) -> str:
        return f"{self.kind}: {self.message}" if self.message else self.kind


def _named(pattern: re.Pattern[str], text: str) -> tuple[re.Match[str], str] | None:
    """What of a pattern is in a text, and what that names: the first match that names something, else the first."""
    first = None
    for match in pattern.finditer(text):
        name = next((group.strip(" '\"") for group in match.groups() if group), "")
        if name:
            return match, name
        first = first or match
    return (first, first[0]) if first else None


def _raised(end: EndOfProgram) -> _Raised:
    text = _unboxed(_ANSI.sub("", end.traceback or _from_last_traceback(end.printed)))
    kind, message = end.exception, _ANSI.sub("", end.message).removeprefix(f"{end.exception}: ")
    if not kind or not message:
        # Without a traceback the last line may say it, as programs of rich and click print it.
        found = list(_EXCEPTION.finditer(text if "Traceback" in text else _last_error(text)))
        last = next((m for m in reversed(found) if not kind or m["type"].rpartition(".")[2] == kind), None)
        if last is not None:
            kind, message = last["type"].rpartition(".")[2], last["message"] or ""
    return _Raised(kind.rpartition(".")[2], message, f"{text}\n{message}")


def _unboxed(text: str) -> str:
    """A traceback that rich has drawn as boxes, its last words as one line: they are broken at the terminal's width."""
    _boxes, edge, after = text.rpartition("\u2570\u2500")
    said = after.partition("\n")[2] if edge else ""
    first, _blank, rest = said.strip().partition("\n\n")
    if not re.match(r"(?:\w+\.)*[A-Z]\w*(?:: |$)", first):
        return text
    return f"{text[: len(text) - len(said)]}{' '.join(first.split())}\n{rest}"


def _from_last_traceback(printed: str) -> str:
    start = printed.rfind("Traceback (most recent call last)")
    return printed[start:] if start >= 0 else printed[-3000:]


def _needs_resources(end: EndOfProgram, raised: _Raised) -> tuple[Need, str] | None:
    if end.signal == 9:
        return Need.RESOURCES, "signal"
    match = _RESOURCES.search(raised.gist) or (None if raised.kind else _RESOURCES.search(end.printed[-2000:]))
    return (Need.RESOURCES, match[0]) if match else None


def _needs_input(end: EndOfProgram, raised: _Raised) -> tuple[Need, str] | None:
    if raised.kind in {"EOFError", "StdinNotImplementedError"} and _INPUT.search(raised.gist):
        return Need.INPUT, "stdin"
    if raised.kind == "IndexError" and "sys.argv" in raised.text:
        return Need.INPUT, "argument"
    if raised.kind in {"MissingMandatoryValue", "ConfigAttributeError"} or (
        end.exit_code in {1, 2} and raised.kind in {"", "SystemExit", "UsageError"}
    ):
        text = f"{raised.gist}\n{end.printed[-3000:]}"
        found = _named(_INPUT, text)
        if found is not None:
            return Need.INPUT, found[1]
        if end.exit_code == 2 and re.search(r"(?i)\busage: \S", text):
            return Need.INPUT, ""
    return None


def _needs_elsewhere(end: EndOfProgram, raised: _Raised) -> tuple[Need, str] | None:
    if raised.kind not in {"PermissionError", "OSError"} and "PermissionError" not in raised.text:
        return None
    path = next((p for p in end.refused if p and p in raised.text), "")
    return (Need.ELSEWHERE, path) if path else None


def _needs_variable(end: EndOfProgram, raised: _Raised) -> tuple[Need, str] | None:
    """A variable of the environment that is not set."""
    del end
    if raised.kind == "NoRegionError":
        return Need.INPUT, "AWS_DEFAULT_REGION"
    if raised.kind == "KeyError" and (
        "os.environ" in raised.text
        or "in environ" in raised.text
        or "<frozen os>" in raised.text
        or "/os.py" in raised.text
    ):
        name = raised.message.strip("'\"")
        return (Need.SECRET if is_secret_name(name) else Need.INPUT), name
    if "str expected, not NoneType" in raised.message:
        match = re.search(r"environ\[['\"](\w+)['\"]\]", raised.text)
        name = match[1] if match else ""
        return (Need.SECRET if is_secret_name(name) else Need.INPUT), name
    unset = _named(_VARIABLE, raised.gist)
    if unset is not None:
        return (Need.SECRET if is_secret_name(unset[1]) else Need.INPUT), unset[1]
    return None


def _needs_gpu(end: EndOfProgram, raised: _Raised) -> tuple[Need, str] | None:
    del end
    match = _GPU.search(raised.gist)
    return (Need.GPU, match[0]) if match else None


def _needs_program(end: EndOfProgram, raised: _Raised) -> tuple[Need, str] | None:
    text = raised.gist if raised.kind else end.printed[-2000:]
    if raised.kind == "FileNotFoundError" and _SUBPROCESS.search(raised.text):
        match = re.search(r"No such file or directory: '([^']+)'", raised.message)
        if match and "/" not in match[1].strip("/"):
            return Need.PROGRAM, match[1]
    found = _named(_PROGRAM, text)
    return (Need.PROGRAM, found[1]) if found else None


def _needs_secret(end: EndOfProgram, raised: _Raised) -> tuple[Need, str] | None:
    text = raised.gist if raised.kind else end.printed[-2000:]
    match = None if "Tunnel connection failed" in text else _SECRET.search(text)
    return (Need.SECRET, match[0]) if match else None


def _needs_network(end: EndOfProgram, raised: _Raised) -> tuple[Need, str] | None:
    text = raised.gist if raised.kind else end.printed[-2000:]
    if _GONE.search(text):
        return Need.DATA, _host(text)
    chained = (
        raised.text
        if raised.kind in {"MlflowException", "OSError", "RuntimeError", "Exception", "APIConnectionError"}
        else text
    )
    if not _NETWORK.search(text) and not _NETWORK.search(chained):
        return None
    host = _host(text) or _host(raised.text)
    if host:
        return (Need.SERVICE if _LOCAL.fullmatch(host) else Need.NETWORK), host
    return (Need.SERVICE if "refused" in text else Need.NETWORK), ""


def _host(text: str) -> str:
    match = _HOST.search(text)
    return next((g for g in match.groups() if g), "") if match else ""


def _needs_data(end: EndOfProgram, raised: _Raised) -> tuple[Need, str] | None:
    text = raised.gist if raised.kind else end.printed[-2000:]
    store = _OF_A_STORE.search(text)
    if store is not None:
        return Need.DATA, next((g for g in store.groups() if g), "")
    found = _named(_DATA, text)
    if found is None:
        return None
    path = found[1] if any(found[0].groups()) else ""
    return Need.DATA, path.removeprefix(end.root.rstrip("/") + "/") if end.root else path


# In the order in which they are asked: the more telling first.
_RULES = (
    _needs_resources,
    _needs_input,
    _needs_elsewhere,
    _needs_variable,
    _needs_gpu,
    _needs_program,
    _needs_secret,
    _needs_network,
    _needs_data,
)


def _evidence(end: EndOfProgram, raised: _Raised, name: str) -> TryEvidence:
    """What was raised, and the innermost place of it in the project's own code."""
    if not raised.kind:
        if end.signal is not None:
            return TryEvidence(EvidenceKind.OBSERVED, "", "signal", number=end.signal)
        last = _last_line(end.printed)
        if not last:
            return TryEvidence(EvidenceKind.OBSERVED, "", "status", number=end.exit_code or 0)
        return TryEvidence(EvidenceKind.OUTPUT, last, name[:_LONGEST])
    file, line = _own_place(raised.text, end.root)
    cell = -1 if end.cell is None else end.cell
    if cell >= 0:
        match = list(_CELL_LINE.finditer(raised.text))
        if not file:
            file, line = end.target, int(match[-1]["line"]) if match else 0
    return TryEvidence(EvidenceKind.EXCEPTION, raised.gist[:_LONGEST], name[:_LONGEST], file, line, cell)


def _own_place(text: str, root: str) -> tuple[str, int]:
    """The innermost frame in the project's own files, relative to the project."""
    prefix = root.rstrip("/") + "/"
    for match in reversed(list(_FRAME.finditer(text))):
        if root and match["file"].startswith(prefix) and "site-packages" not in match["file"]:
            return match["file"].removeprefix(prefix), int(match["line"])
        if not match["file"].startswith(("/", "<")):
            return match["file"], int(match["line"])
    return "", 0


def _last_error(text: str) -> str:
    """The last line, where it says an error by its class; else nothing."""
    last = _last_line(text)
    return last if re.match(r"(?:\w+\.)*[A-Z]\w*(?:Error|Exception): ", last) else ""


def _last_line(text: str) -> str:
    lines = [
        line.strip() for line in _ANSI.sub("", text).splitlines() if line.strip() and "HYDRA_FULL_ERROR" not in line
    ]
    return lines[-1][:_LONGEST] if lines else ""
