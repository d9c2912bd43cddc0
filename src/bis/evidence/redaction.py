"""Takes secrets out of what is recorded, and says where it did without saying what."""

from __future__ import annotations

import itertools
import json
import re
import urllib.parse
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bis.evidence.short_options import joined_password, password_behind
from bis.evidence.token_shapes import TOKEN_SHAPES, TokenShape

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
        "pw",
        "passphrase",
        "apikey",
        "creds",
        "cookie",
        "credential",
        "credentials",
        "cred",
        "jwt",
        "passcode",
        "authtoken",
        "accesskey",
        "secretkey",
        "pat",
    ]
)
# "pass" alone is one over data, and "auth" a method; behind one of these they are what an account is opened with.
_ACCOUNTS = frozenset(
    [
        "account",
        "admin",
        "amqp",
        "db",
        "docker",
        "email",
        "ftp",
        "http",
        "imap",
        "ldap",
        "login",
        "mail",
        "mongo",
        "mysql",
        "pg",
        "postgres",
        "proxy",
        "redis",
        "rediscli",
        "registry",
        "root",
        "smtp",
        "sql",
        "ssh",
        "user",
    ]
)
_ENDINGS = ("password", "passwd", "passphrase")  # PGPASSWORD, sshpassphrase
_PASSWORD_WORDS = frozenset(["password", "passwd", "pwd", "pw", "passphrase", "secret"])
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
        "client",
        "fernet",
        "hmac",
        "jwt",
        "sas",
        "storage",
        "webhook",
        # services that are opened with a key of theirs
        "anthropic",
        "aws",
        "azure",
        "comet",
        "gcp",
        "google",
        "groq",
        "kaggle",
        "mistral",
        "neptune",
        "openai",
        "stripe",
        "wandb",
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
# Names of what may be public as well: what looks random behind them is taken for a secret.
_WEAK_NAMES = frozenset(
    ["auth", "key", "sig", "signature", "bearer", "webhook", "session", "cookie", "license", "licence", "salt"]
)
# How a value is written: the word before says what it is.
_FORMS = re.compile(r"(?<=[A-Za-z])[_.-]?(?:b64|base64|encoded)$", re.IGNORECASE)
_NOT_SECRET_VARIABLES = frozenset({"PWD", "OLDPWD"})
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_NUMBER = re.compile(r"[-+]?[0-9_.,]+(?:[eE][-+]?[0-9]+)?")
_PLAIN_VALUES = frozenset({"", "true", "false", "none", "null", "yes", "no", "on", "off", REDACTED})
_OPTION = re.compile(r"(?P<dashes>-{0,2})(?P<name>[+~]{0,2}[A-Za-z_][\w.@/-]{0,127})=(?P<value>.*)", re.DOTALL)
# Bounded, so that a megabyte without '@' is read once.
_URL_CREDENTIALS = re.compile(r"(?<=://)(?P<user>[^\s/:@?#'\"]{0,256})(?P<password>:[^\s/@'\"]{0,512})?@")
# A user without a password, as long as a token is.
_URL_TOKEN = re.compile(r"(?<=://)(?P<token>(?=[\w-]{0,255}\d)[\w-]{20,256})@")
_ELEMENT = re.compile(r"<(?P<name>[A-Za-z][\w.-]{2,63})>(?P<value>[^<>\s$]{4,512})</(?P=name)>")
_URL_QUERY = re.compile(r"(?<=[?&])(?P<name>[\w.-]{2,64})=(?P<value>[^\s&#'\"<>]{6,2048})")
# name = "value", name: "value" or name=value, in free text
_ASSIGNMENT = re.compile(
    r"(?<![\w.-])(?P<name>[A-Za-z][\w.-]{2,63})(?P<sep>[\"']?\s{0,3}[=:]\s{0,3})"
    r"(?:(?P<quote>[\"'])(?P<quoted>[^\"'\n]{6,512})(?P=quote)|(?P<bare>[A-Za-z0-9+/_=~!@#$%^&*-]{8,512})(?![\w.(\[]))"
)


_KEY_BEGIN = re.compile(r"-----BEGIN [A-Z ]{0,32}PRIVATE KEY(?: BLOCK)?-----")
_KEY_BODY = re.compile(r"[A-Za-z0-9+/=\s\\]*")
_KEY_END = re.compile(r"-----END [A-Z ]{0,40}-----")
_KEY_LENGTH = 20_000
_LEAST_RANDOM = 20
_LEAST_CHANGES = 0.45  # from one kind of character to another; 0.62 are expected of letters and digits by chance
_WORD_IN_NAME = re.compile("[a-z]{7}")
_HEXADECIMAL = re.compile(r"[0-9a-fA-F]{32,512}")
_RANDOM = re.compile(r"[A-Za-z0-9+/_-]{1,512}={0,2}")


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
    words = [w.lower() for w in _WORD.findall(_FORMS.sub("", name))]
    if not words:
        return False
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    if last in _SECRET_WORDS or last.endswith(_ENDINGS):
        return before not in _VOCABULARY
    if last in {"pass", "auth"}:
        return before in _ACCOUNTS
    if (before, last) == ("key", "data"):  # of a kubeconfig
        return True
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
            for secret in _secrets_in(value):
                known.setdefault(secret, name)
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

        Behind short options only what can hardly be anything else (see `bis.evidence.short_options`).
        """
        result: list[str] = []
        awaited = before = ""
        for argument in arguments:
            hidden, before = password_behind(before, argument) or joined_password(argument), argument
            if hidden:
                self._note("password", place)
                result.append(argument.removesuffix(hidden) + REDACTED)
                continue
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
        for shape in TOKEN_SHAPES:
            if any(hint in text for hint in shape.hints):
                text = self._replace(shape, text, place)
        if "://" in text:
            text = self._redact_urls(text, place)
        if assignments and ("=" in text or ":" in text):
            text = _ASSIGNMENT.sub(lambda m: self._assignment(m, place), text)
        if assignments and "</" in text:
            text = _ELEMENT.sub(lambda m: self._element(m, place), text)
        return text

    def name(self, name: str, *, place: str = "name") -> str:
        """Redact the name of a file: ``epochs=3`` in it is no assignment, and ``?token=x`` that of an address."""
        return _strip_query(self.text(name, place=place, assignments=False))

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

    def _replace(self, shape: TokenShape, text: str, place: str) -> str:
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
        if _URL_TOKEN.search(stripped):
            self._note("URL credentials", place)
            stripped = _URL_TOKEN.sub(f"{REDACTED}@", stripped)
        cleaned = _strip_query(stripped)
        if cleaned != stripped:
            self._note("URL query", place)
        return cleaned

    def _within(self, match: re.Match[str], place: str) -> str:
        """``"message": "password=x"``"""
        kind = "quoted" if match["quoted"] is not None else "bare"
        value = match[kind]
        found = _ASSIGNMENT.sub(lambda m: self._assignment(m, place), value)
        if found == value:
            return match[0]
        start, end = match.start(kind) - match.start(), match.end(kind) - match.start()
        return match[0][:start] + found + match[0][end:]

    def _element(self, match: re.Match[str], place: str) -> str:
        """``<password>…</password>``"""
        name, value = match["name"], match["value"]
        if not is_secret_name(name) or REDACTED in value or not _is_secret_value(name, value):
            return match[0]
        self._note(name, place)
        return f"<{name}>{REDACTED}</{name}>"

    def _assignment(self, match: re.Match[str], place: str) -> str:
        name, quoted, bare = match["name"], match["quoted"], match["bare"]
        value = quoted if quoted is not None else bare
        if not is_secret_name(name) and not (_is_weak_name(name) and looks_random(value)):
            return self._within(match, place)
        if REDACTED in value or not _is_secret_value(name, value):
            return match[0]
        if bare is not None and not (any(c.isdigit() for c in bare) and any(c.isalpha() for c in bare)):
            return match[0]  # "password: required", "token=abstract"
        if quoted is not None and " " in quoted:
            return self._within(match, place)  # a sentence
        self._note(name, place)
        quote = match["quote"] or ""
        return f"{name}{match['sep']}{quote}{REDACTED}{quote}"


def without_tokens(name: str) -> str:
    """The name of a file without tokens of known forms, and without what follows ``token=`` and the like in it.

    Examples
    --------
    >>> without_tokens("data/x.csv?token=abcdef12"), without_tokens("data/token=3/part-0.parquet")
    ('data/x.csv?token=[redacted]', 'data/token=3/part-0.parquet')
    """
    return Redactor({}).name(name)


def looks_random(value: str) -> bool:
    """Whether a text is long, and drawn from letters of both cases and digits: not a word, a path, a UUID or a digest.

    Digests, commits and ids in hexadecimal look as random as a key does; they are in settings of experiments far more
    often.

    Examples
    --------
    >>> looks_random("q8ZxT41mRb2LwVn7KcYd3PfG"), looks_random("3f2a" * 10), looks_random("DistilBertForSequence2")
    (True, False, False)
    """
    if len(value) < _LEAST_RANDOM or not _RANDOM.fullmatch(value):
        return False
    lower, upper, digits = (sum(map(test, value)) for test in (str.islower, str.isupper, str.isdigit))
    if not lower or not upper or not 0 < digits <= len(value) / 2 or _WORD_IN_NAME.search(value):
        return False
    kinds = [(c.isdigit(), c.isupper()) for c in value]
    changes = sum(a != b for a, b in itertools.pairwise(kinds))
    return changes >= _LEAST_CHANGES * len(value) and len(set(value)) >= _LEAST_RANDOM / 2


def _is_weak_name(name: str) -> bool:
    words = _WORD.findall(name)
    return bool(words) and words[-1].lower() in _WEAK_NAMES


def _secrets_in(value: str) -> list[str]:
    """Secrets in the value of a variable that has another name: passwords of URLs, and what JSON says is one."""
    found = [m["password"][1:] for m in _URL_CREDENTIALS.finditer(value) if m["password"]]
    found += [m["token"] for m in _URL_TOKEN.finditer(value)]
    if value.lstrip().startswith("{"):
        found += [m["quoted"] for m in _ASSIGNMENT.finditer(value) if m["quoted"] and _names_secret(m)]
    return found


def _names_secret(match: re.Match[str]) -> bool:
    name, value = match["name"], match["quoted"]
    return (is_secret_name(name) and _is_secret_value(name, value)) or (_is_weak_name(name) and looks_random(value))


def secrets_of(environ: Mapping[str, str], arguments: Sequence[str] = ()) -> dict[str, str]:
    """Collect what a `Redactor` has to know of a program: secret variables, URLs with passwords, secret arguments."""
    found = {n: v for n, v in environ.items() if _is_secret_variable(n, v) or _secrets_in(v)}
    for i, (given, redacted) in enumerate(zip(arguments, Redactor({}).argv(arguments), strict=True)):
        before, mark, behind = redacted.rpartition(REDACTED)
        if not mark or behind or not given.startswith(before):
            continue
        if not before and is_secret_name(arguments[i - 1]):
            name = arguments[i - 1]
        else:  # of `-p`, which names nothing
            name = before.removesuffix("=") if before.endswith("=") else f"{i}-password"
        found[name] = given[len(before) :]
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
    if _is_weak_name(name) and (looks_random(value) or (words[-1] == "auth" and _HEXADECIMAL.fullmatch(value))):
        return True
    return is_secret_name(name) or (words[-1:] == ["key"] and len(words) > 1 and words[-2] not in {"public", "sort"})


def _is_secret_value(name: str, value: str) -> bool:
    """A switch, a number or a path is not a secret; a password may look like anything."""
    if value.lower() in _PLAIN_VALUES:
        return False
    words = [w.lower() for w in _WORD.findall(name)]
    if words and (words[-1] in _PASSWORD_WORDS or words[-1].endswith(_ENDINGS) or words[-1] == "pass"):
        return True
    return not _NUMBER.fullmatch(value) and not value.startswith(("/", "./", "../", "~/", "<"))


def _strip_query(text: str) -> str:
    def cut(match: re.Match[str]) -> str:
        if is_secret_name(match["name"]) and _is_secret_value(match["name"], match["value"]):
            return f"{match['name']}={REDACTED}"
        return match[0]

    return _URL_QUERY.sub(cut, text) if "?" in text else text
