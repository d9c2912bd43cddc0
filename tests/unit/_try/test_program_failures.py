"""Why programs did not end well. The texts are what real programs and libraries print."""

from __future__ import annotations

import pytest

from bis._try.program_failures import EndOfProgram, diagnosed
from bis.model.tried_project import EvidenceKind, FunnelPlace, Need

_ROOT = "/tmp/out/work"  # noqa: S108 (a path in a text)


def raised(kind: str, message: str, *frames: str) -> EndOfProgram:
    """A program that ended with an exception, as the recorder reports it."""
    lines = "".join(f'  File "{frame.rpartition(":")[0]}", line {frame.rpartition(":")[2]}, in f\n' for frame in frames)
    text = f"Traceback (most recent call last):\n{lines}{kind}: {message}\n"
    return EndOfProgram(kind, f"{kind}: {message}", text, text, 1, root=_ROOT, target="train.py")


def printed(text: str, code: int = 1) -> EndOfProgram:
    """A program of which only what it printed is known."""
    return EndOfProgram(printed=text, exit_code=code, root=_ROOT)


_GAIERROR = "<urlopen error [Errno -3] Temporary failure in name resolution>"
_POOL = (
    "HTTPConnectionPool(host='localhost', port=5001): Max retries exceeded with url: /api (Caused by "
    "NewConnectionError('<urllib3.connection.HTTPConnection object>: Failed to establish a new connection: "
    "[Errno 111] Connection refused'))"
)
_PROXY = (
    "HTTPSConnectionPool(host='huggingface.co', port=443): Max retries exceeded with url: /bert (Caused by "
    "ProxyError('Unable to connect to proxy', OSError('Tunnel connection failed: 403 Forbidden')))"
)
_POSTGRES = 'could not translate host name "postgres" to address: Temporary failure in name resolution\n'
_TORCH = (
    "Found no NVIDIA driver on your system. Please check that you have an NVIDIA GPU and installed a driver from "
    "http://www.nvidia.com/Download/index.aspx"
)
_ARGPARSE = "usage: train.py [-h] --data DATA\ntrain.py: error: the following arguments are required: --data\n"
_CLICK = "Usage: cli.py [OPTIONS] FILE\nTry 'cli.py --help' for help.\n\nError: Missing argument 'FILE'.\n"
_HYDRA = (
    "Error executing job with overrides: []\n"
    "omegaconf.errors.MissingMandatoryValue: Missing mandatory value: data.path\n"
)
_KAGGLE = "Could not find kaggle.json. Make sure it's located in /root/.kaggle. Or use the environment method."
_JAVA = "[JAVA_GATEWAY_EXITED] Java gateway process exited before sending its port number."


@pytest.mark.parametrize(
    ("end", "need", "name"),
    [
        (raised("URLError", _GAIERROR), Need.NETWORK, ""),
        (raised("ConnectionError", _PROXY), Need.NETWORK, "huggingface.co"),
        (raised("gaierror", "[Errno -2] Name or service not known"), Need.NETWORK, ""),
        (raised("ConnectionError", _POOL), Need.SERVICE, "localhost"),
        (raised("ConnectionRefusedError", "[Errno 111] Connection refused"), Need.SERVICE, ""),
        (raised("OperationalError", _POSTGRES), Need.SERVICE, "postgres"),
        (
            raised("FileNotFoundError", "[Errno 2] No such file or directory: 'data/wine.csv'"),
            Need.DATA,
            "data/wine.csv",
        ),
        (raised("FileNotFoundError", f"[Errno 2] No such file or directory: '{_ROOT}/a.csv'"), Need.DATA, "a.csv"),
        (raised("DataError", "Dataset not found: 'd/a.csv'. If it is DVC-tracked, run it"), Need.DATA, "d/a.csv"),
        (raised("MlflowException", "Run with id=0123 not found"), Need.DATA, "0123"),
        (raised("HTTPError", "HTTP Error 404: Not Found"), Need.DATA, ""),
        (raised("RuntimeError", _TORCH), Need.GPU, "Found no NVIDIA driver"),
        (raised("AssertionError", "Torch not compiled with CUDA enabled"), Need.GPU, "not compiled with CUDA"),
        (raised("KeyError", "'WANDB_API_KEY'", "<frozen os>:679"), Need.SECRET, "WANDB_API_KEY"),
        (raised("KeyError", "'DATA_FOLDER'", "<frozen os>:679"), Need.INPUT, "DATA_FOLDER"),
        (raised("NoRegionError", "You must specify a region."), Need.INPUT, "AWS_DEFAULT_REGION"),
        (raised("NoCredentialsError", "Unable to locate credentials"), Need.SECRET, "NoCredentialsError"),
        (raised("OSError", _KAGGLE), Need.SECRET, "kaggle.json"),
        (printed(_ARGPARSE, 2), Need.INPUT, "--data"),
        (printed(_CLICK, 2), Need.INPUT, "FILE"),
        (raised("EOFError", "EOF when reading a line"), Need.INPUT, "stdin"),
        (printed(_HYDRA), Need.INPUT, "data.path"),
        (raised("PySparkRuntimeError", _JAVA), Need.PROGRAM, "Java"),
        (
            raised("FileNotFoundError", "[Errno 2] No such file or directory: 'docker'", "/usr/lib/subprocess.py:1863"),
            Need.PROGRAM,
            "docker",
        ),
        (printed("sh: 1: dvc: not found\n", 127), Need.PROGRAM, "dvc"),
        (raised("MemoryError", "Unable to allocate 90. GiB for an array"), Need.RESOURCES, "MemoryError"),
        (raised("OSError", "[Errno 27] File too large"), Need.RESOURCES, "File too large"),
        (EndOfProgram(signal=9), Need.RESOURCES, "signal"),
    ],
)
def test_what_is_not_there(end: EndOfProgram, need: Need, name: str) -> None:
    """Network, service, data, GPU, secret, input, program and resources are told apart by what was said."""
    found = diagnosed(end)
    assert (found.place, found.need) == (FunnelPlace.NEEDS, need)
    assert found.evidence[0].name == name


def test_an_argument_that_the_program_reads_itself() -> None:
    """`sys.argv[1]` of no arguments."""
    text = (
        f'Traceback (most recent call last):\n  File "{_ROOT}/a.py", line 3, in <module>\n'
        "    x = sys.argv[1]\nIndexError: list index out of range\n"
    )
    found = diagnosed(EndOfProgram("IndexError", "list index out of range", text, text, 1, root=_ROOT))
    assert (found.need, found.evidence[0].name) == (Need.INPUT, "argument")


def test_writing_elsewhere_was_refused() -> None:
    """Only where the quarantine says that it refused this very file."""
    message = "[Errno 13] bis: a replay may not write here: '/srv/models/a.pkl'"
    end = raised("PermissionError", message)
    assert diagnosed(end).place is FunnelPlace.EXCEPTION
    refused = EndOfProgram("PermissionError", message, end.traceback, "", 1, refused=("/srv/models/a.pkl",))
    assert (diagnosed(refused).need, diagnosed(refused).evidence[0].name) == (Need.ELSEWHERE, "/srv/models/a.pkl")


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("ModuleNotFoundError", "No module named 'sklearn.externals'"),
        ("ValueError", "could not convert string to float: 'a'"),
        ("KeyError", "'quality'"),
        ("IndexError", "list index out of range"),
        ("TypeError", "f() missing 1 required positional argument: 'run_name'"),
        ("AttributeError", "module 'numpy' has no attribute 'int'"),
        ("FileExistsError", "[Errno 17] File exists: 'out'"),
    ],
)
def test_other_exceptions_are_exceptions(kind: str, message: str) -> None:
    """With their class, and the innermost line of the project's own code."""
    end = raised(kind, message, f"{_ROOT}/train.py:47", f"{_ROOT}/lib/core.py:9", "/env/site-packages/numpy/core.py:3")
    found = diagnosed(end)
    assert (found.place, found.need) == (FunnelPlace.EXCEPTION, None)
    (said,) = found.evidence
    assert (said.kind, said.name, said.file, said.line) == (EvidenceKind.EXCEPTION, kind, "lib/core.py", 9)


def test_an_exception_of_a_child_is_found_in_what_was_printed() -> None:
    """A program that ends with a status because one that it started raised."""
    end = raised("ValueError", "bad", f"{_ROOT}/step.py:5")
    found = diagnosed(printed(end.printed))
    assert (found.place, found.evidence[0].name, found.evidence[0].file) == (
        FunnelPlace.EXCEPTION,
        "ValueError",
        "step.py",
    )


def test_an_error_on_the_last_line_is_an_exception_too() -> None:
    """As rich prints it, without the words of a traceback."""
    found = diagnosed(printed("│ some frame │\nModuleNotFoundError: No module named 'kedro_mlflow'\n"))
    assert (found.place, found.evidence[0].name) == (FunnelPlace.EXCEPTION, "ModuleNotFoundError")


@pytest.mark.parametrize(
    ("said", "need", "name"),
    [
        (
            "KeyError raised while resolving: \"Environment variable 'PROJECT_ROOT' not found\"",
            Need.INPUT,
            "PROJECT_ROOT",
        ),
        ("Missing environment variable: DATA_FOLDER", Need.INPUT, "DATA_FOLDER"),
        ("The MODEL_NAME environment variable must be set", Need.INPUT, "MODEL_NAME"),
        ("environment variable WANDB_API_KEY is not set", Need.SECRET, "WANDB_API_KEY"),
    ],
)
def test_a_variable_that_a_library_misses_is_named(said: str, need: Need, name: str) -> None:
    """As OmegaConf and others put it; a secret, where its name is that of one."""
    found = diagnosed(printed(f'Traceback (most recent call last):\n  File "a.py", line 1\nValueError: {said}\n'))
    assert (found.need, found.evidence[0].name) == (need, name)


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("UnboundLocalError: cannot access local variable 'a' \nwhere it is not associated with a value", None),
        ("DatasetError: Failed while loading data\nfrom data set CSVDataset(filepath=a.csv).", None),
        ("KeyError: 'x'", None),
        ("just words\nthat go on", "that go on"),
    ],
)
def test_a_message_that_rich_has_broken_is_one(said: str, text: str | None) -> None:
    """Below the box of its traceback, at the width of a terminal."""
    found = diagnosed(printed(f"╭─ Traceback ─╮\n│ a.py:3 in f │\n╰─────────────╯\n{said}\n"))
    assert (found.place, found.evidence[0].text) == (FunnelPlace.EXCEPTION, text or " ".join(said.split()))


def test_a_cell_of_a_notebook_is_named() -> None:
    """With the line within the cell."""
    text = (
        "\x1b[0;31mKeyError\x1b[0m Traceback (most recent call last)\nCell In[3], line 2\n"
        "      1 a\n----> 2 b['x']\n\nKeyError: 'x'"
    )
    end = EndOfProgram("KeyError", "", text, exit_code=1, cell=4, target="n.ipynb", root=_ROOT)
    (said,) = diagnosed(end).evidence
    assert (said.file, said.cell, said.line, said.text) == ("n.ipynb", 4, 2, "KeyError: 'x'")


def test_what_does_not_end_is_a_time_out() -> None:
    """With the limit, and the last that it printed."""
    found = diagnosed(EndOfProgram(timed_out=True, limit_s=60, printed="Running on http://127.0.0.1:5000\n"))
    assert found.place is FunnelPlace.TIMEOUT
    assert [one.kind for one in found.evidence] == [EvidenceKind.CLOCK, EvidenceKind.OUTPUT]
    assert found.evidence[0].number == 60


def test_a_status_without_words_says_what_it_is() -> None:
    """Nothing is guessed."""
    found = diagnosed(EndOfProgram(exit_code=3))
    assert (found.place, found.evidence[0].name, found.evidence[0].number) == (FunnelPlace.EXCEPTION, "status", 3)
