"""An absolute path of one machine.

## What it does
Finds literal paths below a user's home, a drive, a mount or a hosted notebook's own folder, and below any other folder
that no image has where they are those of data, of a program that is run or of modules (`sys.path.append`). Left alone
are tests, folders where programs are installed, those of an image's user as well, hidden ones of one's own home
(`~/.cache`), those within a container, and what a variable of the environment falls back to
(`os.getenv("DATA", "/mnt/data")`): others set that variable and change no code.

## Why is this bad?
The program runs on one machine, for one user.

## Example
```python
data = pd.read_csv("/home/ada/churn/data.csv")
```

## Use instead
```python
data = pd.read_csv(Path(__file__).parent / "data.csv")
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.questions import literals
from bis._audit.rule_contract import Rule
from bis.model.project_audit import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.questions.analysis import Analysis
    from bis.model.project_audit import Finding

RULE = Rule("BIS403", "absolute-path", Severity.WARNING, Confidence.HIGH)

_LONGEST = 60


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report each such literal."""
    for place, text in sorted(set(literals.absolute_paths_with_text(analysis))):
        shown = text if len(text) <= _LONGEST else text[:_LONGEST] + "..."
        yield RULE.at(place, f"an absolute path of one machine: {shown}")
