"""What a page shows of each facet of a record: how much is known, why not more, and the facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bis.model.facets import Status
from bis.report.languages.terms import term

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bis.model.facets import Code, Data, Environment, Machine, Outputs, Parameters, Randomness, Variable
    from bis.model.record import Record
    from bis.report.languages.language import Language

_MOST = 40  # entries of a list; the rest is counted
Facts = list[tuple[str, list[str]]]  # a label, and what is so called


def facet_values(record: Record, language: Language) -> list[dict[str, Any]]:
    """For each facet its name, status, reasons, and facts."""
    return [
        {
            "name": name,
            "title": term(name, language),
            "status": facet.status.value,
            "status_word": term(facet.status, language),
            "reasons": facet.reasons,
            "facts": [] if facet.status is Status.MISSING else _FACTS[name](facet, language),
        }
        for name, facet in record.facets().items()
    ]


def command(code: Code) -> str:
    """What was run: kind, target and arguments."""
    return " ".join([*code.interpreter_options, code.target, *code.argv])


def _listed(values: Sequence[str], language: Language) -> list[str]:
    left = len(values) - _MOST
    more = [language.text("and {count} more", count=left)] if left > 0 else []
    return [*values[:_MOST], *more]


def _given(facts: list[tuple[str, Sequence[str] | str]], language: Language) -> Facts:
    """Facts without those that have nothing to say."""
    pairs = ((label, [given] if isinstance(given, str) else list(given)) for label, given in facts)
    return [(label, _listed([text for text in texts if text], language)) for label, texts in pairs if any(texts)]


def _code(code: Code, language: Language) -> Facts:
    _ = language.text
    dirty = {True: _("with uncommitted changes"), False: _("nothing uncommitted"), None: _("changes not recorded")}
    commit = " ".join(x for x in (code.commit or "", code.branch or "") if x)
    snapshot = code.snapshot
    size = ""
    if snapshot is not None:
        files = language.counted("{count} file", "{count} files", len(snapshot.files))
        size = f"{files}, {language.size(snapshot.size_bytes)}"
    return _given(
        [
            (term(code.kind, language), command(code)),
            (_("folder"), code.cwd),
            (_("parameters set"), [f"{k} = {v}" for k, v in sorted((code.parameters or {}).items())]),
            (_("commit"), f"{commit}, {dirty[code.dirty]}" if code.commit else ""),
            (_("repository"), code.remote or ""),
            (_("not under version control"), code.untracked),
            (_("snapshot of the source"), size),
            (_("not in the snapshot"), [f"{e.path} ({e.reason})" for e in snapshot.excluded] if snapshot else ()),
            (_("cells executed"), language.integer(len(code.cells)) if code.cells else ""),
        ],
        language,
    )


def _parameters(parameters: Parameters, language: Language) -> Facts:
    _ = language.text
    values = [f"{k} = {v}" for k, v in sorted(parameters.values.items())]
    stdin = parameters.stdin
    read = ""
    if stdin is not None and stdin.read:
        read = f"{stdin.kind}, {language.size(stdin.size_bytes)}" if stdin.complete else stdin.kind
    return _given(
        [
            (_("logged"), values or _("none")),
            (_("read from the environment"), [_variable(v, language) for v in parameters.variables or ()]),
            (_("read from standard input"), read),
        ],
        language,
    )


def _variable(variable: Variable, language: Language) -> str:
    if not variable.there:
        return language.text("{name} (not set)", name=variable.name)
    if variable.value is not None:
        return f"{variable.name}={variable.value}"
    if variable.secret:
        return language.text("{name} (a secret)", name=variable.name)
    return language.text("{name} (value not recorded)", name=variable.name)


def _environment(environment: Environment, language: Language) -> Facts:
    _ = language.text
    editable = [p.name for p in environment.packages if p.editable]
    return _given(
        [
            (_("interpreter"), f"{environment.implementation} {environment.python}".strip()),
            (_("packages"), language.integer(len(environment.packages))),
            (_("installed in place (editable)"), editable),
        ],
        language,
    )


def _machine(machine: Machine, language: Language) -> Facts:
    _ = language.text
    cores = _("{usable} of {cores} cores", usable=machine.usable_cores, cores=machine.cores) if machine.cores else ""
    memory = language.size(machine.memory_bytes) if machine.memory_bytes else ""
    gpus = [*machine.gpus, f"driver {machine.gpu_driver}", f"CUDA {machine.cuda}"] if machine.gpus else ()
    pools = [f"{p.api} {p.library} {p.version}: {p.threads}" for p in machine.pools]
    return _given(
        [
            (_("system"), machine.system),
            (_("processor"), [machine.cpu_model, cores]),
            (_("memory"), memory),
            (_("graphics processor"), gpus),
            (_("threads"), [*pools, *(f"{name}: {count}" for name, count in sorted(machine.threads.items()))]),
            (_("switches"), [f"{k}={v}" for k, v in sorted({**machine.switches, **machine.variables}.items())]),
        ],
        language,
    )


def _data(data: Data, language: Language) -> Facts:
    _ = language.text
    carried = data.carried.files if data.carried is not None else ()
    facts = _given(
        [
            (_("files read"), [f"{f.path} ({language.size(f.size_bytes)})" for f in data.files]),
            (_("kept as they were before the program changed them"), [f.path for f in carried]),
            (_("dataset inputs"), [f"{d.name} ({d.digest})" for d in data.datasets]),
        ],
        language,
    )
    return facts or [(_("files read"), [_("none outside of code and environment")])]


def _randomness(randomness: Randomness, language: Language) -> Facts:
    _ = language.text
    own = [s for s in randomness.seeds if s.is_the_programs]
    others = [s for s in randomness.seeds if not s.is_the_programs]
    seeds: list[str] = [f"{s.api}({s.value})" + (f" {s.file}:{s.line}" if s.file else "") for s in own]
    if not own and randomness.status is Status.RECORDED:
        seeds = [_("none")]
    requests = sum(randomness.draws.values())
    root = language.counted("one root, {count} request", "one root, {count} requests", requests)
    return _given(
        [
            (_("entropy served"), root if randomness.root else ""),
            (_("hash seed"), randomness.hash_seed or ""),
            (_("seeds set by the program"), seeds),
            (_("seeds set by libraries"), list(dict.fromkeys(f"{s.api}({s.value}) {s.package}" for s in others))),
            (_("first states of generators"), [s.generator for s in randomness.states]),
            (_("cannot be replayed"), [f"{u.what} ({u.why})" for u in randomness.uncontrolled]),
        ],
        language,
    )


def _outputs(outputs: Outputs, language: Language) -> Facts:
    _ = language.text
    failure = outputs.failure
    ended = str(outputs.exit_code) if outputs.exit_code is not None else ""
    said = f"{failure.stage}: {failure.message.strip().partition(chr(10))[0]}" if failure is not None else ""
    lines = "" if outputs.stdout is None else language.integer(outputs.stdout.count("\n"))
    return _given(
        [
            (_("failed"), said),
            (_("exit code"), "" if failure is not None else ended),
            (_("models"), [f"{m.name} ({m.framework})" for m in outputs.models]),
            (_("artifacts"), [a.path for a in outputs.artifacts if not a.path.startswith("bis/")]),
            (_("files written"), [f.path for f in outputs.files]),
            (_("lines printed"), lines),
        ],
        language,
    )


_FACTS: dict[str, Callable[[Any, Language], Facts]] = {
    "code": _code,
    "parameters": _parameters,
    "environment": _environment,
    "machine": _machine,
    "data": _data,
    "randomness": _randomness,
    "outputs": _outputs,
}
