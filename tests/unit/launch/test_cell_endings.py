"""How cells end notebooks, by what nbclient and the kernel say."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bis.launch.cell_endings import exit_code_of, exit_failure, is_exit, leaves
from bis.model.facets import Failure


@dataclass
class Raised:
    """An error as nbclient has it."""

    ename: str
    evalue: str


@pytest.mark.parametrize(
    ("code", "status", "said"),
    [
        ("None", 0, ""),
        ("", 0, ""),
        ("0", 0, ""),
        ("False", 0, ""),
        ("True", 1, ""),
        ("3", 3, ""),
        ("-1", 255, ""),
        ("256", 0, ""),
        ("'3'", 1, "3"),
        ("'no data'", 1, "no data"),
        ("2.5", 1, "2.5"),
        ("<object object at 0x7f>", 1, "<object object at 0x7f>"),
    ],
)
def test_status_of_an_exit_is_that_of_a_script(code: str, status: int, said: str) -> None:
    """Whole numbers are the status (its lowest byte), nothing is 0, and anything else is printed and 1."""
    failure = exit_failure(Raised("SystemExit", ""), code, 4)
    assert (failure.exit_code if failure else 0) == status
    if failure is not None:
        assert failure.cell == 4
        assert failure.message.endswith(f"exit status {status}" + (f": {said}" if said else ""))


def test_a_kernel_that_does_not_answer_leaves_the_text() -> None:
    """Without an answer of the kernel the exception's own text says what it can."""
    assert exit_failure(Raised("SystemExit", "0"), None, 1) is None
    failure = exit_failure(Raised("SystemExit", "\x1b[31mno data\x1b[0m"), None, 1)
    assert failure is not None
    assert failure.message == "cell 1 ended the notebook with exit status 1: no data"


def test_only_system_exit_is_an_exit() -> None:
    """Ctrl-C and errors are none."""
    assert is_exit(Raised("SystemExit", "0"))
    assert not is_exit(Raised("KeyboardInterrupt", ""))


def test_a_kernel_that_is_kept_does_not_leave() -> None:
    """`exit()` and `quit()` ask the kernel to end; `exit(True)` asks it to stay."""
    assert leaves({"content": {"payload": [{"source": "ask_exit", "keepkernel": False}]}})
    assert not leaves({"content": {"payload": [{"source": "ask_exit", "keepkernel": True}]}})
    assert not leaves({"content": {"payload": [{"source": "page"}]}})
    assert not leaves({"content": {}})


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (None, 0),
        (Failure("exception", "", exception="ValueError"), 1),
        (Failure("exception", "", exception="KeyboardInterrupt"), 130),
        (Failure("exception", "", exit_code=3, exception="SystemExit"), 3),
        (Failure("killed", "", exit_code=4), 4),
        (Failure("killed", "", exit_code=0), 1),
        (Failure("killed", "", signal=9), None),
        (Failure("timeout", ""), 1),
    ],
)
def test_exit_code_of_a_notebook(failure: Failure | None, code: int | None) -> None:
    """The status of a script that had ended in the same way; a kernel that left amid a cell never ends well."""
    assert exit_code_of(failure) == code
