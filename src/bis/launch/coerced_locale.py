"""The locale that Python gives itself where there is none: of cron jobs, daemons and containers.

In the C locale Python switches its UTF-8 mode on, and puts a locale of UTF-8 into its environment (PEP 538, PEP 540),
where the programs that bis starts would take it for one that was set: without bis they have the mode, and with it not.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import MutableMapping

_VARIABLE = "LC_CTYPE"
_COERCED = frozenset({"C.UTF-8", "C.utf8", "UTF-8"})


def leave_out_coerced_locale(environ: MutableMapping[str, str], *, utf8_mode: bool | None = None) -> None:
    """Take the locale out of the environment that Python itself put there.

    Parameters
    ----------
    environ : mutable mapping
        The environment of this process.
    utf8_mode : bool, optional
        Whether this process is in UTF-8 mode, and nothing but its locale is the reason; found out by default.
    """
    if utf8_mode is None:
        utf8_mode = bool(sys.flags.utf8_mode) and "utf8" not in sys._xoptions  # noqa: SLF001 (documented)
    asked_for = "PYTHONUTF8" in environ and not sys.flags.ignore_environment
    if utf8_mode and not asked_for and environ.get(_VARIABLE) in _COERCED:
        del environ[_VARIABLE]
