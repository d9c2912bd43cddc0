"""What a program says on standard error, without what libraries and the interpreter say there."""

from __future__ import annotations

import re

# Of the program's surroundings: they hold places in source files, ports, numbers of processes.
_OF_LIBRARIES = re.compile(
    r"""
    ^\S*:\d+:\ \w*(?:Warning|Error)\b.*          # warnings.warn
    | ^\d{4}[-/]\d\d[-/]\d\d[ ]\d\d:\d\d:\d\d\S*\ (?:INFO|WARNING|ERROR|DEBUG)\ (?:mlflow|alembic)\b.*
    | ^(?:INFO|WARNI|WARNING)\s+\[?(?:alembic|mlflow)\b.*
    | ^(?:INFO|WARNING|ERROR|DEBUG):(?:alembic|mlflow|matplotlib|urllib3|git|h5py|numexpr)\b.*
    | ^\d{4}-\d\d-\d\d[ ]\d\d:\d\d:\d\d\.\d+:\ [IWEF]\ .*    # TensorFlow
    | ^[IWEF]\d{4,8}\ \d\d:\d\d:\d\d.*                       # absl, gRPC, XLA
    | ^WARNING:\ All\ log\ messages\ before\ absl.*
    | ^(?:To\ enable\ the\ following\ instructions|WARNING:absl|WARNING:tensorflow|NumExpr\ ).*
    | ^(?:Collecting|Downloading|Requirement\ already|Installing|Successfully\ installed)\b.*   # pip
    | ^(?:\[notice\]|WARNING:\ Running\ pip)\ .*
    | ^bis:\ .*
    """,
    re.VERBOSE,
)
_BEGINS = re.compile(r"^Traceback\ \(most\ recent\ call\ last\):", re.VERBOSE)
_TRACEBACK = re.compile(
    r"""^(?:Traceback\ \(most\ recent\ call\ last\):|\ \ File\ ".*",\ line\ \d+.*|\ \ \ \ .*
    |\w+(?:\.\w+)*(?:Error|Exception|Interrupt|Exit|Warning)\b.*)$""",
    re.VERBOSE,
)


def own_lines(text: str) -> str:
    """The lines that may be the program's own; those of warnings and tracebacks are taken out with their source."""
    kept = []
    after_warning = in_traceback = False
    for line in text.split("\n"):
        shown = line.rsplit("\r", 1)[-1]
        if after_warning and line.startswith("  "):  # the line of source that a warning quotes
            after_warning = False
            continue
        after_warning = False
        in_traceback = in_traceback or _BEGINS.match(line) is not None
        if in_traceback and _TRACEBACK.match(line):
            in_traceback = line[:1] in {"T", " "}
            continue
        in_traceback = False
        if _OF_LIBRARIES.match(shown):
            after_warning = True
            continue
        kept.append(line)
    return "\n".join(kept)
