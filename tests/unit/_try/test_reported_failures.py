"""Exceptions that only report what failed before them."""

from __future__ import annotations

import pytest

from bis._try.program_failures import EndOfProgram, diagnosed
from bis._try.reported_failures import causes_behind
from bis.model.tried_project import FunnelPlace, Need

_NO_HOST = "urllib.error.URLError: <urlopen error [Errno -3] Temporary failure in name resolution>"
_ZENML = "RuntimeError: Pipeline run has failed due to failure in step(s): ingest_df"
_SHELL = "subprocess.CalledProcessError: Command '['python', 'a.py']' returned non-zero exit status 1."
_MLFLOW = "mlflow.exceptions.ExecutionException: Run (ID '0123456789abcdef0123456789abcdef') failed"
_LIBRARY = "/env/lib/python3.12/site-packages/kedro_mlflow/framework/hooks/mlflow_hook.py"
_MARK = "During handling of the above exception, another exception occurred:"


def traceback(said: str, file: str = "/p/a.py") -> str:
    """A traceback of one frame."""
    return f'Traceback (most recent call last):\n  File "{file}", line 3, in f\n    g()\n{said}\n'


@pytest.mark.parametrize(
    ("cause", "report", "need"),
    [
        (_NO_HOST, _ZENML, Need.NETWORK),
        ("FileNotFoundError: [Errno 2] No such file or directory: 'data/wine.csv'", _SHELL, Need.DATA),
        ("botocore.exceptions.NoCredentialsError: Unable to locate credentials", _MLFLOW, Need.SECRET),
    ],
)
def test_what_failed_before_a_report_decides(cause: str, report: str, need: Need) -> None:
    """Wherever that was printed; the report is kept beside it."""
    kind, message = report.partition(":")[0].rpartition(".")[2], report.partition(": ")[2]
    end = EndOfProgram(
        exception=kind, message=message, printed=traceback(report), also_printed=traceback(cause), exit_code=1,
        root="/p",
    )  # fmt: skip
    found = diagnosed(end)
    assert (found.place, found.need) == (FunnelPlace.NEEDS, need)
    assert found.evidence[0].text == cause.partition(":")[0].rpartition(".")[2] + ": " + cause.partition(": ")[2]
    assert (found.evidence[0].file, found.evidence[0].line) == ("a.py", 3)
    assert found.evidence[1].text.startswith(kind)


def test_a_slip_in_the_handler_of_a_library_hides_what_it_handled() -> None:
    """Not one of the project's own."""
    slip = "UnboundLocalError: cannot access local variable 'a'"
    missing = traceback("FileNotFoundError: [Errno 2] No such file or directory: 'x.csv'")
    of_library = f"{missing}\n{_MARK}\n\n{traceback(slip, _LIBRARY)}"
    assert diagnosed(EndOfProgram(printed=of_library, exit_code=1, root="/p")).need is Need.DATA
    own = f"{missing}\n{_MARK}\n\n{traceback(slip)}"
    assert diagnosed(EndOfProgram(printed=own, exit_code=1, root="/p")).place is FunnelPlace.EXCEPTION


def test_a_report_of_an_ordinary_exception_stays_one() -> None:
    """What no rule knows is not guessed."""
    printed = traceback("ValueError: bad") + traceback(_ZENML)
    found = diagnosed(EndOfProgram(printed=printed, exit_code=1, root="/p"))
    assert (found.place, found.evidence[0].name) == (FunnelPlace.EXCEPTION, "RuntimeError")


def test_an_exception_that_speaks_for_itself_has_nothing_behind_it() -> None:
    """Whatever was printed before."""
    assert causes_behind("KeyError", "'x'", traceback(_NO_HOST) + traceback("KeyError: 'x'")) == ()


def test_a_message_below_a_box_is_read_whole() -> None:
    """As rich breaks it: the file that is missing stands on the next line."""
    box = "│ frame │\n╰───────╯\n"
    missing = (
        "FileNotFoundError: [Errno 2] No such file or directory:\n'data/a.csv'\n\nThe above exception was the cause\n"
    )
    (behind,) = causes_behind("RuntimeError", _ZENML.partition(": ")[2], box + missing)
    assert behind.message == "[Errno 2] No such file or directory: 'data/a.csv'"
