"""Folders in which MLflow keeps runs, whatever they are called: `mlflow.set_tracking_uri("./runs")`."""

# Paths are strings here, since Path objects cost several times as much over thousands of files.
# ruff: noqa: PTH112, PTH113, PTH118

from __future__ import annotations

import os


def is_file_store(folder: str) -> bool:
    """Whether a folder is a file store of MLflow: it has a bin, and the default experiment."""
    trash = os.path.join(folder, ".trash")
    if not os.path.isdir(trash):
        return False
    return any(os.path.isfile(os.path.join(place, "0", "meta.yaml")) for place in (folder, trash))


class FileStores:
    """The file stores below a folder; each folder is looked at once.

    Parameters
    ----------
    root : str
        The folder.
    """

    def __init__(self, root: str) -> None:
        self._root = root
        self._known = {"": False}

    def hold(self, name: str) -> bool:
        """Whether a file, named relative to the root, lies in a store."""
        return self._is_in_one(name.rpartition("/")[0])

    def _is_in_one(self, folder: str) -> bool:
        if folder not in self._known:
            above = self._is_in_one(folder.rpartition("/")[0])
            self._known[folder] = above or is_file_store(os.path.join(self._root, folder))
        return self._known[folder]
