"""The verbs that experiment with a run: replays in which one thing differs on purpose."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bis._replay.chosen_options import replay_options
from bis.config import home, load_settings
from bis.model.progress import SILENT, Observer
from bis.model.verdict import ReplayKind
from bis.workspace import Workspace

# Late are the imports of rooms that only one or two verbs need. NumPy and SciPy come with them.
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Executor

    from bis._replay.planning import ReplayOptions
    from bis.api.replays import Environments
    from bis.config import Settings
    from bis.model.attribution import Attribution
    from bis.model.operations import OperationDivergence


def explain(  # noqa: PLR0913 - a keyword for each option of the command
    run_id: str,
    *,
    quick: bool = False,
    precise: bool = False,
    blocks: int | None = None,
    until: float | None = None,
    causes: Sequence[str] = (),
    metrics: Sequence[str] = (),
    vary: Sequence[str] = (),
    probe: str | None = None,
    replays: int | None = None,
    minutes: float | None = None,
    fix_top: bool = False,
    jobs: int | None = None,
    cluster: str | None = None,
    cold: bool = False,
    environment: Environments = "auto",
    data_folders: Sequence[str] = (),
    source: str | None = None,
    timeout_s: float | None = None,
    tracking_uri: str | None = None,
    observer: Observer = SILENT,
    executor: Executor | None = None,
    consent: Callable[[str], bool] | None = None,
) -> Attribution:
    """Find out which cause makes the results of a recorded run differ, by replays in which only that cause varies.

    What was made is kept: an explanation that was interrupted goes on where it stopped, and one that is to be more
    precise goes on with the replays of before. The result is stored with the run.

    Parameters
    ----------
    run_id : str
        An MLflow run id, a unique prefix of one, or ``last``.
    quick, precise : bool
        4 or 16 blocks of replays instead of 6.
    blocks : int, optional
        Another number of blocks, at least 2. Of k causes, one block has 2 (k + 1) replays.
    until : float, optional
        Stop as soon as the intervals for the first target reach no further than so many percentage points to either
        side; looked at after 4, 8 and 16 blocks. `blocks` are then the most, 16 by default.
    causes : sequence of str
        The causes to vary, such as ``split`` and ``init``; by default all for which the program draws.
        ``init+shuffle`` vary together.
    metrics : sequence of str
        The metrics to explain; by default all that are results.
    vary : sequence of str
        Environment settings whose effect is measured in pairs of replays: ``threads=1,2``,
        ``package:scikit-learn=1.7.2``.
    probe : str, optional
        A file with examples that the models of the program predict for (``.npy``, ``.npz``, ``.csv``). By default what
        the program itself predicts for in a first replay.
    replays, minutes : optional
        What may be spent: so many replays at most, and none is begun later.
    fix_top : bool
        Whether the largest cause is fixed, by the audit's repair or by holding its seeds, and what remains is measured.
    jobs : int, optional
        How many replays at a time: by default 1, and on a `cluster` as many as it takes.
    cold : bool
        Whether each replay starts an interpreter of its own, instead of being forked from a process that has imported.
    cluster, environment, data_folders, source, timeout_s, tracking_uri, observer, executor, consent
        As for `replay`.

    Raises
    ------
    UsageError
        A cause or metric is not there, or the budget is too small.
    BisError
        It cannot be replayed; the kind of error says why.
    """
    from bis._explain.budget import chosen_budget
    from bis._explain.environment.settings import parse
    from bis._explain.explain_run import ExplainRequest, explain_run
    from bis._explain.explanation import ExplainChoices
    from bis._replay.cluster_executor import chosen_executor
    from bis._replay.session_runs import subject_of
    from bis.record.asked_runs import run_to_replay

    budget = chosen_budget(quick=quick, precise=precise, blocks=blocks, points=until, replays=replays, minutes=minutes)
    varied = tuple(parse(spec) for spec in vary)
    settings = load_settings(Path.cwd())
    found = run_to_replay(run_id, tracking_uri, Path.cwd(), observer)
    options = _varied(settings, environment, data_folders, source, timeout_s)
    subject = subject_of(found.store, found.run_id)
    with chosen_executor(cluster, executor, jobs, observer=observer) as (chosen, at_once):
        choices = ExplainChoices(tuple(causes), tuple(metrics), budget, at_once=at_once, probe=_probe(probe))
        request = ExplainRequest(choices, varied, fix_top=fix_top, cold=cold or settings.cold, consent=consent)
        workspace = Workspace(settings, found.store, home(), observer, chosen)
        return explain_run(subject, options, request, workspace=workspace)


def _varied(
    settings: Settings,
    environment: Environments,
    data_folders: Sequence[str],
    source: str | None,
    timeout_s: float | None,
) -> ReplayOptions:
    """The options of replays in which something differs on purpose."""
    return replay_options(
        settings,
        fresh=False,
        environment=environment,
        overrides=None,
        data_folders=data_folders,
        source=source,
        timeout_s=timeout_s,
        kind=ReplayKind.VARIED,
    )


def _probe(file: str | None) -> str:
    """The digest of the examples in a file; without one, they are looked for."""
    from bis._explain.pilot import FIND
    from bis._replay.probes import keep_given_probe

    return FIND if file is None else keep_given_probe(Path(file), home=home()).digest


def find_operation(  # noqa: PLR0913 - a keyword for each option of the command
    run_id: str,
    *,
    vary: str | None = None,
    environment: Environments = "auto",
    data_folders: Sequence[str] = (),
    source: str | None = None,
    timeout_s: float | None = None,
    tracking_uri: str | None = None,
    observer: Observer = SILENT,
    executor: Executor | None = None,
    consent: Callable[[str], bool] | None = None,
) -> OperationDivergence:
    """Find the first operation of PyTorch at which two replays of a recorded run part, and the line of code.

    Parameters
    ----------
    run_id : str
        An MLflow run id, a unique prefix of one, or ``last``.
    vary : str, optional
        What the second replay has different, such as ``threads=1``; without it, nothing: replays that differ all the
        same show the noise of scheduling.
    environment, data_folders, source, timeout_s, tracking_uri, observer, executor, consent
        As for `explain`.

    Raises
    ------
    NotFound
        The two do not part in what PyTorch computes, or the program does not use it.
    UsageError
        The setting cannot be varied here.
    BisError
        The run cannot be replayed.
    """
    from bis._explain.environment.settings import parse
    from bis._explain.operation import first_divergent_operation, varied_pair
    from bis._replay.prepare import prepare
    from bis.record.asked_runs import run_to_replay

    settings = load_settings(Path.cwd())
    found = run_to_replay(run_id, tracking_uri, Path.cwd(), observer)
    options = _varied(settings, environment, data_folders, source, timeout_s)
    workspace = Workspace(settings, found.store, home(), observer, executor)
    prepared = prepare(found.store.read(found.run_id), options, workspace=workspace, consent=consent)
    pair = varied_pair(prepared, None if vary is None else parse(vary))
    return first_divergent_operation(prepared, *pair, executor=executor)
