"""The verbs that try projects of strangers: do they run, and again?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bis.errors import ConsentRefused
from bis.model.progress import SILENT, Observer

# Late are the imports of the rooms: the other verbs do not need them.
if TYPE_CHECKING:
    from collections.abc import Callable

    from bis._try.trying import TryOptions
    from bis.api.replays import Sandboxes
    from bis.model.tried_project import Funnel, TriedProject


def try_project(  # noqa: PLR0913 - a keyword for each option of the command
    project: str,
    entry: str = "",
    *,
    as_of: str = "commit",
    times: int = 3,
    out: str | Path = "bis-try",
    timeout_s: float = 600.0,
    memory_mib: int | None = None,
    disk_mib: int | None = 10240,
    processes: int | None = 1024,
    sandbox: Sandboxes = "auto",
    network: bool = False,
    keep: bool = False,
    observer: Observer = SILENT,
    consent: Callable[[str], bool] | None = None,
) -> TriedProject:
    """Find out whether a stranger's project runs, and again.

    It is cloned, or copied; what it offers to run is looked for, and the packages that it needs, as an index had them
    on the day of its commit. The program is then run, recorded, in quarantine and in a sandbox, replayed and judged.
    The result says in which place of a funnel it ends, and by what that was seen.

    Parameters
    ----------
    project : str
        A URL, ``owner/name`` on GitHub, a folder or a git bundle, each with ``@commit`` or without.
    entry : str
        What to run, with arguments: a script, a notebook, an entry point; by default the best candidate.
    as_of : str
        The day whose packages are used: ``commit``, ``today``, or in ISO 8601.
    times : int
        How many replays; 0 for none.
    out : str or Path
        The folder of the results, with the store of the runs.
    timeout_s : float
        Limit for each run of the program, in seconds.
    memory_mib, disk_mib, processes : int, optional
        Further limits; None for none.
    sandbox : {"auto", "namespaces", "bwrap", "landlock", "none"}
        What keeps the program from the rest of this machine; ``auto`` is the strongest that works here.
    network : bool
        Whether the program can reach the network.
    keep : bool
        Whether the copy of the project in which it ran stays.
    observer : Observer
        Receives progress.
    consent : callable, optional
        Asked before the project's code is run; without it, it is run.

    Raises
    ------
    UsageError
        There is no such project or entry, `as_of` is no day, or the sandbox does not work here.
    ConsentRefused
        It was not allowed.
    StorageError
        `out` cannot be written.
    """
    from bis._try.obtaining import asked_project, folder_name
    from bis._try.trying import try_asked

    options = _options(entry, as_of, times, timeout_s, (memory_mib, disk_mib, processes), keep=keep)
    options = replace(options, sandbox=sandbox, network=network)
    asked = asked_project(project, base=Path.cwd())
    _ask(consent, options, f"this runs code of {asked.name}")
    return try_asked(asked, Path(out).absolute() / folder_name(asked.name), options, observer=observer)


def try_corpus(  # noqa: PLR0913 - a keyword for each option of the command
    path: str | Path,
    out: str | Path = "bis-tries",
    *,
    as_of: str = "commit",
    times: int = 3,
    timeout_s: float = 600.0,
    memory_mib: int | None = None,
    disk_mib: int | None = 10240,
    processes: int | None = 1024,
    sandbox: Sandboxes = "auto",
    network: bool = False,
    workers: int | None = None,
    cluster: str | None = None,
    observer: Observer = SILENT,
    consent: Callable[[str], bool] | None = None,
) -> Funnel:
    """Try many projects, and write each try, a table and the funnel to `out`.

    What was interrupted goes on where it stopped.

    Parameters
    ----------
    path : str or Path
        A folder of projects, or a CSV file with the columns repository and commit.
    out : str or Path
        The folder of the results.
    as_of, times, timeout_s, memory_mib, disk_mib, processes, sandbox, network
        As for `try_project`, for each of them.
    workers : int, optional
        How many at a time; all cores by default.
    cluster : str, optional
        Address or scheduler file of a Dask cluster on which to work instead.
    observer : Observer
        Receives a step for each project, and notes.
    consent : callable, optional
        Asked once before any code is run; without it, it is run.

    Raises
    ------
    UsageError
        There is no such folder or file, the CSV file has faults, or the sandbox does not work here.
    ConsentRefused
        It was not allowed.
    StorageError
        `out` cannot be written.
    """
    from bis._try.corpus_tries import try_listing

    options = _options("", as_of, times, timeout_s, (memory_mib, disk_mib, processes), keep=False)
    options = replace(options, sandbox=sandbox, network=network)
    _ask(consent, options, f"this runs code of all projects of {path}")
    return try_listing(Path(path), Path(out), options, workers=workers, cluster=cluster, observer=observer)


def corpus_tries(out: str | Path) -> list[TriedProject]:
    """The tries that `try_corpus` wrote to a folder, in the order of names.

    Raises
    ------
    StorageError
        The file cannot be read.
    """
    from bis._try.corpus_tries import read_tries

    return read_tries(Path(out))


def _options(
    entry: str,
    as_of: str,
    times: int,
    timeout_s: float,
    limits: tuple[int | None, int | None, int | None],
    *,
    keep: bool,
) -> TryOptions:
    from bis._try.guards import TryLimits
    from bis._try.trying import TryOptions

    memory, disk, processes = limits
    chosen = TryLimits(run_s=timeout_s, memory_mib=memory, disk_mib=disk, processes=processes)
    return TryOptions(entry=entry, as_of=as_of, times=times, keep=keep, limits=chosen)


def _ask(consent: Callable[[str], bool] | None, options: TryOptions, what: str) -> None:
    options.check()  # what cannot be had is said before anything is asked
    guards = "with your rights and the network" if options.sandbox == "none" else "in a sandbox"
    if options.sandbox != "none" and options.network:
        guards += " that has the network"
    question = f"{what}, written by others, {guards}; its packages are installed outside of it. Continue?"
    if consent is not None and not consent(question):
        raise ConsentRefused(f"{what}, which was not allowed", hint="Look at it, then try it with --yes.")
