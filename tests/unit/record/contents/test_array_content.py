"""Array files: their numbers, and that whatever is malformed is called so."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest

from bis.record.contents.array_content import read_arrays
from bis.record.contents.gathering import ContentUnreadable


def saved(array: Any) -> bytes:
    """An array as a file."""
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def test_numbers_are_read() -> None:
    """In the order in which they are kept."""
    found = read_arrays(saved(np.array([[0.5, 2.0], [-1.0, 0.25]])))
    [numbers] = found.numbers
    assert (numbers.name, numbers.count) == ("array", 4)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"'fortran_order': False", b"'fortran_order': ((((((("),  # a header that never ends
        (b"'fortran_order': False", b"'fortran_order': '''   "),
        (b"'<U2'", b"'<U9'"),
        (b"'shape': (2,)", b"'shape': (-1,)"),
        (b"'shape': (2,)", b"'shape': ([],)"),
        (b"a\0\0\0", b"\xff\xff\xff\xff"),  # no character has this number
    ],
)
def test_malformed_files_are_called_so(old: bytes, new: bytes) -> None:
    """Whatever NumPy raises for them."""
    content = saved(np.array(["a", "bc"]))
    assert old in content
    with pytest.raises(ContentUnreadable):
        read_arrays(content.replace(old, new))
