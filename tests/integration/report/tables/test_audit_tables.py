"""Tables: rows that lead to lines, cells that no spreadsheet runs, files that are whole or not there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PEAK = """
import re, sys, pathlib
from bis.report.tables.audit_tables import CsvTable, write_parquet
folder, rows = pathlib.Path(sys.argv[1]), int(sys.argv[2])
with CsvTable(folder / "t.csv", ("project", "reason", "file", "line")) as table:
    for i in range(rows):
        table.add({"project": f"owner/name{i}", "reason": f"the reason {i} of it", "file": f"src/{i}.py", "line": i})
write_parquet(folder / "t.parquet", folder / "t.csv")
print(int(re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1]) // 1024)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of a process is read from /proc")
def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    """Ten times the rows (12 MB of CSV more) take about the same memory."""
    peaks = []
    for rows in (20_000, 200_000):
        command = [sys.executable, "-c", PEAK, str(tmp_path), str(rows)]
        peaks.append(int(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
    assert peaks[1] < 230, peaks
    assert peaks[1] - peaks[0] < 60, peaks
