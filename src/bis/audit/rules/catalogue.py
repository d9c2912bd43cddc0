"""The list of all rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

RULES: tuple[ModuleType, ...] = ()
