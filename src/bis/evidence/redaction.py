"""Takes secrets out of what is recorded, and says where it did without saying what."""

from __future__ import annotations

import json
import re
import urllib.parse
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

REDACTED = "[redacted]"
_MIN_VALUE = 6
_MAX_LINE = 1 << 16
_TAIL = 1 << 13

# Last words of a name that holds a secret.
_SECRET_WORDS = frozenset(
    [
        "token",
        "secret",
        "password",
        "passwd",
        "pwd",
        "passphrase",
        "apikey",
        "credential",
        "credentials",
        "authtoken",
        "accesskey",
        "secretkey",
        "pat",
    ]
)
_PASSWORD_WORDS = frozenset(["password", "passwd", "pwd", "passphrase", "secret"])
# "key" alone is a dictionary's or a sort key; behind one of these it opens something.
_KEY_OWNERS = frozenset(
    [
        "api",
        "access",
        "secret",
        "private",
        "auth",
        "account",
        "encryption",
        "signing",
        "master",
        "shared",
        "license",
        "service",
    ]
)
# Tokens of a vocabulary, not of an account.
_VOCABULARY = frozenset(
    [
        "pad",
        "eos",
        "bos",
        "mask",
        "unk",
        "sep",
        "cls",
        "start",
        "end",
        "stop",
        "special",
        "image",
        "video",
        "audio",
        "per",
        "next",
        "new",
        "decoder",
        "forced",
        "begin",
        "suppress",
        "first",
        "last",
        "class",
        "prefix",
        "suffix",
        "max",
        "min",
        "num",
        "n",
    ]
)
_NOT_SECRET_VARIABLES = frozenset({"PWD", "OLDPWD"})
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_NUMBER = re.compile(r"[-+]?[0-9_.,]+(?:[eE][-+]?[0-9]+)?")
_PLAIN_VALUES = frozenset({"", "true", "false", "none", "null", "yes", "no", "on", "off", REDACTED})
_OPTION = re.compile(r"(?P<dashes>-{0,2})(?P<name>[+~]{0,2}[A-Za-z_][\w.@/-]{0,127})=(?P<value>.*)", re.DOTALL)
# Bounded, so that a megabyte without '@' is read once.
_URL_CREDENTIALS = re.compile(r"(?<=://)(?P<user>[^\s/:@?#'\"]{0,256})(?P<password>:[^\s/@'\"]{0,512})?@")
_URL_QUERY = re.compile(r"(?<=[?&])(?P<name>[\w.-]{2,64})=(?P<value>[^\s&#'\"<>]{6,2048})")
# name = "value", name: "value" or name=value, in free text
_ASSIGNMENT = re.compile(
    r"(?<![\w.-])(?P<name>[A-Za-z][\w.-]{2,63})(?P<sep>[\"']?\s{0,3}[=:]\s{0,3})"
    r"(?:(?P<quote>[\"'])(?P<quoted>[^\"'\n]{6,512})(?P=quote)|(?P<bare>[A-Za-z0-9+/_=~!@#$%^&*-]{8,512})(?![\w.(\[]))"
)


@dataclass(frozen=True, slots=True)
class _Shape:
    """A kind of token; `hints` are literals without which a text holds none (a search for them is fast)."""

    name: str
    hints: tuple[str, ...]
    pattern: re.Pattern[str]


def _shape(name: str, hints: Sequence[str], pattern: str) -> _Shape:
    return _Shape(name, tuple(hints), re.compile(pattern))


# The group `keep`, where there is one, stays.
_SHAPES = (
    _shape("GitHub token", ["gh"], r"(?<![A-Za-z0-9])gh[pousr]_[A-Za-z0-9]{30,255}"),
    _shape("GitHub token", ["github_pat_"], r"github_pat_[A-Za-z0-9_]{22,255}"),
    _shape("GitLab token", ["glpat-"], r"glpat-[\w-]{20,64}"),
    _shape("AWS access key", ["AKIA", "ASIA"], r"(?<![A-Za-z0-9])(?:AKIA|ASIA)[0-9A-Z]{16}(?![A-Za-z0-9])"),
    # Not "sk-container-id-1", which scikit-learn's own HTML is full of.
    _shape("API key", ["sk-"], r"(?<![\w-])sk-(?:[a-z]{2,10}\d{0,2}-)*(?=[\w-]*\d)(?=[\w-]*[A-Z])[\w-]{20,255}"),
    _shape("API key", ["sk-"], r"(?<![\w-])sk-[A-Za-z0-9]{32,255}"),
    _shape("Hugging Face token", ["hf_"], r"(?<![A-Za-z0-9])hf_[A-Za-z0-9]{30,64}"),
    _shape("Slack token", ["xox"], r"(?<![A-Za-z0-9])xox[abeoprs]-[A-Za-z0-9-]{10,255}"),
    _shape("Slack webhook", ["hooks.slack.com"], r"(?P<keep>hooks\.slack\.com/services/)[\w/]{20,128}"),
    _shape("Google API key", ["AIza"], r"(?<![A-Za-z0-9])AIza[0-9A-Za-z_-]{35}"),
    _shape("Databricks token", ["dapi"], r"(?<![A-Za-z0-9])dapi[0-9a-f]{32}(?:-\d)?"),
    _shape("PyPI token", ["pypi-"], r"(?<![\w-])pypi-[\w-]{50,512}"),
    _shape("npm token", ["npm_"], r"(?<![A-Za-z0-9])npm_[A-Za-z0-9]{36}"),
    _shape("JSON web token", ["eyJ"], r"(?<![\w-])eyJ[\w-]{8,8192}\.eyJ[\w-]{8,8192}\.[\w-]{4,8192}"),
    _shape(
        "Azure key",
        ["AccountKey=", "SharedAccessKey=", "SharedAccessSignature="],
        r"(?P<keep>(?:AccountKey|SharedAccessKey|SharedAccessSignature)=)[A-Za-z0-9+/=%&]{16,512}",
    ),
    _shape(
        "signature",
        ["sig=", "Signature="],
        r"(?P<keep>[?&](?:sig|Signature|X-Amz-Signature)=)[A-Za-z0-9%+/=_-]{20,512}",
    ),
    _shape("bearer token", ["earer "], r"(?P<keep>[Bb]earer )(?=[\w.~+/-]*\d)[\w.~+/-]{16,4096}={0,2}"),
    _shape("basic credentials", ["asic "], r"(?P<keep>[Aa]uthorization: ?[Bb]asic )[A-Za-z0-9+/]{8,1024}={0,2}"),
)
_KEY_BEGIN = re.compile(r"-----BEGIN [A-Z ]{0,32}PRIVATE KEY(?: BLOCK)?-----")
_KEY_BODY = re.compile(r"[A-Za-z0-9+/=\s\\]*")
_KEY_END = re.compile(r"-----END [A-Z ]{0,40}-----")
_KEY_LENGTH = 20_000


@dataclass(frozen=True, slots=True)
class Redaction:
    """That something was taken out: its name (a variable, an option, a kind of token) and its place."""

    name: str
    place: str


def is_secret_name(name: str) -> bool:
    """Whether a variable, option or field of this name usually holds a secret.

    Examples
    --------
    >>> [is_secret_name(n) for n in ("api-key", "db.password", "max_tokens", "token_dim", "tokenizer", "pad_token")]
    [True, True, False, False, False, False]
    """
    words = [w.lower() for w in _WORD.findall(name)]
    if not words:
        return False
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    if last in _SECRET_WORDS:
        return before not in _VOCABULARY
    return last in {"key", "keys"} and before in _KEY_OWNERS


def strip_credentials(url: str) -> str:
    """Take user, password and secret query values out of a URL; ``ssh://git@host`` and ``git@host:path`` stay.

    Examples
    --------
    >>> strip_credentials("https://me:s3cret@host/repo.git")
    'https://host/repo.git'
    """
    scheme = url.partition("://")[0].lower()

    def cut(match: re.Match[str]) -> str:
        return f"{match['user']}@" if scheme.endswith("ssh") and match["user"] else ""

    return _strip_query(_URL_CREDENTIALS.sub(cut, url, count=1))


class Redactor:
    """Redacts what one program leaves behind. What it found is kept in `found`, never with the value.

    Parameters
    ----------
    environ : mapping
        The program's environment. Values of variables whose name looks secret are redacted wherever they occur, as
        are passwords of URLs in any variable.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._found: dict[Redaction, None] = {}
        self._values: list[tuple[str, str, re.Pattern[str] | None]] = []
        known: dict[str, str] = {}
        for name, value in environ.items():
            if _is_secret_variable(name, value):
                known.setdefault(value, name)
            for match in _URL_CREDENTIALS.finditer(value):
                if match["password"]:
                    known.setdefault(match["password"][1:], name)
        for value, name in sorted(known.items(), key=lambda item: -len(item[0])):
            if len(value) < _MIN_VALUE or value.lower() in _PLAIN_VALUES:
                continue
            # As it is, in a URL and in JSON.
            for form in dict.fromkeys((value, urllib.parse.quote(value, safe=""), json.dumps(value)[1:-1])):
                # A number, or a short word, may be part of something else.
                bounded = len(form) < 8 or _NUMBER.fullmatch(form) is not None
                pattern = re.compile(rf"(?<![\w.]){re.escape(form)}(?![\w.])") if bounded else None
                self._values.append((name, form, pattern))

    @property
    def found(self) -> tuple[Redaction, ...]:
        """What was taken out so far, in order, each once."""
        return tuple(self._found)

    def argv(self, arguments: Iterable[str], *, place: str = "argv") -> tuple[str, ...]:
        """Redact the arguments of a program: ``--token x``, ``--token=x``, ``db.password=x``, URLs, known tokens.

        Short options stay: ``-p`` is a port as often as a password.
        """
        result: list[str] = []
        awaited = ""
        for argument in arguments:
            if awaited and not argument.startswith("--") and _is_secret_value(awaited, argument):
                self._note(awaited, place)
                result.append(REDACTED)
                awaited = ""
                continue
            awaited = ""
            match = _OPTION.fullmatch(argument)
            if match and is_secret_name(match["name"]) and _is_secret_value(match["name"], match["value"]):
                self._note(match["name"], place)
                result.append(f"{match['dashes']}{match['name']}={REDACTED}")
                continue
            if argument.startswith("--") and "=" not in argument and is_secret_name(argument):
                awaited = argument
            result.append(self.text(argument, place=place))
        return tuple(result)

    def variables(self, values: Mapping[str, str], *, place: str = "variables") -> dict[str, str]:
        """Redact values of environment variables that are to be recorded."""
        return {name: self._variable(name, value, place) for name, value in values.items()}

    def url(self, url: str, *, place: str = "url") -> str:
        """Take credentials out of a URL."""
        stripped = strip_credentials(url)
        if stripped != url:
            self._note("URL credentials", place)
        return self.text(stripped, place=place)

    def text(self, text: str, *, place: str, assignments: bool = True) -> str:
        """Redact free text: output of a program, a notebook's cells, a traceback.

        Parameters
        ----------
        text : str
            Any length; time is linear in it.
        place : str
            Where it is, for `found`.
        assignments : bool
            Also look for ``password = "..."``; not for source code, which would be changed by it.
        """
        for name, value, pattern in self._values:
            if value in text:
                replaced = text.replace(value, REDACTED) if pattern is None else pattern.sub(REDACTED, text)
                if replaced != text:
                    self._note(name, place)
                    text = replaced
        if "-----BEGIN " in text:
            text = self._cut_keys(text, place)
        for shape in _SHAPES:
            if any(hint in text for hint in shape.hints):
                text = self._replace(shape, text, place)
        if "://" in text:
            text = self._redact_urls(text, place)
        if assignments and ("=" in text or ":" in text):
            text = _ASSIGNMENT.sub(lambda m: self._assignment(m, place), text)
        return text

    def stream(self, *, place: str) -> StreamRedactor:
        """Redact output that comes in pieces."""
        return StreamRedactor(self, place)

    def _note(self, name: str, place: str) -> None:
        self._found[Redaction(name.lstrip("-+~"), place)] = None

    def _variable(self, name: str, value: str, place: str) -> str:
        if _is_secret_variable(name, value):
            self._note(name, place)
            return REDACTED
        return self.text(value, place=place)

    def _replace(self, shape: _Shape, text: str, place: str) -> str:
        def cut(match: re.Match[str]) -> str:
            self._note(shape.name, place)
            return (match.groupdict().get("keep") or "") + REDACTED

        return shape.pattern.sub(cut, text)

    def _cut_keys(self, text: str, place: str) -> str:
        """Private keys, to their last line; what looks like one where that is missing."""
        parts, position = [], 0
        while begin := _KEY_BEGIN.search(text, position):
            self._note("private key", place)
            end = _KEY_END.search(text, begin.end(), begin.end() + _KEY_LENGTH) or _KEY_BODY.match(text, begin.end())
            assert end is not None  # the body may be empty
            parts += [text[position : begin.start()], REDACTED]
            position = end.end()
            if begin.end() < position < len(text) and text[position - 1] == "\n":
                position -= 1
        return "".join([*parts, text[position:]])

    def _redact_urls(self, text: str, place: str) -> str:
        def cut(match: re.Match[str]) -> str:
            if not match["password"] or match["password"] == f":{REDACTED}":
                return match[0]
            self._note("URL credentials", place)
            return f"{REDACTED}@"

        stripped = _URL_CREDENTIALS.sub(cut, text)
        cleaned = _strip_query(stripped)
        if cleaned != stripped:
            self._note("URL query", place)
        return cleaned

    def _assignment(self, match: re.Match[str], place: str) -> str:
        name, quoted, bare = match["name"], match["quoted"], match["bare"]
        if not is_secret_name(name):
            return match[0]
        value = quoted if quoted is not None else bare
        if REDACTED in value or not _is_secret_value(name, value):
            return match[0]
        if bare is not None and not (any(c.isdigit() for c in bare) and any(c.isalpha() for c in bare)):
            return match[0]  # "password: required", "token=abstract"
        if quoted is not None and " " in quoted:
            return match[0]  # a sentence
        self._note(name, place)
        quote = match["quote"] or ""
        return f"{name}{match['sep']}{quote}{REDACTED}{quote}"


def secrets_of(environ: Mapping[str, str], arguments: Sequence[str] = ()) -> dict[str, str]:
    """Collect what a `Redactor` has to know of a program: secret variables, URLs with passwords, secret arguments."""
    found = {n: v for n, v in environ.items() if _is_secret_variable(n, v) or _URL_CREDENTIALS.search(v)}
    for i, (given, redacted) in enumerate(zip(arguments, Redactor({}).argv(arguments), strict=True)):
        if redacted == REDACTED:
            found[arguments[i - 1]] = given
        elif redacted.endswith(f"={REDACTED}"):
            name, _, value = given.partition("=")
            found[name] = value
    return found


class StreamRedactor:
    """Redacts pieces of one stream; lines are held back until they end, keys until their last line."""

    def __init__(self, redactor: Redactor, place: str) -> None:
        self._redactor = redactor
        self._place = place
        self._held = ""
        self._key_left = 0

    def feed(self, piece: str) -> str:
        """Take a piece and return what can be given on."""
        self._held += piece
        cut = max(self._held.rfind("\n"), self._held.rfind("\r")) + 1
        if not cut and len(self._held) > _MAX_LINE:
            cut = self._held.rfind(" ", 0, len(self._held) - _TAIL) + 1 or len(self._held) - _TAIL
        ready, self._held = self._held[:cut], self._held[cut:]
        return self._redact(ready)

    def flush(self) -> str:
        """Return what was held back, at the end of the stream."""
        ready, self._held = self._held, ""
        return self._redact(ready)

    def _redact(self, text: str) -> str:
        if not text:
            return ""
        if self._key_left > 0:
            end = _KEY_END.search(text)
            if end is None:
                self._key_left -= len(text)
                return ""
            self._key_left, text = 0, text[end.end() :]
        # A key that starts and does not end: `text` cuts what is here of it, the rest is swallowed as it comes.
        begins = list(_KEY_BEGIN.finditer(text)) if "-----BEGIN " in text else []
        if begins and not _KEY_END.search(text, begins[-1].end()):
            self._key_left = _KEY_LENGTH
        return self._redactor.text(text, place=self._place)


def _is_secret_variable(name: str, value: str) -> bool:
    if name in _NOT_SECRET_VARIABLES or len(value) < _MIN_VALUE or value.lower() in _PLAIN_VALUES:
        return False
    if value.startswith(("/", "./", "~/")) and not is_secret_name(name.removesuffix("_KEY")):
        return False  # a file of keys
    words = [w.lower() for w in _WORD.findall(name)]
    return is_secret_name(name) or (words[-1:] == ["key"] and len(words) > 1 and words[-2] not in {"public", "sort"})


def _is_secret_value(name: str, value: str) -> bool:
    """A switch, a number or a path is not a secret; a password may look like anything."""
    if value.lower() in _PLAIN_VALUES:
        return False
    words = [w.lower() for w in _WORD.findall(name)]
    if words and words[-1] in _PASSWORD_WORDS:
        return True
    return not _NUMBER.fullmatch(value) and not value.startswith(("/", "./", "../", "~/", "<"))


def _strip_query(text: str) -> str:
    def cut(match: re.Match[str]) -> str:
        if is_secret_name(match["name"]) and _is_secret_value(match["name"], match["value"]):
            return f"{match['name']}={REDACTED}"
        return match[0]

    return _URL_QUERY.sub(cut, text) if "?" in text else text
