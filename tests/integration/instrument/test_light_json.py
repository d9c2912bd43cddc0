"""JSON without the package `json`: the same texts and values."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import bis


def test_another_interpreter_does_without_the_c_functions() -> None:
    """Where the private module is missing `json` itself gives the same results."""
    code = (
        "import sys\nsys.modules['_json'] = None\nfrom bis.instrument.light_json import encoded, parsed\n"
        "text = encoded({'a': [1.5, 'ü', '\\udcff', {1}]})\n"
        'assert text == \'{"a": [1.5, "ü", "\\\\udcff", "{1}"]}\'.encode(), text\n'
        "assert parsed(text.decode())['a'][:2] == [1.5, 'ü']\nassert 'json' in sys.modules"
    )
    environ = {**os.environ, "PYTHONPATH": str(Path(bis.__file__).parents[1])}
    subprocess.run([sys.executable, "-c", code], check=True, env=environ)
