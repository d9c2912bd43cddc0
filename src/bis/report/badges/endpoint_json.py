"""A badge as the JSON document that an endpoint of shields.io answers with.

References
----------
"Endpoint Badge", shields.io documentation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bis.report.badges.verdict_badge import Badge

_SCHEMA_VERSION = 1  # of shields.io


def endpoint_document(badge: Badge) -> dict[str, Any]:
    """The document; its keys are those of shields.io."""
    return {
        "schemaVersion": _SCHEMA_VERSION,
        "label": badge.label,
        "message": badge.message,
        "color": badge.colour,
    }
