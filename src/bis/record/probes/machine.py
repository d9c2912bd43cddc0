"""The machine facet: hardware, system, thread pools and the switches that affect the bits of results."""

from __future__ import annotations

import ctypes.util
import os
import platform
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bis.model.facets import Machine, Status, ThreadPool

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bis.evidence.redaction import Redactor

# The environment variables that are recorded; no other ever is. A name that ends in "*" is a prefix.
VARIABLES = (
    "ATEN_CPU_CAPABILITY",  # which kernels PyTorch takes
    "BLIS_NUM_THREADS",
    "CUBLAS_WORKSPACE_CONFIG",  # determinism of cuBLAS
    "CUDA_LAUNCH_BLOCKING",
    "CUDA_VISIBLE_DEVICES",
    "CUDNN_DETERMINISTIC",
    "DNNL_MAX_CPU_ISA",  # which kernels oneDNN takes
    "GOTO_NUM_THREADS",
    "JAX_ENABLE_X64",
    "JAX_PLATFORMS",
    "KERAS_BACKEND",
    "KMP_*",  # Intel's and LLVM's OpenMP
    "LANG",
    "LC_ALL",
    "LC_NUMERIC",
    "LOKY_MAX_CPU_COUNT",
    "MKL_*",
    "NPY_DISABLE_CPU_FEATURES",
    "NPY_ENABLE_CPU_FEATURES",
    "NUMBA_NUM_THREADS",
    "NUMEXPR_*",
    "NVIDIA_TF32_OVERRIDE",
    "OMP_*",
    "ONEDNN_*",
    "OPENBLAS_*",
    "PYTHONHASHSEED",
    "PYTORCH_CUDA_ALLOC_CONF",
    # Not "TF_*": Terraform keeps secrets in TF_VAR_* and TF_TOKEN_*.
    "TF_AUTOTUNE*",
    "TF_CUDNN_*",
    "TF_DETERMINISTIC_OPS",
    "TF_DISABLE_*",
    "TF_ENABLE_*",
    "TF_FORCE_*",
    "TF_GPU_*",
    "TF_NUM_*",
    "TF_USE_*",
    "TF_XLA_*",
    "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE",
    "TZ",
    "VECLIB_MAXIMUM_THREADS",
    "XLA_FLAGS",
)
_EXACT = frozenset(v for v in VARIABLES if not v.endswith("*"))
_PREFIXES = tuple(v[:-1] for v in VARIABLES if v.endswith("*"))
_TOOL_TIMEOUT_S = 2.0
# The first processors of /proc/cpuinfo are enough; the file of a big server is slow to read in full.
_CPUINFO_BYTES = 1 << 15


@dataclass(frozen=True, slots=True)
class _Cpu:
    model: str = ""
    flags: tuple[str, ...] = ()
    cores: int = 0


@dataclass(frozen=True, slots=True)
class _Gpus:
    names: tuple[str, ...] = ()
    driver: str = ""
    cuda: str = ""
    reason: str = ""


def is_of_machine(name: str) -> bool:
    """Whether an environment variable is recorded with the machine, wherever it is set."""
    return name in _EXACT or name.startswith(_PREFIXES)


def probe_machine(
    *,
    pools: Sequence[ThreadPool] = (),
    threads: Mapping[str, int] | None = None,
    switches_seen: Mapping[str, str] | None = None,
    environ: Mapping[str, str],
    redactor: Redactor | None = None,
    ask_gpu: bool = False,
    system_root: Path = Path("/"),
) -> Machine:
    """Record the machine; what cannot be found out becomes a reason.

    Parameters
    ----------
    pools, threads, switches_seen
        What `bis.instrument.runtime_probe.inprocess_machine_facts` found in the program.
    environ : mapping
        The program's environment; variables in `VARIABLES` are recorded, no other.
    redactor : Redactor, optional
        For the values of these.
    ask_gpu : bool
        Whether to start ``nvidia-smi``, where it is there (up to 2 s).
    system_root : Path
        Where ``proc``, ``sys`` and ``etc`` are.
    """
    reasons: list[str] = []
    cpu = _cpu(system_root)
    if not cpu.model:
        reasons.append("the CPU model is not known")
    if not cpu.flags:
        reasons.append("the CPU flags are not known")
    gpus = _gpus(environ) if ask_gpu else _Gpus()
    if gpus.reason:
        reasons.append(gpus.reason)
    recorded = {k: v for k, v in environ.items() if k in _EXACT or k.startswith(_PREFIXES)}
    if redactor is not None:
        recorded = redactor.variables(recorded)
    memory = _memory(system_root)
    if not memory:
        reasons.append("the size of the memory is not known")
    return Machine(
        status=Status.PARTIAL if reasons else Status.RECORDED,
        reasons=tuple(reasons),
        system=_system(system_root),
        architecture=_architecture(),
        libc=_libc(),
        cpu_model=cpu.model,
        cpu_flags=cpu.flags,
        cores=cpu.cores or os.cpu_count() or 0,
        usable_cores=usable_cores(system_root),
        memory_bytes=memory,
        gpus=gpus.names,
        gpu_driver=gpus.driver,
        cuda=gpus.cuda,
        pools=tuple(pools),
        threads=dict(threads or {}),
        switches=dict(switches_seen or {}),
        variables=dict(sorted(recorded.items())),
    )


def usable_cores(system_root: Path = Path("/")) -> int:
    """How many processors this process may use at once: its affinity, and the quota of its control groups."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = _quota(system_root)
    # Libraries round a share of a core up.
    return count if quota is None else max(1, min(count, -int(-quota // 1)))


def _text(place: Path, limit: int = 1 << 16) -> str:
    """The beginning of a file; empty where it cannot be read."""
    try:
        with place.open("rb") as file:
            return file.read(limit).decode("utf-8", "replace")
    except OSError:
        return ""


def _control_groups(root: Path, controller: str) -> list[Path]:
    """Folders of the control groups of this process that carry a controller, innermost first."""
    result: list[Path] = []
    for line in _text(root / "proc/self/cgroup").splitlines():
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if number == "0" and not controllers:
            base = root / "sys/fs/cgroup"
        elif controller in controllers.split(","):
            base = root / "sys/fs/cgroup" / controller
        else:
            continue
        parts = [p for p in path.split("/") if p and p != ".."]
        result += [base.joinpath(*parts[:n]) for n in range(len(parts), -1, -1)]
    return result


def _quota(root: Path) -> float | None:
    found = []
    for group in _control_groups(root, "cpu"):
        quota, _, period = _text(group / "cpu.max").strip().partition(" ")
        if not quota:
            quota, period = _text(group / "cpu.cfs_quota_us").strip(), _text(group / "cpu.cfs_period_us").strip()
        if quota.isdigit() and period.isdigit() and int(period):
            found.append(int(quota) / int(period))
    return min(found, default=None)


def _memory(root: Path) -> int:
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 0
    limits = [total]
    for group in _control_groups(root, "memory"):
        for name in ("memory.max", "memory.limit_in_bytes"):
            value = _text(group / name).strip()
            if value.isdigit() and int(value):
                limits.append(int(value))
    return min(limits)


def _cpu(root: Path) -> _Cpu:
    text = _text(root / "proc/cpuinfo", _CPUINFO_BYTES)
    if text:
        return _read_cpuinfo(text, os.cpu_count() or 0)
    if sys.platform == "darwin":
        return _darwin_cpu()
    return _Cpu(model=platform.processor())  # on Windows a variable of the environment


def _read_cpuinfo(text: str, logical: int) -> _Cpu:
    fields: dict[str, str] = {}
    for line in text.splitlines():
        key, _, value = line.partition(":")
        fields.setdefault(key.strip().lower(), value.strip())
    # ARM names implementer and part in numbers only.
    part = " ".join(f"{k} {fields[k]}" for k in ("cpu implementer", "cpu part", "cpu revision") if k in fields)
    model = fields.get("model name") or part or fields.get("cpu") or fields.get("hardware", "")
    flags = tuple(sorted(set((fields.get("flags") or fields.get("features", "")).split())))
    per_package, siblings = fields.get("cpu cores", ""), fields.get("siblings", "")
    cores = logical
    if per_package.isdigit() and siblings.isdigit() and int(siblings):
        cores = max(1, logical * int(per_package) // int(siblings))
    return _Cpu(model, flags, cores)


def _darwin_cpu() -> _Cpu:
    keys = ("machdep.cpu.brand_string", "hw.physicalcpu", "machdep.cpu.features", "machdep.cpu.leaf7_features")
    fields: dict[str, str] = {}
    # sysctl fails for a key that this processor lacks, and prints the others.
    for line in (_output(["sysctl", *keys, "hw.optional"]) or "").splitlines():
        key, _, value = line.partition(":")
        fields[key] = value.strip()
    flags = " ".join(fields.get(k, "") for k in keys[2:]).lower().split()
    flags += [k.removeprefix("hw.optional.") for k, v in fields.items() if k.startswith("hw.optional.") and v == "1"]
    cores = fields.get(keys[1], "")
    return _Cpu(fields.get(keys[0], ""), tuple(sorted(set(flags))), int(cores) if cores.isdigit() else 0)


def _system(root: Path) -> str:
    # Not platform.platform(), which may start processes.
    if not hasattr(os, "uname"):
        return f"{platform.system()} {platform.version()}"
    kernel = os.uname()
    name = re.search(r'^PRETTY_NAME="?([^"\n]*)', _text(root / "etc/os-release"), re.MULTILINE)
    return f"{kernel.sysname} {kernel.release}" + (f" ({name[1]})" if name else "")


def _architecture() -> str:
    return os.uname().machine if hasattr(os, "uname") else platform.machine()


def _libc() -> str:
    try:
        found = os.confstr("CS_GNU_LIBC_VERSION")
    except (AttributeError, ValueError, OSError):
        found = None
    if found:
        return found
    if sys.platform.startswith("linux"):
        return " ".join(platform.libc_ver()).strip() or (ctypes.util.find_library("c") or "musl")
    return ""


def _output(command: list[str]) -> str | None:
    """What a program prints; None where it is missing, fails or takes too long."""
    try:
        done = subprocess.run(
            command, capture_output=True, stdin=subprocess.DEVNULL, timeout=_TOOL_TIMEOUT_S, check=False, text=True
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None
    return done.stdout


def _gpus(environ: Mapping[str, str], run: Callable[[list[str]], str | None] = _output) -> _Gpus:
    program = shutil.which("nvidia-smi", path=environ.get("PATH"))
    if program is None:
        return _Gpus()
    listed = run([program, "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"])
    text = None if listed is None else run([program])  # a driver that hangs is asked once
    if text is None or listed is None:
        return _Gpus(reason="nvidia-smi is installed and did not answer: the GPU is not known")
    rows = [[cell.strip() for cell in line.split(",")] for line in listed.splitlines() if line.count(",") == 2]
    cuda = re.search(r"CUDA Version: *([0-9.]+)", text)
    if not rows:
        return _Gpus(reason="nvidia-smi is installed and lists no GPU")
    return _Gpus(tuple(f"{r[0]}, {r[1]}" for r in rows), rows[0][2], cuda[1] if cuda else "")
