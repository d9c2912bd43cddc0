"""Small programs as users write them, drawn from a seed: what they print, read, write and end with does not vary."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

MAIN = "main.py"
RESULTS = "results"


@dataclass(frozen=True, slots=True)
class DrawnProgram:
    """The files of a project; its program is `MAIN`, and writes below `RESULTS` only, or to `carried` files."""

    files: dict[str, str] = field(default_factory=dict)


def draw_program(rng: random.Random) -> DrawnProgram:
    """A program: a few of the things that programs do, in any order."""
    data = {f"data{i}.csv": "".join(f"{rng.random()},{i}\n" for i in range(rng.choice((1, 20, 300)))) for i in range(2)}
    parts = [
        "print('seeded', random.random())",
        "print('read', len(open('data0.csv').read()))",
        "print('read', len(open('data1.csv').read()))\nprint(os.environ.get('LR', 'none'))",
        f"open('{RESULTS}/metrics.json', 'w').write(json.dumps({{'loss': {rng.random()}}}))",
        f"open('{RESULTS}/lines.txt', 'a').writelines(f'{{i}}\\n' for i in range({rng.choice((3, 2000))}))",
        "count = int(open('count.txt').read()) + 1\nopen('count.txt', 'w').write(str(count))\nprint('count', count)",
        f"for i in range({rng.choice((5, 400))}): print('epoch', i, 1 / (i + 1))",
        "print('warning: small data', file=sys.stderr)",
        "print(sorted(os.listdir('.')))",
        f"os.makedirs('{RESULTS}/deep/er', exist_ok=True)\nopen('{RESULTS}/deep/er/x', 'wb').write(bytes(300))",
        "t = threading.Thread(target=lambda: print('thread', len(open('data0.csv').read())))\nt.start()\nt.join()",
    ]
    if rng.random() < 0.1:
        parts.append(
            "done = subprocess.run([sys.executable, '-c', 'print(7, len(open(\"data1.csv\").read()))'],"
            " stdout=subprocess.PIPE)\nprint(done.stdout)"
        )
    rng.shuffle(parts)
    ends = ["", "", "", f"sys.exit({rng.choice((1, 3, 77))})", "raise ValueError('no')", "os._exit(5)"]
    body = [
        "import json, os, random, subprocess, sys, threading",
        f"random.seed({rng.randrange(1000)})",
        *parts[: rng.randrange(3, len(parts) + 1)],
        "sys.stdout.flush()",
        rng.choice(ends),
    ]
    return DrawnProgram({MAIN: "\n".join(body) + "\n", "count.txt": "4", f"{RESULTS}/.keep": "", **data})
