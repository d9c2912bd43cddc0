"""Arrays of NumPy: ``.npy`` and ``.npz``."""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from bis.record.contents.gathering import MOST_NUMBERS, ContentUnreadable, Gathering, TooMuch, joined


def read_arrays(content: bytes) -> Gathering:
    """The numbers of an array file, by the names of its arrays.

    Raises
    ------
    ContentUnreadable
        It is no such file, or holds objects, which only a pickle can.
    """
    found = Gathering()
    try:
        loaded = np.load(io.BytesIO(content), allow_pickle=False)
        if isinstance(loaded, np.ndarray):
            gather_array(found, "array", loaded)
        else:
            for name in sorted(loaded.files):
                gather_array(found, name, loaded[name])
    except TooMuch:
        raise
    except Exception as error:  # whatever NumPy may raise for a malformed file, and there is much
        raise ContentUnreadable(f"{type(error).__name__}: {error}") from error
    return found


def gather_array(found: Gathering, name: str, array: np.ndarray[Any, Any]) -> None:
    """Add the values of an array to what was found.

    Raises
    ------
    TooMuch
        It has more values than are gone through.
    """
    if array.dtype.names:
        for column in array.dtype.names:
            gather_array(found, joined(name, column), array[column])
        return
    flat = array.reshape(-1)
    if flat.dtype.kind == "c":
        flat = flat.view(flat.real.dtype)
    if flat.dtype.kind in "fiub":
        found.array(name, flat.astype(np.float64))
    elif flat.dtype.kind == "O":
        found.value(name, flat.tolist())
    else:
        for text in flat[:MOST_NUMBERS].tolist():
            found.text(name, str(text))
        found.cut = found.cut or len(flat) > MOST_NUMBERS
