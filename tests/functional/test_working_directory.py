"""Programs that are started in a folder outside of their project."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.functional.scene import Project

PROGRAM = """\
import json, os
print(open("data.csv").read(), open("../shared/s.csv").read(), open("sub/x.csv").read())
print(open(os.path.join(os.path.dirname(__file__), "conf.json")).read())
json.dump({"rows": 3}, open("sub/metrics.json", "w"))
os.chdir("../shared")
print(open("s.csv").read())
"""


def test_files_of_the_working_directory_are_where_they_were(new_project: Callable[..., Project]) -> None:
    """A replay finds what the program read there and beside it, also after `chdir`; what it wrote is compared."""
    project = new_project("elsewhere")
    base = project.folder
    for name, text in {"b/data.csv": "1", "shared/s.csv": "2", "b/sub/x.csv": "3", "a/src/conf.json": "{}"}.items():
        (base / name).parent.mkdir(parents=True, exist_ok=True)
        (base / name).write_text(text)
    (base / "a/src/train.py").write_text(PROGRAM)
    (base / "a/setup.cfg").touch()
    there = replace(project, folder=base / "b")
    run_id = there.record("../a/src/train.py")
    record = there.store.read(run_id).record
    assert [f.path for f in record.outputs.files] == ["../b/sub/metrics.json"]
    replay = project.bis("replay", run_id, "-n", "1")
    assert replay.out.startswith("bitwise"), replay.out + replay.err
    assert "1 of 1 output file: same bytes" in replay.out
    assert "working directory" not in replay.out
