"""``bis explain``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bis import api
from bis.cli.messages import answering, tell
from bis.cli.options import as_json, cluster, full, jobs, print_json, store_of_run
from bis.cli.progress import NoteLines, TerminalProgress
from bis.errors import StorageError, UsageError
from bis.report.html.share_picture import share_picture
from bis.report.json.attribution_json import attribution_document
from bis.report.json.envelope import to_document
from bis.report.text.attribution_text import print_attribution
from bis.report.text.operation_text import operation_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from bis.model.progress import Observer


_OF_SHARES = (
    "quick", "precise", "blocks", "until", "causes", "metrics", "probe", "replays", "minutes", "fix_top", "picture",
)  # fmt: skip


def _names(_context: click.Context, parameter: click.Parameter, given: str | None) -> tuple[str, ...]:
    """Parse ``split,init``."""
    if given is None:
        return ()
    found = tuple(name.strip() for name in given.split(","))
    if not all(found):
        raise click.BadParameter(f"expected names with commas between them, found {given!r}", param=parameter)
    return found


@click.command()
@click.option("--quick", is_flag=True, help="4 blocks of replays instead of 6.")
@click.option("--precise", is_flag=True, help="16 blocks: intervals for single metrics hold.")
@click.option("--blocks", type=click.IntRange(2, 1000), metavar="N", help="Another number of blocks.")
@click.option("--until", type=click.FloatRange(0, 50, min_open=True), metavar="POINTS",
              help="Stop once the intervals reach no further than so many points to either side.")  # fmt: skip
@click.option("--causes", callback=_names, metavar="CAUSE,CAUSE",
              help="What to vary: split,init, or a+b for both at once. [default: all that is drawn for]")  # fmt: skip
@click.option("--metric", "metrics", multiple=True, metavar="NAME",
              help="A metric to explain. Repeatable. [default: all results]")  # fmt: skip
@click.option("--vary", multiple=True, metavar="SETTING",
              help="Measure an environment setting in pairs of replays: threads=1,2, package:NAME=VERSION, "
                   "cpu=haswell, onednn=off, determinism=on, hash_seed, python=3.12, packages=2024-01-15, "
                   "env:NAME=VALUE. Repeatable.")  # fmt: skip
@click.option("--probe", type=click.Path(exists=True, dir_okay=False), metavar="FILE",
              help="Examples to predict for: .npy, .npz or .csv. [default: what the program predicts for]")  # fmt: skip
@click.option("--replays", type=click.IntRange(1), metavar="N", help="Make no more replays than this.")
@click.option("--minutes", type=click.FloatRange(0, min_open=True), metavar="M",
              help="Begin no replay after so many minutes.")  # fmt: skip
@click.option("--operation", is_flag=True,
              help="Only find the first operation of PyTorch, and its line, at which two replays part: as recorded and "
                   "with --vary, or both as recorded.")  # fmt: skip
@click.option("--fix-top", is_flag=True, help="Fix the largest cause, and measure what remains.")
@jobs
@cluster
@click.option("--cold", is_flag=True, help="Start an interpreter for each replay, instead of forking one.")
@click.option(
    "--env",
    "environment",
    type=click.Choice(["auto", "current", "rebuild"]),
    default="auto",
    show_default=True,
    help="Packages: this environment where it equals the lock, else rebuilt; or one of them in any case.",
)
@click.option("--data", "data_folders", multiple=True, type=click.Path(exists=True, file_okay=False),
              help="A folder in which to look for input files that are not at their place. Repeatable.")  # fmt: skip
@click.option("--source", type=click.Path(exists=True, file_okay=False),
              help="A clone with the commit of a run that bis did not record.")  # fmt: skip
@click.option(
    "--timeout", "timeout_s", type=click.FloatRange(min=0.1), metavar="SECONDS", help="Limit for each replay."
)
@click.option("--svg", "picture", type=click.Path(dir_okay=False), metavar="FILE", help="Write the bars to a picture.")
@click.option("--yes", is_flag=True, help="Run code that was recorded elsewhere without asking.")
@full
@store_of_run
@as_json
@click.argument("run_id", metavar="RUN_ID")
def explain(*, run_id: str, as_json: bool, full: bool, yes: bool, operation: bool, **options: Any) -> int:
    """Which cause makes the results of a recorded experiment differ?

    The experiment is replayed many times. Each source of randomness (the data split, the first weights, the order of
    the batches, ...) has seeds of its own in these replays, so that one can change while all others stay. The
    variance of each metric, and of the predictions, is divided among the causes; what no seed explains is
    `scheduling`.

    How long it takes is told before it begins. Ctrl-C loses nothing: the same command goes on.

    \b
    bis explain last
    bis explain 3f2a --causes split,init --metric val_accuracy --until 10
    bis explain last --vary threads=1,2 --vary package:scikit-learn=1.7.2
    bis explain last --operation --vary threads=1
    """
    consent = None if yes else _ask
    if operation:
        return _operation(run_id, as_json=as_json, consent=consent, **options)
    picture = options.pop("picture")
    if as_json:
        found = api.explain(run_id, consent=consent, observer=NoteLines(), **options)
    else:
        with TerminalProgress() as progress:
            found = api.explain(run_id, consent=consent, observer=progress, **options)
    if picture is not None:
        _write(Path(picture), share_picture(found))
    if as_json:
        print_json(attribution_document(found))
    else:
        with answering():
            print_attribution(found, full=full)
    return found.exit_code


def _operation(run_id: str, *, as_json: bool, consent: Callable[[str], bool] | None, **options: Any) -> int:
    """Print the first operation at which two replays part."""
    vary = options["vary"]
    others = [name for name in _OF_SHARES if options[name]]
    if others or len(vary) > 1:
        raise UsageError(
            "--operation looks at one pair of replays, and takes at most one --vary",
            hint="Leave out what is said about shares." if others else "Give one --vary.",
        )
    given = {name: options[name] for name in ("environment", "data_folders", "source", "timeout_s", "tracking_uri")}
    observer: Observer = NoteLines()
    found = api.find_operation(run_id, vary=vary[0] if vary else None, consent=consent, observer=observer, **given)
    if as_json:
        print_json(to_document("bis.operation", found))
    else:
        with answering():
            click.echo(operation_text(found))
    return 1


def _write(path: Path, content: str) -> None:
    if not content:
        tell(f"bis: there are no shares to draw: {path} is not written")
        return
    try:
        path.write_text(content, encoding="utf-8")
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror or error}") from error


def _ask(question: str) -> bool:
    if not sys.stdin.isatty():
        return False
    return click.confirm(f"bis: {question}", err=True)
