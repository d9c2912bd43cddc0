"""Two records side by side: what is the same, what differs, and what was not recorded."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

from bis._verify.alignment import align
from bis._verify.exact_numbers import exactly
from bis._verify.volatile import without_volatile
from bis.model.facets import Code, Data, Environment, FileDigest, Machine, Outputs, Parameters, Randomness, Status
from bis.model.record import FACETS, Record
from bis.model.record_difference import Change, FacetDifference, Likeness, MetricDifference, RecordDifference

# What both sides have, by a name that a reader understands. A value of None was not recorded on that side.
Facts = Mapping[str, str | None]


def diff_records(first: Record, second: Record, *, a: str = "A", b: str = "B") -> RecordDifference:
    """Compare two records facet by facet, then metric by metric.

    Parameters
    ----------
    first, second : Record
        The runs.
    a, b : str
        What to call them.

    Notes
    -----
    A facet is `same` only where both sides recorded all of it. Where a side is partial, equality is "same as far as
    recorded"; where a side is missing, nothing is said. What differs is said to differ however little was recorded.
    """
    facets = tuple(_facet(name, getattr(first, name), getattr(second, name)) for name in FACETS)
    return RecordDifference(a, b, facets, diff_metrics(first.outputs, second.outputs))


def diff_metrics(a: Outputs, b: Outputs) -> tuple[MetricDifference, ...]:
    """Compare the metrics of two outputs, by name."""
    if Status.MISSING in (a.status, b.status) and not (a.metrics and b.metrics):
        return ()
    names = sorted({c.name for c in a.metrics} | {c.name for c in b.metrics})
    return tuple(_metric(name, a, b) for name in names)


def _metric(name: str, a: Outputs, b: Outputs) -> MetricDifference:
    x, y = a.metric(name), b.metric(name)
    if x is None or y is None:
        there = x or y
        assert there is not None
        value = exactly(there.final)
        # A side whose outputs are partial may have lost the metric; a complete side did not log it.
        lacking = a if x is None else b
        likeness = Likeness.DIFFERS if lacking.status is Status.RECORDED else Likeness.NOT_RECORDED
        return MetricDifference(name, likeness, value if x else None, value if y else None)
    aligned = align(x, y)
    differing = aligned.divergent
    ulps = aligned.last.ulps if aligned.last else None
    return MetricDifference(
        name=name,
        likeness=Likeness.SAME if aligned.same_bits else Likeness.DIFFERS,
        a=exactly(x.final),
        b=exactly(y.final),
        ulps=ulps.count if ulps else None,
        relative=aligned.last.relative if aligned.last else None,
        steps=max(len(x.values), len(y.values)),
        steps_differing=len(differing) + aligned.only_original + aligned.only_replayed,
        first_step=differing[0].step if differing else None,
    )


def _facet(name: str, a: object, b: object) -> FacetDifference:
    a_status: Status = a.status  # type: ignore[attr-defined]  # every facet has these two
    b_status: Status = b.status  # type: ignore[attr-defined]  # (see bis.model.record.FACETS)
    reasons = tuple(
        dict.fromkeys(
            f"{side}: {reason}"
            for side, facet in (("A", a), ("B", b))
            for reason in facet.reasons  # type: ignore[attr-defined]  # same
        )
    )
    if Status.MISSING in (a_status, b_status):
        sides = " and ".join(s for s, status in (("A", a_status), ("B", b_status)) if status is Status.MISSING)
        return FacetDifference(
            name, Likeness.NOT_RECORDED, a_status, b_status, reasons=(f"not recorded in {sides}", *reasons)
        )
    a_facts, b_facts = _FACTS[name](a), _FACTS[name](b)
    changes = _changes(a_facts, b_facts, a_complete=a_status is Status.RECORDED, b_complete=b_status is Status.RECORDED)
    if changes:
        likeness = Likeness.DIFFERS
    elif a_status is Status.RECORDED and b_status is Status.RECORDED:
        likeness = Likeness.SAME
    else:
        likeness = Likeness.SAME_AS_FAR
    return FacetDifference(name, likeness, a_status, b_status, changes, reasons)


def _changes(a: Facts, b: Facts, *, a_complete: bool, b_complete: bool) -> tuple[Change, ...]:
    """All facts with two values, and those that a completely recorded side lacks."""
    found = []
    for what in [*a, *(k for k in b if k not in a)]:
        x, y = a.get(what), b.get(what)
        absent_counts = (a_complete or what in a) and (b_complete or what in b)
        unknown = (what in a and x is None) or (what in b and y is None)
        if x != y and absent_counts and not unknown:
            found.append(Change(what, x or "", y or ""))
    return tuple(found)


def _known(value: str) -> str | None:
    return value or None


def _parameters_set(code: Code) -> str | None:
    """Values that were set for a notebook's parameters; None where that was not recorded."""
    if code.parameters is None:
        return None
    return " ".join(f"{k}={v}" for k, v in sorted(code.parameters.items())) or "(none)"


def _code(code: Code) -> Facts:
    facts: dict[str, str | None] = {
        "entry": f"{code.kind.value} {code.target}".strip(),
        "arguments": " ".join(code.argv) or "(none)",
        "notebook parameters": _parameters_set(code),
        "interpreter options": " ".join(code.interpreter_options) or "(none)",
        "working directory": code.cwd,
        "commit": code.commit,
        "uncommitted change": None if code.dirty is None else (_fingerprint(code.diff) if code.diff else "(none)"),
    }
    if code.snapshot:
        facts |= _files(code.snapshot.files, "file")
    for cell in code.cells:
        facts[f"cell executed as {cell.index + 1}."] = _fingerprint(cell.source)
    return facts


def _fingerprint(text: str) -> str:
    """The beginning of a text with its length: enough to see that two differ, and roughly where."""
    digest = hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:8]
    lines = text.count("\n") + 1
    return f"{lines} line{'' if lines == 1 else 's'}, {digest}"


def _parameters(parameters: Parameters) -> Facts:
    facts: dict[str, str | None] = dict(parameters.values)
    for variable in parameters.variables or ():
        facts[f"variable {variable.name}"] = variable.value if variable.there else "(not set)"
    stdin = parameters.stdin
    if stdin is not None:
        kept = f"{stdin.size_bytes} bytes, {stdin.digest[:12]}" if stdin.complete else None
        facts["standard input"] = kept if stdin.read else "(not read)"
    return facts


def _environment(environment: Environment) -> Facts:
    facts: dict[str, str | None] = {
        "Python": _known(f"{environment.implementation} {environment.python}".strip()),
    }
    for package in environment.packages:
        facts[package.name] = package.version + (f" ({package.url})" if package.url else "")
    return facts


def _machine(machine: Machine) -> Facts:
    facts: dict[str, str | None] = {
        "system": _known(machine.system),
        "architecture": _known(machine.architecture),
        "C library": _known(machine.libc),
        "processor": _known(machine.cpu_model),
        "processor flags": _known(" ".join(sorted(machine.cpu_flags))),
        "cores": str(machine.cores) if machine.cores else None,
        "usable cores": str(machine.usable_cores) if machine.usable_cores else None,
        "memory (bytes)": str(machine.memory_bytes) if machine.memory_bytes else None,
        "GPUs": ", ".join(machine.gpus) or "(none)",
        "GPU driver": machine.gpu_driver or "(none)",
        "CUDA": machine.cuda or "(none)",
    }
    for pool in machine.pools:
        text = " ".join(x for x in (pool.version, pool.architecture, pool.layer) if x)
        facts[f"{pool.api} {pool.library}"] = f"{text}, {pool.threads} threads".lstrip(", ")
    facts |= {f"threads of {name}": str(count) for name, count in machine.threads.items()}
    facts |= {f"switch {name}": value for name, value in machine.switches.items()}
    facts |= {f"variable {name}": value for name, value in machine.variables.items()}
    return _with_flags_that_differ_only(facts)


def _with_flags_that_differ_only(facts: dict[str, str | None]) -> Facts:
    flags = facts.pop("processor flags", None)
    facts |= {f"processor flag {flag}": "yes" for flag in (flags or "").split()}
    return facts


def _data(data: Data) -> Facts:
    facts = dict(_files(data.files, "file"))
    for dataset in data.datasets:
        facts[f"dataset {dataset.name} ({dataset.context or 'no context'})"] = dataset.digest
    return facts


def _files(files: tuple[FileDigest, ...], word: str) -> dict[str, str | None]:
    return {f"{word} {f.path}": f"{f.size_bytes} bytes, {f.digest[:12]}" if f.digest else None for f in files}


def _randomness(randomness: Randomness) -> Facts:
    facts: dict[str, str | None] = {
        "entropy root": randomness.root[:12] if randomness.root else None,
        "hash seed": randomness.hash_seed,
    }
    for seed in randomness.seeds:
        place = f" at {seed.file}:{seed.line}" if seed.file else ""
        by = f" (in {seed.package})" if seed.package else ""
        facts[f"seed {seed.api}{by}{place}"] = seed.value
    facts |= {f"first state of {s.generator}": s.digest[:12] for s in randomness.states}
    facts |= {f"draws of {role}": str(count) for role, count in randomness.draws.items()}
    facts |= {f"trace {name}": digest[:12] for name, digest in randomness.trace.items()}
    return facts


def _outputs(outputs: Outputs) -> Facts:
    """Everything but metrics, which have their own table."""
    facts: dict[str, str | None] = {f"model {m.name}": m.digest[:12] for m in outputs.models}
    own = "bis/"
    facts |= _files(tuple(f for f in outputs.artifacts if not f.path.startswith(own)), "artifact")
    facts |= _files(outputs.files, "output file")
    if outputs.stdout is not None:
        facts["stdout (without times, dates and addresses)"] = _fingerprint(without_volatile(outputs.stdout)[0])
    if outputs.stderr_in_stdout:
        facts["stderr"] = "in stdout"
    for cell in outputs.cells:
        key = f"output of cell {cell.position} ({cell.kind})"
        facts[key] = _fingerprint(without_volatile(cell.text)[0])
    facts["exit code"] = None if outputs.exit_code is None else str(outputs.exit_code)
    failure = outputs.failure
    facts["failure"] = (
        "(none)" if failure is None else f"{failure.stage}: {failure.message.strip().partition(chr(10))[0][:100]}"
    )
    return facts


_FACTS: dict[str, Callable[..., Facts]] = {
    "code": _code,
    "parameters": _parameters,
    "environment": _environment,
    "machine": _machine,
    "data": _data,
    "randomness": _randomness,
    "outputs": _outputs,
}
