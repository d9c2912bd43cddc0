"""The ``bis`` command: its options, its help, and the fence around everything that it does."""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
import traceback
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import click

from bis._version import __version__
from bis.cli.lazy_commands import CommandPlace, LazyGroup
from bis.cli.messages import answering, tell
from bis.cli.signal_status import SignalStatus, leave
from bis.config import debugging
from bis.errors import BisError, BisWarning
from bis.evidence.client_settings import set_up_client
from bis.launch.coerced_locale import leave_out_coerced_locale
from bis.launch.muting import mute
from bis.launch.standard_streams import fill_closed

if TYPE_CHECKING:
    from collections.abc import Iterator

_EPILOG = """\b
Exit codes: 0 yes · 1 not reproduced, findings · 2 usage · 3 could not run ·
4 nothing to look at · 5 inconclusive · 70 a defect of bis
"""


_PLACES = {
    "audit": CommandPlace("bis.cli.audit", "What does a project trace of its experiments, and what does it fail to?"),
    "badge": CommandPlace("bis.cli.badge", "The latest verdict on a run as a badge: a picture (SVG) on stdout."),
    "bisect": CommandPlace("bis.cli.bisect", "Find which change since a run was recorded makes its replay differ."),
    "cache": CommandPlace("bis.cli.cache", "What bis keeps on this machine: environments, sessions, sources, digests."),
    "ci": CommandPlace(
        "bis.cli.ci", "May this change be merged: is the program repeatable, and did a metric move beyond noise?"
    ),
    "compare": CommandPlace(
        "bis.cli.compare", "Is B better than A beyond run-to-run noise? Or: which group of runs is?"
    ),
    "corpus": CommandPlace("bis.cli.corpus", "Corpora of projects to audit, or to try."),
    "diff": CommandPlace(
        "bis.cli.diff", "Compare two runs: same, differs or not recorded, facet by facet, then the metrics."
    ),
    "explain": CommandPlace("bis.cli.explain", "Which cause makes the results of a recorded experiment differ?"),
    "export": CommandPlace(
        "bis.cli.export", "Hand a run on, with its provenance, verdict and replays, in formats of others."
    ),
    "replay": CommandPlace("bis.cli.replay", "Run a recorded experiment again, and judge whether it is the same."),
    "report": CommandPlace("bis.cli.report", "Write the page of a run: its record, replays, verdict and causes."),
    "rule": CommandPlace("bis.cli.rule", "Explain a rule of the audit; without CODE, list all."),
    "run": CommandPlace("bis.cli.run", "Run a script, notebook or module once, recorded."),
    "runs": CommandPlace("bis.cli.runs", "List runs, the latest first, with their latest verdicts."),
    "show": CommandPlace(
        "bis.cli.show", "Show what a run was made of, facet by facet: recorded, partial (why) or missing."
    ),
    "store": CommandPlace("bis.cli.store", "Store recorded sessions that are not in MLflow yet."),
    "study": CommandPlace(
        "bis.cli.study",
        "From experiments and projects to a report; goes on where it stopped.",
    ),
    "try": CommandPlace("bis.cli.try_project", "Does a stranger's project run, and again?", "try_project"),
    "verify": CommandPlace(
        "bis.cli.verify", "Compare a run with published figures, at the precision in which they are printed."
    ),
}


@click.group(cls=LazyGroup, places=_PLACES, context_settings={"help_option_names": ["-h", "--help"]}, epilog=_EPILOG)
@click.version_option(__version__, "-V", "--version", prog_name="bis")
def cli() -> None:
    """Would we get this experiment again?

    \b
    bis run train.py --lr 0.1      run it once, recorded
    bis replay last -n 5           run it again 5 times, and judge
    bis replay last --fresh        new randomness: is the result typical?
    bis explain last               which cause makes the results differ?
    bis show last                  what the run was made of, and its latest verdict
    bis report last                the same as a page with figures
    bis runs                       all runs, with their verdicts
    bis diff RUN_A RUN_B           what differs between two runs
    bis compare RUN_A RUN_B        is B better than A beyond run-to-run noise?
    bis bisect last                which change since then makes the replay differ?
    bis verify last --expect t.csv are these the published figures?
    bis study                      experiments and projects, to a report
    bis try owner/project          does a stranger's project run, and again?
    bis ci --against main train.py is it repeatable, and did a metric move?
    bis export last --ro-crate out hand a run on, with its provenance and verdict
    bis badge last > badge.svg     its verdict as a badge
    bis audit .                    what does a project trace, and what not?
    bis store                      store what was recorded while the server was away
    bis cache                      what is kept on this machine, and how to free it

    RUN_ID is an MLflow run id, a prefix of one, or `last`: the latest session from here. Runs are looked up
    where their programs put them, or in the store that --tracking-uri names.
    """
    if click.get_current_context().invoked_subcommand != "run":  # the program that this starts has settings of its own
        set_up_client()


def command() -> NoReturn:
    """The program ``bis``: ends this process with the exit code, or by the signal that ended what it did."""
    warnings.resetwarnings()  # PYTHONWARNINGS is for the user's program, which gets it; of ours none may be an error
    sys.exit(leave(main()))


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    fill_closed()
    leave_out_coerced_locale(os.environ)
    for stream in (sys.stdout, sys.stderr):  # names of files and arguments need not be text in any encoding
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    warnings.showwarning = _warn  # type: ignore[assignment]  # it takes what the original takes, by fewer names
    try:
        with _ended_by_signals():
            result = cli.main(args=arguments, prog_name="bis", standalone_mode=False)
            with answering():  # what is not written yet: at its end the interpreter would report a closed pipe
                pass
        return result if isinstance(result, int) else 0
    except (click.exceptions.Abort, KeyboardInterrupt) as error:
        tell("\nbis: interrupted; what was finished is kept")
        cause = error.__cause__ or error  # click makes an Abort of it
        return SignalStatus(128 + (cause.number if isinstance(cause, _Ended) else signal.SIGINT))
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except BisError as error:
        _print_error(error)
        return error.exit_code
    except BrokenPipeError:  # the reader of the output has gone, as with `| head`
        mute(sys.stdout)
        return 0
    except Exception as error:  # noqa: BLE001 (the outermost fence: no traceback reaches a user)
        return _defect(error)


class _Ended(KeyboardInterrupt):
    """Raised when a signal ends bis, so that the same is cleaned up as after Ctrl-C."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Take SIGTERM and SIGHUP (a closed terminal) as Ctrl-C: no replay is left running."""

    def end(number: int, _frame: object) -> None:
        raise _Ended(number)

    before: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)  # Windows has no SIGHUP
            if number is not None and signal.getsignal(number) is signal.SIG_DFL:
                before[number] = signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _defect(error: Exception) -> int:
    if debugging():
        traceback.print_exception(error)
    tell(
        f"bis: this is a defect of bis: {type(error).__name__}: {error}\n"
        "     Please report it with the output of the same command under BIS_DEBUG=1."
    )
    return 70


def _warn(message: Warning | str, category: type[Warning], *_place: object) -> None:
    """Print the warnings of bis; those of libraries are for their authors."""
    if issubclass(category, BisWarning) or debugging():
        tell(f"bis: {message}")


def _print_error(error: BisError) -> None:
    if debugging():
        traceback.print_exception(error)
    tell(f"bis: {error.message}")
    if error.hint:
        tell(f"     {error.hint}")


if __name__ == "__main__":
    command()
