from __future__ import annotations

import ast

import pytest

from bis._audit.parsing.blocking_cells import ServerWatch, blocking_loops, may_loop
from bis.notebooks.cell_syntax import parse_cell


def _cells(*cells: str) -> list[tuple[int, ...]]:
    watch, found = ServerWatch(), []
    for cell in cells:
        syntax = parse_cell(cell)
        tree = ast.parse("\n".join(syntax.python))
        found.append(tuple(line for line, _why in watch.python(tree, syntax.magics)) if watch.wants(cell) else ())
    return found


@pytest.mark.parametrize(
    "cell",
    [
        "!mlflow ui", "!mlflow ui --port 5001 > log", "!cd x && mlflow server", "import uvicorn\nuvicorn.run(app)",
        "from flask import Flask\napp = Flask('x')\nif True:\n    app.run()", "os.system('mlflow ui')",
        "subprocess.run(['mlflow', 'ui'])",
        "import subprocess as sp\nsp.check_call('tensorboard --logdir x', shell=True)",
        "get_ipython().system('streamlit run app.py')", "p = subprocess.Popen(['mlflow', 'ui'])\np.wait()",
        "def serve():\n    uvicorn.run(app)\n\nserve()", "server.serve_forever()",
    ],
)  # fmt: skip
def test_servers_in_the_foreground_block(cell: str) -> None:
    """A cell that starts a server and waits for it does not return; the line is that of the call."""
    (lines,) = _cells(cell)
    assert lines == (len(cell.split("\n")),)


@pytest.mark.parametrize(
    "cell",
    [
        "!mlflow ui &", "!nohup mlflow ui > log 2>&1 &", "!mlflow run .", "!mlflow ui --help",
        "%tensorboard --logdir x",
        "subprocess.Popen(['mlflow', 'ui'])", "# !mlflow ui", "print('!mlflow ui')", "'''\n!mlflow ui\n'''",
        "def serve():\n    uvicorn.run(app)", "Thread(target=lambda: uvicorn.run(app)).start()",
        "def serve():\n    !mlflow ui\nThread(target=serve).start()", "os.system('mlflow ui &')",
        "import dash\napp = dash.Dash()\napp.run_server(mode='inline')", "if False:\n    uvicorn.run(app)",
        "!pip install uvicorn", "subprocess.run(['python', 'train.py'])",
    ],
)  # fmt: skip
def test_what_returns_is_left_alone(cell: str) -> None:
    """Servers in the background, in threads, in functions that nobody calls, and look-alikes do not block."""
    assert _cells(cell) == [()]


def test_cells_know_the_cells_before() -> None:
    """Aliases, applications, functions and processes of earlier cells are remembered, and forgotten when replaced."""
    cells = [
        "from flask import Flask", "app = Flask('x')", "app.run()", "def go():\n    app.run()", "go()",
        "def go():\n    print('app.run')", "go()", "import subprocess as sp",
        "p = sp.Popen(['mlflow', 'ui'])", "p.wait()",
    ]  # fmt: skip
    assert _cells(*cells) == [(), (), (1,), (), (1,), (), (), (), (), (1,)]


def test_half_written_cells_still_show_their_magics() -> None:
    """Without a tree, the lines for the shell are told all the same."""
    found = ServerWatch().python(None, parse_cell("x = (\n)\n!mlflow ui\nfor").magics)
    assert found == ((3, "starts a server and does not return: mlflow ui"),)


def test_shell_cells() -> None:
    """Each command of a shell cell is looked at, with its line in the cell."""
    assert ServerWatch().shell("cd x\nmlflow ui\ntensorboard --logdir y &\n", 2) == (
        (3, "starts a server and does not return: mlflow ui"),
    )


@pytest.mark.parametrize(
    "text",
    [
        "while True: pass", "while 1:\n    time.sleep(1)", "while (True):\n  for x in y:\n    break",
        "while True:\n    def f():\n        return 1", "try:\n    while True: f()\nexcept KeyboardInterrupt:\n    pass",
        "if __name__ == '__main__':\n    while True:\n        poll()",
    ],
)  # fmt: skip
def test_endless_loops(text: str) -> None:
    """A loop that nothing in it leaves never ends, whatever it does meanwhile."""
    assert may_loop(text)
    assert [why for _line, why in blocking_loops(ast.parse(text))] == ["never ends: while True"]


@pytest.mark.parametrize(
    "text",
    [
        "while True:\n    if f(): break", "while True:\n    for x in y:\n        z\n    else:\n        break",
        "while True:\n    raise E", "while True:\n    sys.exit()", "def f():\n    while True: pass", "while x: pass",
        "try:\n    while True: q.get()\nexcept Empty:\n    pass", "while True:\n    next(it)",
        "if 0:\n    while True: pass",
        "async def f():\n    while True: pass",
    ],
)  # fmt: skip
def test_loops_that_may_end(text: str) -> None:
    """A break of its own, an exception caught around it, or an exit may end a loop; a definition runs nothing."""
    assert blocking_loops(ast.parse(text)) == ()
