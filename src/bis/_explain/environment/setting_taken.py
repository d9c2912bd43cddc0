"""Whether libraries took a setting, by what they themselves say at the end of a replay. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._explain.environment.emulated_cpus import CPUS
from bis._explain.environment.settings import SettingKind
from bis.model.statement import Statement, StatementCode, statement

if TYPE_CHECKING:
    from bis._explain.environment.environment_change import EnvironmentChange
    from bis.model.library_state import LibraryState


# Builds of OpenBLAS without kernels of their own for a processor take those of another one, and say so.
_SAID_FOR = {"Zen": "haswell", "Cooperlake": "skylakex"}


def not_taken(change: EnvironmentChange, state: LibraryState | None) -> tuple[Statement, ...]:
    """Statements about libraries that were loaded and do not have the setting, or about there being none.

    Parameters
    ----------
    change : EnvironmentChange
        What was set.
    state : LibraryState or None
        Of a replay with it.
    """
    if state is None or change.setting.kind not in _LOOKS:
        return ()
    seen = _LOOKS[change.setting.kind](change, state)
    if not seen:
        return (statement(StatementCode.SETTING_REACHES_NOTHING, setting=change.setting.name),)
    without = tuple(sorted(name for name, taken in seen.items() if not taken))
    return (statement(StatementCode.SETTING_NOT_TAKEN, libraries=without),) if without else ()


def _threads(change: EnvironmentChange, state: LibraryState) -> dict[str, bool]:
    seen = {p.library or p.api: str(p.threads) == change.changed for p in state.pools if p.threads > 0}
    for name in ("torch.intraop", "numexpr"):
        if name in state.threads:
            seen[name] = str(state.threads[name]) == change.changed
    if "tensorflow.intraop" in state.threads:  # it says 0 where it takes what the variable says
        seen["tensorflow.intraop"] = str(state.threads["tensorflow.intraop"]) in {"0", change.changed}
    return seen


def _cpu(change: EnvironmentChange, state: LibraryState) -> dict[str, bool]:
    cpu = CPUS[change.changed]
    seen = {
        p.library or p.api: p.architecture.lower() in {cpu.openblas.lower(), _SAID_FOR.get(cpu.openblas)}
        for p in state.pools
        if p.architecture and "openblas" in f"{p.library} {p.api}".lower()
    }
    if "torch.cpu_capability" in state.switches:
        seen["torch"] = state.switches["torch.cpu_capability"].lower() == cpu.torch
    return seen


def _onednn(_change: EnvironmentChange, state: LibraryState) -> dict[str, bool]:
    wanted = {"torch.mkldnn": "False", "tensorflow.onednn": "0"}
    return {name: state.switches[name] == off for name, off in wanted.items() if name in state.switches}


def _determinism(_change: EnvironmentChange, state: LibraryState) -> dict[str, bool]:
    names = ("torch.deterministic_algorithms", "tensorflow.op_determinism")
    return {name: state.switches[name] == "True" for name in names if name in state.switches}


_LOOKS = {
    SettingKind.THREADS: _threads,
    SettingKind.CPU: _cpu,
    SettingKind.ONEDNN: _onednn,
    SettingKind.DETERMINISM: _determinism,
}
