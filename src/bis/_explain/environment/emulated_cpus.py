"""Processors whose kernels the numerical libraries of another one can be made to take, on x86-64."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

_AVX = frozenset({"avx", "sse4_2", "popcnt"})
_AVX2 = _AVX | {"avx2", "fma"}
_AVX512 = _AVX2 | {"avx512f", "avx512cd", "avx512dq", "avx512bw", "avx512vl"}
# What NumPy chooses from at run time; it renamed its choices in 2.4.
_NUMPY_NEW = ("X86_V3", "X86_V4", "AVX512_ICL", "AVX512_SPR")
_NUMPY_OLD = ("AVX", "F16C", "FMA3", "AVX2", "AVX512F", "AVX512CD", "AVX512_SKX", "AVX512_CLX", "AVX512_CNL")
_NUMPY_OLD_LATE = ("AVX512_ICL", "AVX512_SPR")
_RENAMED_IN = (2, 4)
_SPR_SINCE = (1, 25)


@dataclass(frozen=True, slots=True)
class EmulatedCpu:
    """What each library is told, so that it takes the kernels for this processor.

    `flags` must be among those of the processor that it runs on. `numpy` are the highest choices of NumPy that remain,
    by the names since 2.4 and by those of before.
    """

    flags: frozenset[str]
    openblas: str
    torch: str
    onednn: str
    mkl: str
    numpy: tuple[tuple[str, ...], tuple[str, ...]]


CPUS: dict[str, EmulatedCpu] = {
    "nehalem": EmulatedCpu(frozenset({"sse4_2"}), "Nehalem", "default", "SSE41", "SSE4_2", ((), ())),
    "sandybridge": EmulatedCpu(_AVX, "Sandybridge", "default", "AVX", "AVX", ((), _NUMPY_OLD[:1])),
    "haswell": EmulatedCpu(_AVX2, "Haswell", "avx2", "AVX2", "AVX2", (_NUMPY_NEW[:1], _NUMPY_OLD[:4])),
    "zen": EmulatedCpu(_AVX2, "Zen", "avx2", "AVX2", "AVX2", (_NUMPY_NEW[:1], _NUMPY_OLD[:4])),
    "skylakex": EmulatedCpu(_AVX512, "SkylakeX", "avx512", "AVX512_CORE", "AVX512", (_NUMPY_NEW[:2], _NUMPY_OLD[:7])),
    "cooperlake": EmulatedCpu(
        _AVX512 | {"avx512_vnni", "avx512_bf16"},
        "Cooperlake",
        "avx512",
        "AVX512_CORE_BF16",
        "AVX512_E1",
        (_NUMPY_NEW[:2], _NUMPY_OLD[:8]),
    ),
}


def possible_cpus(flags: Collection[str]) -> tuple[str, ...]:
    """Those processors that a machine with these CPU flags can stand for."""
    there = set(flags)
    return tuple(name for name, cpu in CPUS.items() if cpu.flags <= there)


def kernel_variables(cpu: EmulatedCpu, numpy_version: str) -> dict[str, str]:
    """The environment variables that make libraries take the kernels for a processor.

    NumPy has names of its own for what it is to leave out, which depend on its version (empty: it is not installed).
    """
    variables = {
        "OPENBLAS_CORETYPE": cpu.openblas,
        "ATEN_CPU_CAPABILITY": cpu.torch,
        "DNNL_MAX_CPU_ISA": cpu.onednn,
        "ONEDNN_MAX_CPU_ISA": cpu.onednn,
        "MKL_CBWR": cpu.mkl,
    }
    if numpy_version:
        variables["NPY_DISABLE_CPU_FEATURES"] = " ".join(_left_out(cpu, numpy_version))
    return variables


def _left_out(cpu: EmulatedCpu, version: str) -> tuple[str, ...]:
    numbers = tuple(int(n) for n in re.findall(r"\d+", version)[:2])
    new, old = cpu.numpy
    if numbers >= _RENAMED_IN:
        return tuple(name for name in _NUMPY_NEW if name not in new)
    known = _NUMPY_OLD + (_NUMPY_OLD_LATE if numbers >= _SPR_SINCE else _NUMPY_OLD_LATE[:1])
    return tuple(name for name in known if name not in old)
