"""A record as text (``bis show``): facet by facet what is recorded, what is partial and why, what is missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bis.model.facets import Code, Data, Environment, Machine, Outputs, Parameters, Randomness, Status, Variable
from bis.model.record import Mode, Record, State
from bis.model.stored_runs import RunSummary, StoredAttribution, StoredBisection, StoredVerdict
from bis.report.text.attribution_text import attribution_summary, attribution_text
from bis.report.text.bisection_text import bisection_summary, bisection_text
from bis.report.text.figure_words import counted, data_size
from bis.report.text.runs_text import moment, replays_table
from bis.report.text.terminal import bullet, headline, print_text, quoted, table, text_of
from bis.report.text.verdict_text import verdict_text

# Of long lists only the first entries are shown, and how many there are.
_FEW = 8
_TRACE_LINES = 16


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown with a record: the run as MLflow has it, its latest verdict, and its replays.

    `verdict_problem` says why there is no verdict although one was stored, `attribution_problem` the same of its latest
    explanation, `bisection_problem` of its latest bisection.
    """

    run_id: str = ""
    name: str = ""
    status: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    verdict: StoredVerdict | None = None
    verdict_problem: str = ""
    replays: Sequence[RunSummary] = ()
    attribution: StoredAttribution | None = None
    attribution_problem: str = ""
    bisection: StoredBisection | None = None
    bisection_problem: str = ""


def record_text(
    record: Record, shown: Shown | None = None, *, width: int = 80, colour: bool = False, full: bool = False
) -> str:
    """What a run was made of and what its replays gave, as text.

    Parameters
    ----------
    record : Record
        The record of the run.
    shown : Shown, optional
        The run as MLflow has it, and what is known of its replays.
    width : int
        Of the terminal, in characters.
    colour : bool
        Whether to use colour.
    full : bool
        All packages, files, metrics and replays, instead of the first ones; and the verdict with its figures.

    Returns
    -------
    str
        Lines that end in a newline.
    """
    run = shown or Shown()
    head = " ".join(x for x in ("run", run.run_id, f"({run.name})" if run.name else "") if x)
    head += f", {run.status} in MLflow" if run.status else ""
    parts: list[Any] = [head, _replay_of(run.tags) or _recorder(record), ""]
    few = 10**9 if full else _FEW
    for facet_name, facet in record.facets().items():
        how: Status = facet.status
        parts.append(headline(how.value, "", before=f"{facet_name:<13}"))
        parts += _reasons(facet.reasons, few)
        if how is not Status.MISSING:
            parts += [bullet(fact) for fact in _FACTS[facet_name](facet, few)]
    if record.outputs.failure is not None:
        parts += quoted(record.outputs.failure.traceback, lines=max(few, _TRACE_LINES))
    parts += _metrics(record.outputs, few)
    parts += _reasons(record.notes, few)
    parts += _verdict(run, full=full, width=width, colour=colour)
    parts += _explanation(run, full=full, width=width, colour=colour)
    parts += _bisection(run, full=full, width=width, colour=colour)
    parts += _replays(run.replays, few)
    return text_of(parts, width=width, colour=colour)


def print_record(record: Record, shown: Shown | None = None, *, full: bool = False) -> None:
    """Print on stdout what a run was made of."""
    print_text(lambda width, colour: record_text(record, shown, width=width, colour=colour, full=full))


def _replay_of(tags: Mapping[str, str]) -> str:
    """Of a replay: which run it replays."""
    original = tags.get("bis.replay.of")
    if original is None:
        return ""
    index = tags.get("bis.replay.index", "")
    number = f" {int(index) + 1}" if index.isdecimal() else ""
    text = f"replay{number} ({tags.get('bis.replay.kind', 'kind not known')}) of run {original}"
    same = tags.get("bis.replay.same_metrics")
    return f"{text}: {same} metrics have the same bits" if same else text


def _verdict(run: Shown, *, full: bool, width: int, colour: bool) -> list[Any]:
    if run.verdict_problem:
        return ["", bullet(f"the verdict cannot be read: {run.verdict_problem}", mark="!")]
    if run.verdict is None:
        return []
    verdict, made = run.verdict.verdict, run.verdict
    line = headline(verdict.level.value, "", before=f"{'verdict':<13}")
    if full:
        from rich.text import Text  # late, as everywhere: `bis --help` needs none of it

        text = verdict_text(verdict, width=width, colour=colour, full=True).rstrip("\n")
        return ["", line, Text.from_ansi(text)]
    groups = [f"{g.kind.value}: {g.level.value} in {_count(g.replays, 'replay')}" for g in verdict.groups]
    facts = [*groups, f"reached {moment(made.created_unix_s)} UTC by bis {made.bis_version}"]
    return ["", line, *[bullet(fact) for fact in facts]]


def _explanation(run: Shown, *, full: bool, width: int, colour: bool) -> list[Any]:
    if run.attribution_problem:
        return ["", bullet(f"the explanation cannot be read: {run.attribution_problem}", mark="!")]
    if run.attribution is None:
        return []
    made = run.attribution
    line = headline("explained", "", before=f"{'explanation':<13}")
    if full:
        from rich.text import Text  # late, as everywhere: `bis --help` needs none of it

        text = attribution_text(made.attribution, width=width, colour=colour, full=True).rstrip("\n")
        return ["", line, Text.from_ansi(text)]
    facts = [
        *attribution_summary(made.attribution),
        f"made {moment(made.created_unix_s)} UTC by bis {made.bis_version}",
    ]
    return ["", line, *[bullet(fact) for fact in facts]]


def _bisection(run: Shown, *, full: bool, width: int, colour: bool) -> list[Any]:
    if run.bisection_problem:
        return ["", bullet(f"the bisection cannot be read: {run.bisection_problem}", mark="!")]
    if run.bisection is None:
        return []
    made = run.bisection
    line = headline("bisected", "", before=f"{'bisection':<13}")
    if full:
        from rich.text import Text  # late, as everywhere: `bis --help` needs none of it

        text = bisection_text(made.bisection, width=width, colour=colour, full=True).rstrip("\n")
        return ["", line, Text.from_ansi(text)]
    facts = [
        bisection_summary(made.bisection),
        f"made {moment(made.created_unix_s)} UTC by bis {made.bis_version}",
    ]
    return ["", line, *[bullet(fact) for fact in facts]]


def _replays(replays: Sequence[RunSummary], few: int) -> list[Any]:
    if not replays:
        return []
    latest = list(replays)[-few:]
    parts: list[Any] = ["", replays_table(latest)]
    if len(latest) < len(replays):
        parts.append(f"and {_count(len(replays) - len(latest), 'earlier replay')}")
    return parts


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _recorder(record: Record) -> str:
    if record.mode is Mode.TAGS:
        return "never recorded by bis: only what MLflow's own tags contain"
    ways = {Mode.RUN: "by `bis run`", Mode.AMBIENT: "from inside its process", Mode.REPLAY: "as a replay"}
    text = f"recorded {ways[record.mode]}, bis {record.bis_version}, started {moment(record.started_unix_s)} UTC"
    if record.ended_unix_s is not None:
        text += f", took {record.ended_unix_s - record.started_unix_s:.1f} s"
    if record.state is State.KILLED:
        text += "; the program was killed: what was seen until then is here"
    elif record.state is State.RECORDING:
        text += "; still running, or cut off"
    if record.sessions > 1:
        text += f"; {record.sessions} programs wrote to it"
    return text


def _reasons(reasons: Sequence[str], few: int) -> list[Any]:
    left = len(reasons) - few
    more = [bullet(f"and {left} more (--full)", mark="!")] if left > 0 else []
    return [bullet(reason, mark="!") for reason in reasons[:few]] + more


def _listed(words: list[str], few: int) -> str:
    shown = ", ".join(words[:few])
    return shown if len(words) <= few else f"{shown} and {len(words) - few} more"


def _code(code: Code, few: int) -> list[str]:
    command = " ".join([code.kind.value, *code.interpreter_options, code.target, *code.argv])
    facts = [f"{command} (in {code.cwd})"]
    if code.parameters:
        facts.append("set to: " + _listed([f"{k} = {v}" for k, v in sorted(code.parameters.items())], few))
    if code.commit:
        clean = {True: "with uncommitted changes", False: "nothing uncommitted", None: "changes not recorded"}
        branch = f" on {code.branch}" if code.branch else ""
        facts.append(f"commit {code.commit[:12]}{branch}, {clean[code.dirty]}")
    if code.remote:
        facts.append(f"from {code.remote}")
    if code.diff:
        facts.append(f"uncommitted change of {counted(code.diff.count(chr(10)), 'line')}")
    if code.untracked:
        facts.append(f"untracked: {_listed(list(code.untracked), few)}")
    if code.snapshot:
        snapshot = code.snapshot
        facts.append(f"snapshot of {counted(len(snapshot.files), 'file')}, {data_size(snapshot.size_bytes)}")
        if snapshot.excluded:
            facts.append("not in it: " + _listed([f"{e.path} ({e.reason})" for e in snapshot.excluded], few))
    if code.cells:
        facts.append(f"{len(code.cells)} cells executed")
    return facts


def _parameters(parameters: Parameters, few: int) -> list[str]:
    values = [f"{k} = {v}" for k, v in sorted(parameters.values.items())]
    facts = [_listed(values, few)] if values else ["none was logged"]
    read = [_variable(v) for v in parameters.variables or ()]
    if read:
        facts.append("read from the environment: " + _listed(read, few))
    stdin = parameters.stdin
    if stdin is not None and stdin.read:
        facts.append(
            f"read from standard input (a {stdin.kind})"
            + (f": {data_size(stdin.size_bytes)}" if stdin.complete else "")
        )
    return facts


def _variable(variable: Variable) -> str:
    if not variable.there:
        return f"{variable.name} (not set)"
    if variable.value is not None:
        return f"{variable.name}={variable.value}"
    return f"{variable.name} ({'a secret' if variable.secret else 'value not recorded'})"


def _environment(environment: Environment, few: int) -> list[str]:
    facts = [f"{environment.implementation} {environment.python}, {counted(len(environment.packages), 'distribution')}"]
    known = ("numpy", "scipy", "scikit-learn", "torch", "tensorflow", "keras", "jax", "xgboost", "lightgbm", "mlflow")
    versions = {p.name.lower(): p.version for p in environment.packages}
    main = [f"{name} {versions[name]}" for name in known if name in versions]
    if few > _FEW:
        main = [f"{p.name} {p.version}" for p in environment.packages]
    if main:
        facts.append(_listed(main, max(few, len(known))))
    editable = [p.name for p in environment.packages if p.editable]
    if editable:
        facts.append(f"installed in place (editable): {_listed(editable, few)}")
    return facts


def _machine(machine: Machine, few: int) -> list[str]:
    cores = f"{machine.usable_cores} of {machine.cores} cores" if machine.cores else ""
    facts = [", ".join(x for x in (machine.system, machine.cpu_model, cores, data_size(machine.memory_bytes)) if x)]
    if machine.gpus:
        facts.append(", ".join([*machine.gpus, f"driver {machine.gpu_driver}", f"CUDA {machine.cuda}"]))
    pools = [f"{p.api} {p.library} {p.version} ({p.threads} threads)" for p in machine.pools]
    pools += [f"{name} {count} threads" for name, count in sorted(machine.threads.items())]
    if pools:
        facts.append(_listed(pools, few))
    set_to = [f"{k}={v}" for k, v in sorted({**machine.switches, **machine.variables}.items())]
    if set_to:
        facts.append(_listed(set_to, few))
    return facts


def _data(data: Data, few: int) -> list[str]:
    facts = []
    if data.files:
        facts.append("read: " + _listed([f"{f.path} ({data_size(f.size_bytes)})" for f in data.files], few))
    if data.carried is not None and data.carried.files:
        kept = [f.path for f in data.carried.files]
        facts.append("changed by the program, kept as they were before: " + _listed(kept, few))
    if data.datasets:
        facts.append("dataset inputs: " + _listed([f"{d.name} ({d.digest})" for d in data.datasets], few))
    return facts or ["no file outside of code and environment was read"]


def _randomness(randomness: Randomness, few: int) -> list[str]:
    facts = []
    if randomness.root:
        draws = sum(randomness.draws.values())
        facts.append(f"entropy served from one recorded root, {counted(draws, 'request')}")
    if randomness.hash_seed is not None:
        facts.append(f"hash seed {randomness.hash_seed}")
    own = [s for s in randomness.seeds if s.is_the_programs]
    if own:
        places = [
            f"{s.api}({s.value})"
            + (f" by {s.helper} of {s.package}" if s.helper else "")
            + (f" at {s.file}:{s.line}" if s.file else "")
            for s in own
        ]
        facts.append("seeds set by the program: " + _listed(places, few))
    elif randomness.status is Status.RECORDED:
        facts.append("the program set no seed")
    others = [s for s in randomness.seeds if not s.is_the_programs]
    if others:
        calls = dict.fromkeys(f"{s.api}({s.value}) by {s.package}" for s in others)
        facts.append("seeds set by libraries: " + _listed(list(calls), few))
    if randomness.states:
        facts.append("first states of " + _listed([s.generator for s in randomness.states], few))
    facts += [f"cannot be replayed: {u.what} ({u.why})" for u in randomness.uncontrolled[:few]]
    if len(randomness.uncontrolled) > few:
        facts.append(f"and {len(randomness.uncontrolled) - few} more that cannot be replayed (--full)")
    return facts


def _outputs(outputs: Outputs, few: int) -> list[str]:
    facts = []
    if outputs.failure:
        first = outputs.failure.message.strip().partition("\n")[0]
        facts.append(f"failed: {outputs.failure.stage}: {first}")
    elif outputs.exit_code is not None:
        facts.append(f"exit code {outputs.exit_code}")
    if outputs.models:
        facts.append(
            "models: " + _listed([f"{m.name} ({m.framework}, {m.arrays} arrays)" for m in outputs.models], few)
        )
    own = [a for a in outputs.artifacts if not a.path.startswith("bis/")]
    if own:
        facts.append("artifacts: " + _listed([a.path for a in own], few))
    if outputs.files:
        facts.append("files written: " + _listed([f.path for f in outputs.files], few))
    if outputs.stdout is not None:
        stream = "stdout and stderr, as one stream" if outputs.stderr_in_stdout else "stdout"
        facts.append(f"{stream}: {counted(outputs.stdout.count(chr(10)), 'line')}")
    if outputs.cells:
        facts.append(f"outputs of {counted(len({c.position for c in outputs.cells}), 'cell')}")
    return facts


_FACTS: dict[str, Callable[[Any, int], list[str]]] = {
    "code": _code,
    "parameters": _parameters,
    "environment": _environment,
    "machine": _machine,
    "data": _data,
    "randomness": _randomness,
    "outputs": _outputs,
}


def _metrics(outputs: Outputs, few: int) -> list[Any]:
    curves = sorted((c for c in outputs.metrics if c.values), key=lambda c: c.name)
    if not curves:
        return []
    most = max(few, 20)
    rows = [(c.name, repr(c.final), str(len(c.values))) for c in curves[:most]]
    parts: list[Any] = ["", table(("metric", "last value", "steps"), rows, right=(1, 2), whole=(1, 2), fold=0)]
    if len(curves) > most:
        parts.append(f"and {len(curves) - most} more metrics")
    return parts
