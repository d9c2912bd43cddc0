"""Files that no snapshot takes: those whose names say that they hold secrets, and settings in which there are some.

What they hold is judged as all other text is (`bis.evidence.redaction`). Code is not judged: without it a replay would
be another program, and a secret in it is recorded like any other text. Nor are data: they are recorded by digest.
"""

from __future__ import annotations

import fnmatch
import json
import os
import re
from typing import TYPE_CHECKING, Any

from bis.evidence.redaction import Redactor, is_secret_name, looks_random

if TYPE_CHECKING:
    from collections.abc import Collection

# Files that hold secrets by their name; globs, compared without regard to case.
SECRET_PATTERNS = (
    ".env",
    ".env.*",
    "*.env",
    ".envrc",
    ".netrc",
    "_netrc",
    ".pypirc",
    ".npmrc",
    ".yarnrc.yml",
    ".pgpass",
    ".my.cnf",
    "*.htpasswd",
    ".vault_pass*",
    ".vault-pass*",
    "vault_pass*",
    "vault-pass*",
    "cookies*.txt",
    ".s3cfg",
    ".boto",
    ".vault-token",
    ".git-credentials",
    ".databrickscfg",
    ".dockercfg",
    "rclone.conf",
    "*.pem",
    "*.key",
    "*.p12",
    "*.pfx",
    "*.jks",
    "*.keystore",
    "*.kdbx",
    "*.ppk",
    "*.ovpn",
    "id_rsa*",
    "id_dsa*",
    "id_ecdsa*",
    "id_ed25519*",
    "*_rsa",
    "*_ed25519",
    "deploy_key*",
    "kaggle.json",
    "credentials",
    "credentials.json",
    "credentials.yaml",
    "credentials.yml",
    "client_secret*.json",
    "service_account*.json",
    "service-account*.json",
    "secrets.json",
    "secrets.yaml",
    "secrets.yml",
    "secrets.toml",
    "secret.yaml",
    "secret.yml",
    "token",
    "*.token",
    "api_key*",
    "apikey*",
    "wandb*.txt",
    ".condarc",
    "token.json",
    "token.txt",
    "*_token",
    "*_token.txt",
    "*.tfvars",
    "*.tfvars.json",
    "terraform.tfstate*",
)
MOST_READ_BYTES = 256 << 10  # longer ones are data, or made by a program
_EXAMPLES = (".example", ".sample", ".template", ".dist", ".pub")
_SECRET = re.compile("|".join(fnmatch.translate(p) for p in SECRET_PATTERNS), re.IGNORECASE)
# Settings, scripts of shells, notes, and what has no kind; backups of them too.
_SETTINGS = frozenset(
    [
        "",
        ".bash",
        ".bat",
        ".cfg",
        ".cmd",
        ".conf",
        ".config",
        ".cred",
        ".creds",
        ".dev",
        ".development",
        ".fish",
        ".hcl",
        ".ini",
        ".json",
        ".ksh",
        ".local",
        ".md",
        ".plist",
        ".production",
        ".properties",
        ".props",
        ".ps1",
        ".rst",
        ".secret",
        ".secrets",
        ".sh",
        ".staging",
        ".test",
        ".tf",
        ".toml",
        ".txt",
        ".xml",
        ".yaml",
        ".yml",
        ".zsh",
    ]
)
_BACKUPS = frozenset([".bak", ".old", ".orig", ".save", ".swp", "~"])
# ``name: value``, ``name = "value"``, ``- NAME=value`` and the like, one a line.
_LINE = re.compile(
    r"(?m)^[ \t]{0,64}(?:- {0,4})?[\"']?(?P<name>[A-Za-z][\w.-]{0,63})[\"']?[ \t]{0,8}[:=][ \t]{0,8}"
    r"[\"']?(?P<value>[^\s\"',#]{1,512})"
)
_PASSWORD = re.compile(r"(?:passw(?:or)?d|passphrase|passcode|[_.-]pass|^pass)$", re.IGNORECASE)
_PLACEHOLDERS = frozenset(
    {"required", "optional", "string", "password", "secret", "changeme", "example", "redacted", "[redacted]"}
)
# In JSON, which data come in too, only what nothing else is called.
_JSON_NAMES = re.compile(
    r"(?:^|_)(?:password|passwd|passphrase|private_key|client_secret|secret_key|api_key|auth)$", re.IGNORECASE
)
# What vocabularies and data call so, too: a secret where it looks like one.
_JSON_WEAK_NAMES = re.compile(r"(?:^|_)(?:token|secret|secret_access_key|session_token)$", re.IGNORECASE)
_LONG_HEXADECIMAL = re.compile(r"[0-9a-fA-F]{32,512}")
_ATTRIBUTE = re.compile(
    r"""(?i:\b(?:key|name)=["'](?P<name>[\w.:-]{2,64})["']\s{1,8}value=["'](?P<value>[^"'\s]{6,512})["'])"""
)
_MOST_VALUES = 20_000
_ACCOUNT_TYPES = frozenset({"service_account", "authorized_user", "external_account"})
_CLUSTER_SECRET = re.compile(r"(?m)^kind:[ \t]*[\"']?Secret\b")  # its values are in base64, under names of all kinds
_LEAST_CHARACTERS = 6
_PRIVATE_KEY = re.compile(rb"-----BEGIN [A-Z ]{0,32}PRIVATE KEY(?: BLOCK)?-----|PuTTY-User-Key-File-")


def holds_secrets(name: str) -> bool:
    """Whether a file of this name usually holds secrets; an example of such a file does not."""
    base = name.rpartition("/")[2].removesuffix("~")
    stem, suffix = os.path.splitext(base)  # noqa: PTH122 (text)
    named = stem if suffix.lower() in _BACKUPS else base
    return _SECRET.match(named) is not None and not named.lower().endswith(_EXAMPLES)


def may_be_settings(name: str) -> bool:
    """Whether a file of this name is one of settings, so that it is looked into."""
    base = name.rpartition("/")[2].lower()
    base = base.removesuffix("~")
    stem, suffix = os.path.splitext(base)  # noqa: PTH122 (text)
    if suffix in _BACKUPS:
        suffix = os.path.splitext(stem)[1]  # noqa: PTH122
    return suffix in _SETTINGS and not base.endswith(_EXAMPLES)


def settings_hold_secrets(name: str, content: bytes) -> bool:
    """Whether there is a secret in the content of a file of settings: a key, a token, a password.

    Examples
    --------
    >>> settings_hold_secrets("config.yaml", b"lr: 0.1\\ndb:\\n  password: hunter2-hunter3\\n")
    True
    >>> settings_hold_secrets("config.yaml", b"tokenizer: bert-base\\npassword: ${DB_PASSWORD}\\n")
    False
    """
    if b"\0" in content:
        return False
    text = content.decode("utf-8", "replace")
    if _CLUSTER_SECRET.search(text) or looks_random(text.strip()):  # the second: nothing but a token
        return True
    redactor = Redactor({})
    is_json = name.lower().removesuffix(".bak").endswith(".json")
    redactor.text(text, place=name, assignments=not is_json)
    if redactor.found:
        return True
    if is_json:
        return _json_holds_secrets(text)
    return any(_is_password(found) for pattern in (_LINE, _ATTRIBUTE) for found in pattern.finditer(text))


def holds_private_key(content: bytes) -> bool:
    """Whether there is a private key in the content of a file, whatever it is called.

    Examples
    --------
    >>> [holds_private_key(text) for text in (b"-----BEGIN EC PRIVATE KEY-----", b"-----BEGIN CERTIFICATE-----")]
    [True, False]
    """
    return _PRIVATE_KEY.search(content) is not None


def without_files(diff: str, names: Collection[str]) -> str:
    """A change as ``git diff`` writes it, without its parts on these files."""
    if not names:
        return diff
    parts = re.split(r"(?m)^(?=diff --git )", diff)
    return "".join(
        p for p in parts if not any(p.startswith(f"diff --git a/{n} ") or f" b/{n}\n" in p[:4096] for n in names)
    )


def _is_password(found: re.Match[str]) -> bool:
    """Whether a line of settings gives a password: unlike other secrets it may be a mere word."""
    return bool(_PASSWORD.search(found["name"])) and is_secret_name(found["name"]) and is_secret_value(found["value"])


def _json_holds_secrets(text: str) -> bool:
    try:
        pending: list[Any] = [json.loads(text)]
    except (ValueError, RecursionError):
        return False
    for _ in range(_MOST_VALUES):
        if not pending:
            return False
        value = pending.pop()
        if isinstance(value, list):
            pending += value
        elif isinstance(value, dict):
            if str(value.get("type")) in _ACCOUNT_TYPES:  # of Google; a schema has lists and objects there
                return True
            if any(
                _JSON_NAMES.search(k) and is_secret_value(v) and (is_secret_name(k) or k == "auth")
                for k, v in value.items()
            ) or any(_JSON_WEAK_NAMES.search(k) and _looks_drawn(v) for k, v in value.items()):
                return True
            pending += value.values()
    return False


def _looks_drawn(value: object) -> bool:
    return isinstance(value, str) and (looks_random(value) or _LONG_HEXADECIMAL.fullmatch(value) is not None)


def is_secret_value(value: object) -> bool:
    """Whether a value in JSON may be a secret: a word that is no placeholder."""
    if not isinstance(value, str) or len(value) < _LEAST_CHARACTERS:
        return False
    if value.lower().startswith(("$", "<", "{", "%", "your", "xxx", "***", "/", "!")) or " " in value.strip():
        return False
    return value.lower() not in _PLACEHOLDERS
