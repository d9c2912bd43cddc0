"""The fence between the recorder and the user's program: nothing that fails inside may get out."""

from __future__ import annotations

import os
import sys

from bis.instrument.user_names import OWN_IMPORTS

TYPE_CHECKING = False  # typing is not loaded at start-up
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Fence:
    """Runs the recorder's work inside the user's program; failures are noted, the first is printed, none is raised."""

    def __init__(self) -> None:
        self._reported = False
        self.failures: dict[str, str] = {}

    def run(self, what: str, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call `work`; on failure return None and note the failure under `what`."""
        try:
            with OWN_IMPORTS:
                return work(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 (this is the fence: a recorder must not break a training run)
            self.failed(what, error)
            return None

    def failed(self, what: str, error: BaseException) -> None:
        """Note a failure, and print the first one on stderr."""
        why = described(error)
        self.failures.setdefault(what, why)
        try:
            if os.environ.get("BIS_DEBUG", "") not in {"", "0"}:  # as bis.config says, which is not loaded for it
                from traceback import print_exception  # takes 5 ms to load, and is not needed elsewhere

                print_exception(type(error), error, error.__traceback__)
            if not self._reported and sys.stderr is not None:
                self._reported = True
                sys.stderr.write(f"bis: recording of {what} failed ({why}); your program goes on\n")
        except Exception:  # noqa: BLE001 (the program's own stderr may raise anything, and there is no other place to report it)
            self._reported = True


def described(error: BaseException) -> str:
    """The kind and the text of an error; errors of the user's own classes may fail to give a text."""
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:  # noqa: BLE001 (code of third parties)
        return type(error).__name__
