"""The machine facet, on this machine and on described ones."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from bis.evidence.redaction import REDACTED, Redactor
from bis.instrument.runtime_probe import inprocess_machine_facts
from bis.model.facets import Status, ThreadPool
from bis.record.probes.machine import probe_machine, usable_cores

if TYPE_CHECKING:
    from pathlib import Path
_INTEL = """processor\t: 0
model name\t: Intel(R) Xeon(R)
siblings\t: 4
cpu cores\t: 2
flags\t\t: sse avx2 fma
"""
_ARM = "processor\t: 0\nFeatures\t: fp asimd sve\nCPU implementer\t: 0x41\nCPU part\t: 0xd40\n"


def _place(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def test_this_machine_is_known() -> None:
    """On Linux every field that a machine has is filled."""
    machine = probe_machine(environ={"OMP_NUM_THREADS": "2"})
    assert machine.status is Status.RECORDED, machine.reasons
    assert machine.system
    assert machine.libc
    assert machine.cpu_flags == tuple(sorted(machine.cpu_flags))
    assert 1 <= machine.usable_cores <= (os.cpu_count() or 1)
    assert machine.memory_bytes > 1 << 28
    assert machine.variables == {"OMP_NUM_THREADS": "2"}


def test_described_machines(tmp_path: Path) -> None:
    """Model, flags and physical cores are read from the kernel's files, of x86 and of ARM."""
    intel = probe_machine(
        environ={},
        system_root=_place(tmp_path / "i", {"proc/cpuinfo": _INTEL, "etc/os-release": 'PRETTY_NAME="Debian 12"\n'}),
    )
    assert (intel.cpu_model, intel.cpu_flags) == ("Intel(R) Xeon(R)", ("avx2", "fma", "sse"))
    assert intel.cores == max(1, (os.cpu_count() or 0) // 2)
    assert intel.system.endswith("(Debian 12)")
    arm = probe_machine(environ={}, system_root=_place(tmp_path / "a", {"proc/cpuinfo": _ARM}))
    assert (arm.cpu_model, arm.cpu_flags) == ("cpu implementer 0x41 cpu part 0xd40", ("asimd", "fp", "sve"))


def test_unknown_machine_is_partial(tmp_path: Path) -> None:
    """Where nothing can be read, nothing is made up."""
    machine = probe_machine(environ={}, system_root=tmp_path)
    assert machine.status is Status.PARTIAL
    assert "the CPU flags are not known" in machine.reasons


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/cpu.max": "100000 100000\n"}, 1),
        ({"proc/self/cgroup": "0::/a\n", "sys/fs/cgroup/a/cpu.max": "50000 100000\n"}, 1),
        ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "max 100000\n"}, None),
        (
            {
                "proc/self/cgroup": "4:cpu,cpuacct:/k\n",
                "sys/fs/cgroup/cpu/k/cpu.cfs_quota_us": "90000\n",
                "sys/fs/cgroup/cpu/k/cpu.cfs_period_us": "100000\n",
            },
            1,
        ),
        ({"proc/self/cgroup": "0::/../..\n", "sys/fs/cgroup/cpu.max": "garbage\n"}, None),
    ],
)
def test_quota_of_control_groups(tmp_path: Path, files: dict[str, str], expected: int | None) -> None:
    """The smallest quota on the way up counts, in both versions of control groups."""
    assert usable_cores(_place(tmp_path, files)) == (expected or len(os.sched_getaffinity(0)))


def test_variables_are_recorded_by_allow_list_only() -> None:
    """No variable that is not on the list is recorded, and a secret on it is not shown."""
    environ = {
        "OPENBLAS_NUM_THREADS": "1", "TF_ENABLE_ONEDNN_OPTS": "0", "TF_VAR_password": "x1y2z3", "AWS_REGION": "eu",
        "PATH": "/bin", "MKL_LICENSE_KEY": "abcdef123", "PYTHONHASHSEED": "7", "TF_TOKEN_app": "abcdef",
    }  # fmt: skip
    machine = probe_machine(environ=environ, redactor=Redactor(environ))
    assert machine.variables == {
        "OPENBLAS_NUM_THREADS": "1", "TF_ENABLE_ONEDNN_OPTS": "0", "PYTHONHASHSEED": "7", "MKL_LICENSE_KEY": REDACTED,
    }  # fmt: skip


def test_pools_of_numpy_are_found() -> None:
    """The BLAS of a program that uses NumPy is named with its effective number of threads."""
    import numpy as np

    np.ones((2, 2)) @ np.ones((2, 2))
    facts = inprocess_machine_facts()
    pools = tuple(ThreadPool(**pool) for pool in facts["pools"])
    assert all(isinstance(p, ThreadPool) for p in pools)
    assert any(p.api == "blas" and p.threads >= 1 for p in pools)
    assert facts["switches"]["python.hash_randomization"] in {"0", "1"}
