"""Folders for the sockets of notebooks' kernels."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

_LONGEST_FOLDER = 75  # the name of the folder, and of the socket in it, come after that
_SHORT = "/tmp"  # noqa: S108 (the folder in it is made by `tempfile`)


def kernel_folder(temporary: str = "") -> Path:
    """Make a folder for the sockets of a kernel, whose path is short enough for them where there is such a one.

    It is made where the kernel's own temporary files go: a confined one may write there, and older ones do;
    the network, which is used otherwise, is not there in a sandbox.
    """
    place = temporary if temporary and Path(temporary).is_dir() else tempfile.gettempdir()
    if len(place) > _LONGEST_FOLDER and os.access(_SHORT, os.W_OK):
        place = _SHORT
    return Path(tempfile.mkdtemp(prefix="bis-kernel-", dir=place))
