"""What of a notebook or script is not run, and what is left alone."""

from __future__ import annotations

import pytest

from bis.notebooks.line_skipping import CellChanger, blocking_calls
from bis.notebooks.shell_commands import Ground

BOTH = frozenset(Ground)

BLOCKING = [
    "!mlflow ui",
    "!mlflow server --host 0.0.0.0 --port 5000",
    "!mlflow models serve -m models:/a/1 -p 1234",
    "!MLFLOW_X=1 nohup mlflow ui",
    "!python -m mlflow ui",
    "!cd project && mlflow ui",
    "%tensorboard --logdir logs",
    "!tensorboard --logdir logs",
    "!streamlit run app.py",
    "!python -m http.server 8000",
    "!python3.11 -u -m http.server",
    "!jupyter lab --no-browser",
    "!uv run mlflow ui",
    "!bash -c 'mlflow ui'",
    "!mlflow ui &",
    "!!mlflow ui",
    "!mlflow \\\n  ui",
    "%sx mlflow ui",
    'get_ipython().system("mlflow ui")',
    'get_ipython().run_line_magic("tensorboard", "--logdir x")',
    'import subprocess\nsubprocess.run(["mlflow", "ui"])',
    'import subprocess as sp\nsp.Popen(["mlflow", "ui"])',
    'from subprocess import run\nrun("mlflow ui", shell=True)',
    'import os\nos.system("mlflow ui")',
    'import os\nos.system(f"mlflow ui --port {port}")',
    'cmd = ["mlflow", "server"]\nimport subprocess\nsubprocess.call(cmd)',
    'import subprocess\nsubprocess.run("mlflow ui".split())',
    'import uvicorn\nuvicorn.run("app:app")',
    "from flask import Flask\napp = Flask(__name__)\napp.run(debug=True)",
    'from http.server import HTTPServer\nHTTPServer(("", 80), None).serve_forever()',
    "%%bash\nmlflow ui",
]
INSTALLS = [
    "!pip install mlflow",
    "!pip3 install -q mlflow 2>&1 | tail -1",
    "%pip install mlflow==3.0",
    "pip install mlflow",
    "!conda install -y scipy",
    "%conda install scipy",
    "!sudo apt-get -y install graphviz",
    "!apt-get install graphviz",
    "!{sys.executable} -m pip install mlflow",
    "!uv pip install mlflow",
    "!python setup.py install",
    "!pip uninstall -y keras",
    "%%bash\npip install a\napt-get install b",
    "%%sh\npip install a",
    'import subprocess, sys\nsubprocess.check_call([sys.executable, "-m", "pip", "install", "x"])',
    'import os\nos.system("pip install x")',
]
HARMLESS = [
    "# !mlflow ui",
    "print('!mlflow ui')",
    'text = """\n!mlflow ui\n%pip install x\n"""',
    "x = (1\n%pip)",
    "!mlflow run . -P alpha=1",
    "!mlflow --version",
    "!mlflow ui --help",
    "!pip list",
    "!pip freeze > requirements.txt",
    "!echo mlflow ui",
    "!tensorboard --version",
    "!jupyter nbconvert --to script a.ipynb",
    "!python train.py --mode ui",
    "!python -c 'import mlflow'",
    "!conda env list",
    "%matplotlib inline",
    "%timeit pip",
    "mlflow.start_run?",
    'subprocess.run(["mlflow", "runs", "list"])',
    "run = mlflow.start_run()\nmodel.run()",
    "%%writefile serve.sh\nmlflow ui",
    "%%html\n!mlflow ui",
    "def broken(:\n    pass",
    "pip = 3\npip",
]


@pytest.mark.parametrize("source", BLOCKING)
def test_what_starts_a_server_is_taken_out(source: str) -> None:
    """A line that starts a server goes, where servers are to be skipped, and only then."""
    taken = CellChanger(frozenset({Ground.BLOCKING})).redact(source)
    left = CellChanger(frozenset({Ground.INSTALL})).redact(source)
    assert (len(taken.skipped), left.source, left.skipped) == (1, source, ())
    assert "server" in taken.skipped[0].why


@pytest.mark.parametrize("source", INSTALLS)
def test_what_installs_is_taken_out(source: str) -> None:
    """A line that installs goes, where installations are to be skipped, and only then."""
    taken = CellChanger(frozenset({Ground.INSTALL})).redact(source)
    left = CellChanger(frozenset({Ground.BLOCKING})).redact(source)
    assert (len(taken.skipped), left.source, left.skipped) == (1, source, ())
    assert "changes the environment" in taken.skipped[0].why


@pytest.mark.parametrize("source", HARMLESS)
def test_what_looks_alike_is_left(source: str) -> None:
    """Comments, strings, other commands and text that is not Python stay as they are."""
    redaction = CellChanger(BOTH).redact(source)
    assert (redaction.source, redaction.skipped) == (source, ())


def test_lines_keep_their_numbers_and_indentation() -> None:
    """Only the line that is objected to is replaced; a call over several lines leaves blank ones."""
    source = "for p in packages:\n    !pip install {p}\n    use(p)\nsubprocess.run(\n    ['mlflow', 'ui'],\n)\nlast = 1"
    redacted = CellChanger(BOTH).redact(source).source
    assert redacted is not None
    lines = redacted.split("\n")
    assert lines[1] == "    pass  # bis: skipped, changes the environment: pip install"
    assert lines[2] == "    use(p)"
    assert lines[3] == "pass  # bis: skipped, starts a server and does not return: mlflow ui"
    assert lines[4:] == ["", "", "last = 1"]


def test_statements_beside_it_on_a_line_stay() -> None:
    """Of several statements in a line only the one goes, also after characters of several bytes."""
    redaction = CellChanger(BOTH).redact('name = "é"; os.system("pip install x"); later = 1')
    assert redaction.source == 'name = "é"; pass; later = 1'


def test_commands_beside_it_in_a_shell_line_stay() -> None:
    """A shell line that also trains still trains."""
    redaction = CellChanger(BOTH).redact("!pip install x && python train.py")
    assert redaction.source == "!true && python train.py"


def test_a_condition_on_it_sees_success() -> None:
    """A call in the head of an `if` becomes 0, the exit code of success."""
    redaction = CellChanger(BOTH).redact('if os.system("pip install x") != 0:\n    raise SystemExit')
    assert redaction.source == "if 0 != 0:\n    raise SystemExit"


def test_a_with_block_around_a_server_goes_as_a_whole() -> None:
    """Statements inside of the block would need the process."""
    source = 'import subprocess\nwith subprocess.Popen(["mlflow", "ui"]) as p:\n    p.wait()\nlast = 1'
    redaction = CellChanger(BOTH).redact(source)
    assert redaction.source is not None
    assert redaction.source.split("\n")[2:] == ["", "last = 1"]


def test_names_reach_from_cell_to_cell() -> None:
    """An import, an application and a process of an earlier cell are known in a later one."""
    redactor = CellChanger(BOTH)
    redactor.redact("import subprocess as sp\nfrom flask import Flask\napp = Flask('a')")
    process = redactor.redact('server = sp.Popen(["mlflow", "ui"])')
    assert process.source == "server = None  # bis: skipped, starts a server in the background: mlflow ui"
    assert redactor.redact("app.run()").source is None
    assert redactor.redact("server.terminate()").source is None


def test_a_cell_with_nothing_else_is_dropped() -> None:
    """A cell of nothing but installations does not run; one with an import does."""
    assert CellChanger(BOTH).redact("# packages\n!pip install a\n%pip install b\n").source is None
    assert CellChanger(BOTH).redact("!pip install a\nimport a").source is not None


def test_a_shell_cell_keeps_its_other_lines() -> None:
    """In a %%bash cell the offending line alone is replaced."""
    redaction = CellChanger(BOTH).redact("%%bash\nmkdir data\npip install x\nls")
    assert redaction.source == "%%bash\nmkdir data\ntrue  # bis: skipped, changes the environment: pip install\nls"


def test_a_script_is_reported_by_line() -> None:
    """Calls of a plain script are listed by line, in a guarded main as well."""
    source = (
        'import os\nimport uvicorn\n\nif __name__ == "__main__":\n    os.system("mlflow ui")\n    uvicorn.run("a:b")\n'
    )
    assert blocking_calls(source) == (
        (5, "starts a server and does not return: mlflow ui"),
        (6, "starts a server and does not return: uvicorn.run"),
    )
    assert blocking_calls("print 1") == ()
