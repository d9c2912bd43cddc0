"""``bis replay``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from bis import api
from bis.cli.consent import consent_asked
from bis.cli.messages import answering, tell
from bis.cli.options import as_json, assignments, cluster, full, jobs, print_json, store_of_run, tolerances
from bis.cli.progress import NoteLines, TerminalProgress
from bis.errors import UsageError
from bis.model.sandbox import AUTO, SANDBOX_CHOICES
from bis.report.json.envelope import to_document
from bis.report.json.verdict_json import verdict_document
from bis.report.text.plan_text import print_plan
from bis.report.text.verdict_text import print_verdict

if TYPE_CHECKING:
    from bis.model.plan import Plan

_OF_PLANS = (
    "fresh",
    "environment",
    "overrides",
    "data_folders",
    "source",
    "timeout_s",
    "sandbox",
    "network",
    "tracking_uri",
)


@click.command()
@click.option("-n", "--times", type=click.IntRange(1, 1000), help="How many replays. [default: 3; with --fresh 8]")
@click.option("--add", is_flag=True, help="Judge together with earlier replays of the same kind and arguments.")
@click.option("--fresh", is_flag=True, help="New randomness in each replay: is the original a plausible draw?")
@click.option("--until-decided", is_flag=True, help="Stop as soon as the verdict cannot change (at most -n replays).")
@jobs
@cluster
@click.option(
    "--env",
    "environment",
    type=click.Choice(["auto", "current", "rebuild"]),
    default="auto",
    show_default=True,
    help="Packages: this environment where it equals the lock, else rebuilt; or one of them in any case.",
)
@click.option("--set", "overrides", multiple=True, callback=assignments, metavar="NAME=VALUE",
              help="Another argument or notebook parameter; a named deviation. Repeatable.")  # fmt: skip
@click.option("--data", "data_folders", multiple=True, type=click.Path(exists=True, file_okay=False),
              help="A folder in which to look for input files that are not at their place. Repeatable.")  # fmt: skip
@click.option("--source", type=click.Path(exists=True, file_okay=False),
              help="A clone with the commit of a run that bis did not record.")  # fmt: skip
@click.option("--tolerance", "tolerance", multiple=True, callback=tolerances, metavar="METRIC=ATOL[,RTOL]",
              help="How far a metric (or pattern) may be off; also rtol:, margin:, quantum:. Repeatable.")  # fmt: skip
@click.option(
    "--timeout", "timeout_s", type=click.FloatRange(min=0.1), metavar="SECONDS", help="Limit for each replay."
)
@click.option("--sandbox", type=click.Choice(SANDBOX_CHOICES), default=AUTO, show_default=True,
              help="What keeps replays from the rest of the machine: the strongest that works here, or one of them."
              )  # fmt: skip
@click.option("--network", is_flag=True, help="Let replays reach the network.")
@click.option("--dry-run", is_flag=True, help="Print the plan and stop.")
@click.option("--cold", is_flag=True, help="Start an interpreter for each replay, instead of one that imports for all.")
@click.option("--keep", is_flag=True, help="Keep the workspaces, and print where they are.")
@click.option("--yes", is_flag=True, help="Run code that was recorded elsewhere without asking.")
@click.option("--primary", metavar="METRIC", help="The metric that decides first; the others share half the error.")
@click.option("--selected-from", type=click.IntRange(1), metavar="K",
              help="The original was picked as the best of K runs; 1: it was not. [default: found among the siblings]"
              )  # fmt: skip
@click.option("--trial", type=click.IntRange(0), metavar="N",
              help="Only trial N (from 0) of a search; alone, where it then gives the same.")  # fmt: skip
@click.option("--strict", is_flag=True, help="Artifacts, files and printed text must have the same bytes, too.")
@click.option("--note", is_flag=True, help="Put a summary into the run's note in MLflow, between two marks.")
@full
@store_of_run
@as_json
@click.argument("run_id", metavar="RUN_ID")
def replay(*, run_id: str, as_json: bool, full: bool, dry_run: bool, yes: bool, **options: Any) -> int:
    """Run a recorded experiment again, and judge whether it is the same.

    Exact replays (the default) repeat the recorded randomness and ask whether the record is complete and the
    program deterministic. Fresh ones ask whether the recorded result is typical. The replays are stored as child
    runs; nothing else is touched.

    All runs that the program created are judged together, each against its counterpart in the replays, whichever of
    them is named. A run that is nested in another one and named by its id is judged alone.

    \b
    bis replay last -n 5
    bis replay 3f2a --fresh -n 8
    bis replay last --set lr=0.2 --dry-run
    bis replay 3f2a --trial 17
    """
    if dry_run:
        if options["trial"] is not None:
            raise UsageError("--dry-run plans whole programs", hint="Leave out --trial, or --dry-run.")
        plan = api.plan(run_id, **{name: options[name] for name in _OF_PLANS})
        _print_plan(plan, times=options["times"] or 1, as_json=as_json, full=full)
        return 0
    consent = None if yes else consent_asked
    if as_json:
        verdict = api.replay(run_id, consent=consent, observer=NoteLines(), **options)
    else:
        with TerminalProgress() as progress:
            verdict = api.replay(run_id, consent=consent, observer=progress, **options)
    if as_json:
        print_json(verdict_document(verdict))
    else:
        with answering():
            print_verdict(verdict, full=full)
        for outcome in verdict.outcomes if options["keep"] else ():
            tell(f"bis: replay {outcome.index + 1}: {outcome.notes[-1]}")
    return verdict.exit_code


def _print_plan(plan: Plan, *, times: int, as_json: bool, full: bool) -> None:
    if as_json:
        print_json(to_document("bis.plan", plan))
        return
    print_plan(plan, times=times, full=full)
