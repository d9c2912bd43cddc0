"""Questions whose answers are kept with the analysis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.questions.asked_once import asked_once
from tests.unit._audit.small_projects import analysed

if TYPE_CHECKING:
    from bis._audit.parsing.ir import Module
    from bis._audit.questions.analysis import Analysis


def test_the_answer_is_kept_for_one_analysis() -> None:
    """A question is answered once for each project, also after its facts were stated, and again for another project."""
    asked: list[str] = []

    @asked_once
    def number_of_files(analysis: Analysis) -> int:
        asked.append(analysis.project.name)
        return len(analysis.project.modules)

    one, other = analysed({"a.py": "f()"}), analysed({"a.py": "f()", "b.py": "g()"})
    assert [number_of_files(a) for a in (one, one.with_facts({}), other, one)] == [1, 1, 2, 1]
    assert len(asked) == 2


def test_each_file_and_each_way_of_asking_has_its_answer() -> None:
    """What a question is asked about is a part of it."""

    @asked_once
    def named(analysis: Analysis, module: Module, *, loud: bool = False) -> str:
        assert module in analysis.project.modules
        return module.file.upper() if loud else module.file

    one = analysed({"a.py": "f()", "b.py": "g()"})
    a, b = one.project.modules
    answers = [named(one, a), named(one, b), named(one, a, loud=True), named(one, a)]
    assert answers == ["a.py", "b.py", "A.PY", "a.py"]
