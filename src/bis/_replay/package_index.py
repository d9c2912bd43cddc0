"""Where this user's pip gets its packages from, in the words of uv, which does not read pip's settings."""

from __future__ import annotations

import configparser
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_OWN_SETTINGS = ("UV_INDEX", "UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS", "UV_NO_INDEX")
_OPTIONS = {
    "index-url": "--default-index",
    "extra-index-url": "--index",
    "find-links": "--find-links",
    "trusted-host": "--allow-insecure-host",
}


def index_options(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Options for ``uv pip install`` that make it look where pip would.

    Nothing is translated where uv has settings of its own in the environment.

    Parameters
    ----------
    environment : mapping
        The environment variables to go by.
    """
    if any(environment.get(name) for name in _OWN_SETTINGS):
        return ()
    settings = _pip_settings(environment)
    options = []
    for name, option in _OPTIONS.items():
        for value in settings.get(name, "").split():
            options += [option, value]
    if settings.get("no-index", "").lower() in {"1", "true", "yes", "on"}:
        options.append("--no-index")
    if options:
        # pip takes the best version of all indexes; uv by default the first index that knows the name.
        options += ["--index-strategy", "unsafe-best-match"]
    return tuple(options)


def certificate_variables(environment: Mapping[str, str]) -> dict[str, str]:
    """The certificate bundle of pip's settings as the variable that uv reads."""
    bundle = _pip_settings(environment).get("cert")
    return {"SSL_CERT_FILE": bundle} if bundle and "SSL_CERT_FILE" not in environment else {}


def _pip_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """Pip's settings, the later source over the earlier one: files of the machine, user and interpreter, variables."""
    settings: dict[str, str] = {}
    for path in _pip_files(environment):
        parser = configparser.RawConfigParser()
        try:
            parser.read(path, encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError, OSError):
            continue  # pip itself says so to the user
        for section in ("global", "install"):
            if parser.has_section(section):
                settings.update({k.replace("_", "-"): v for k, v in parser.items(section)})
    for name in (*_OPTIONS, "no-index", "cert"):
        value = environment.get("PIP_" + name.upper().replace("-", "_"))
        if value:
            settings[name] = value
    return settings


def _pip_files(environment: Mapping[str, str]) -> list[Path]:
    named = environment.get("PIP_CONFIG_FILE")
    if named == "/dev/null":
        return []
    home = Path(environment.get("HOME") or "~").expanduser()
    user = Path(environment.get("XDG_CONFIG_HOME") or home / ".config")
    files = [
        Path("/etc/xdg/pip/pip.conf"),
        Path("/etc/pip.conf"),
        home / ".pip" / "pip.conf",
        user / "pip" / "pip.conf",
        home / "Library" / "Application Support" / "pip" / "pip.conf",
        Path(environment.get("APPDATA") or home / "AppData" / "Roaming") / "pip" / "pip.ini",
        Path(sys.prefix) / ("pip.ini" if sys.platform == "win32" else "pip.conf"),
    ]
    return [*files, Path(named)] if named else files
