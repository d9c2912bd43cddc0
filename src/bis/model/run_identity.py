"""What a run can be told from the other runs of its session by."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

# What MLflow calls a run or model that the program gave no name: "learned-deer-760".
_GENERATED = re.compile(r"[a-z]+-[a-z]+-\d{1,3}")


@dataclass(frozen=True, slots=True)
class RunIdentity:
    """A run of a session, without what came out of it.

    `ordinal` counts the session's runs from 0, in the order in which they were created. `named` says whether the
    program gave the run its name: false where MLflow or its server made it up, None where that was not recorded.
    `parent` is the id of the run that it is nested in, empty where there is none. `params` and `tags` are those that
    the program set; long values are cut.
    """

    run_id: str
    ordinal: int = 0
    name: str = ""
    named: bool | None = None
    parent: str = ""
    params: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def given_name(self) -> str:
        """The name, where the program gave it; empty where it did not, or where the name looks as if it had not."""
        if self.named is None:
            return "" if is_generated(self.name) else self.name
        return self.name if self.named else ""


def is_generated(name: str) -> bool:
    """Whether a name looks like those that MLflow makes up."""
    return _GENERATED.fullmatch(name) is not None
