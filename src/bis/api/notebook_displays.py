"""What notebooks show of the values that the verbs give: ``_repr_html_``, which Jupyter and others look for.

The values know no words and no pages; they get the method when the first verb is asked for: the verbs make them.
"""

from __future__ import annotations

from typing import Any

from bis.model.attribution import Attribution
from bis.model.project_audit import ProjectAudit
from bis.model.record import Record
from bis.model.record_difference import RecordDifference
from bis.model.verdict import Verdict

_DISPLAYS = {
    Attribution: "attribution_display",
    ProjectAudit: "audit_display",
    Record: "record_display",
    RecordDifference: "difference_display",
    Verdict: "verdict_display",
}


def attach_displays() -> None:
    """Give the values their displays; what these need is loaded when one is shown."""
    for kind, name in _DISPLAYS.items():
        setattr(kind, "_repr_html_", _display(name))  # noqa: B010 - the class does not declare it


def _display(name: str) -> Any:
    def shown(value: object) -> str:
        from bis.report.html import displays  # late: templates are for those who look at a value in a notebook

        return str(getattr(displays, name)(value))

    shown.__name__ = "_repr_html_"
    return shown
