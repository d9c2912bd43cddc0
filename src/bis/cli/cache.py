"""``bis cache``."""

from __future__ import annotations

import click

from bis import api
from bis.cli.messages import tell
from bis.cli.options import as_json, print_json
from bis.model.kept_thing import KeptKind
from bis.report.json.envelope import to_document
from bis.report.text.cache_text import print_contents, print_removals

_kind = click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice([kind.value for kind in KeptKind]),
    help="Only things of this kind. Repeatable.",
)


@click.group(invoke_without_command=True)
@click.pass_context
def cache(context: click.Context) -> int | None:
    """What bis keeps on this machine: environments, sessions, sources, digests.

    Without a command, `list`.
    """
    return context.invoke(list_) if context.invoked_subcommand is None else None


@cache.command("list")
@_kind
@as_json
def list_(*, kinds: tuple[str, ...] = (), as_json: bool = False) -> int:
    """List what is kept in BIS_HOME: its size, its age, when it was last used, and whether it is in use.

    \b
    environment  packages of other versions, built for replays
    session      what was recorded of a program; it is removed a week after it was stored
    source       what replays were given: sources, standard input, probes; removed a month after the last use
    workspace    folders that `bis replay --keep` has kept
    digests      of large data files, so that they are not read again
    audits       results of earlier audits
    explanation  the replays of `bis explain`, which goes on where it was interrupted
    bisection    the same of `bis bisect`
    """
    found = api.list_cache(kinds=kinds)
    if as_json:
        print_json(to_document("bis.cache", {"things": list(found)}))
    else:
        print_contents(found)
    return 0


@cache.command()
@_kind
@click.option("--older-than", type=click.FloatRange(min=0), metavar="DAYS", help="Only what was not used for so long.")
@click.option("--all", "all_of_it", is_flag=True, help="Everything that is kept.")
@click.option("--unstored", is_flag=True, help="Also sessions that are not in MLflow yet: what they hold is lost.")
@click.option("--dry-run", is_flag=True, help="Print what would be removed, and remove nothing.")
@as_json
@click.argument("names", nargs=-1, metavar="[NAME]...")
def remove(
    *,
    kinds: tuple[str, ...],
    older_than: float | None,
    all_of_it: bool,
    unstored: bool,
    dry_run: bool,
    as_json: bool,
    names: tuple[str, ...],
) -> int:
    """Free what `bis cache` lists. NAME is a name there, or a unique prefix of one.

    \b
    bis cache remove py3.11.7-5d41
    bis cache remove --kind environment --older-than 30 --dry-run
    bis cache remove --all

    What a process is using is left. So are sessions that wait to be stored, unless --unstored is given: `bis store`
    stores them. Whatever else is removed is made again when it is needed.

    Exit code 3 where something that was named was left, or could not be removed.
    """
    done = api.remove_cache(
        *names, kinds=kinds, older_than=older_than, all_of_it=all_of_it, unstored=unstored, dry_run=dry_run
    )
    left = [one for one in done if not one.removed]
    if as_json:
        print_json(to_document("bis.cache-removal", {"dry_run": dry_run, "things": list(done)}))
    else:
        print_removals(done, dry_run=dry_run, tell=tell)
    return 3 if any(names or one.problem == "failed" for one in left) else 0
