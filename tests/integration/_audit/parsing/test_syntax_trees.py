from __future__ import annotations

import subprocess
import sys

import pytest

_HOSTILE = {
    "unary": "'-' * n + '1'",
    "not": "'not ' * n + '1'",
    "brackets": "'(' * n + '1' + ')' * n",
    "open brackets": "'[' * n",
    "attributes": "'a' + '.b' * n",
    "calls": "'a' + '()' * n",
    "subscripts": "'a' + '[0]' * n",
    "sum": "'a' + '+a' * n",
    "sum over lines": "'(a' + chr(10).join('+a' for _ in range(n)) + ')'",
    "elif": "'if a: pass' + chr(10) + 'elif a: pass\\n' * n",
    "lambda": "'lambda:' * n + '1'",
    "choice": "'a' + ' if b else a' * n",
    "formatted": "'f\"' + '{a!r:>{b}}' * n + '\"'",
    "concatenated": "'f\"{a}\" ' * n",
    "indented": "''.join(' ' * i + 'if a:' + chr(10) for i in range(min(n, 1000)))",
    "digits": "'1' * n",
}


@pytest.mark.parametrize("name", _HOSTILE)
def test_hostile_text_neither_crashes_nor_hangs(name: str) -> None:
    """Text made to overflow the parser's stack or to take quadratic time gives a tree or a fault, in a few seconds."""
    code = (
        "from bis._audit.parsing.syntax_trees import syntax_tree\n"
        f"for n in (150, 3_000, 60_000):\n    text = {_HOSTILE[name]}\n    print(type(syntax_tree(text)).__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert set(done.stdout.split()) <= {"Module", "Fault"}
