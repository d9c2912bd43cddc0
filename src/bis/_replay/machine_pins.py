"""Variables that make libraries compute on this machine as they did on the recorded one: threads and kernels."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bis.model.facets import Machine


def thread_counts(machine: Machine) -> dict[str, int]:
    """How many threads each library had, under the variable that sets it."""
    default = machine.usable_cores
    if default < 1:
        return {}

    def of_pools(word: str) -> int:
        counts = [p.threads for p in machine.pools if word in f"{p.api} {p.library}".lower() and p.threads > 0]
        return max(counts, default=0)

    openmp = max(of_pools("openmp"), of_pools("libgomp"), machine.threads.get("torch.intraop", 0)) or default
    return {
        "OMP_NUM_THREADS": openmp,
        "OPENBLAS_NUM_THREADS": of_pools("openblas") or default,
        "MKL_NUM_THREADS": of_pools("mkl") or openmp,
        "BLIS_NUM_THREADS": of_pools("blis") or default,
        "NUMEXPR_NUM_THREADS": machine.threads.get("numexpr") or default,
        "TF_NUM_INTRAOP_THREADS": machine.threads.get("tensorflow.intraop") or default,
        "TF_NUM_INTEROP_THREADS": machine.threads.get("tensorflow.interop") or default,
        "LOKY_MAX_CPU_COUNT": default,
    }


def kernel_pins(old: Machine, new: Machine) -> dict[str, str]:
    """Variables that make libraries take the recorded kernels, where this CPU would have them take others."""
    if not old.cpu_flags or not new.cpu_flags or set(old.cpu_flags) == set(new.cpu_flags):
        return {}
    pinned = {}
    core = next(
        (p.architecture for p in old.pools if "openblas" in f"{p.api} {p.library}".lower() and p.architecture), ""
    )
    if core:
        pinned["OPENBLAS_CORETYPE"] = core
    wide = any(f.startswith("avx512") for f in new.cpu_flags)
    if wide and "avx2" in old.cpu_flags and not any(f.startswith("avx512") for f in old.cpu_flags):
        pinned |= {"ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2"}
    return pinned
