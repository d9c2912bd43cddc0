"""Names across the files of a project."""

from __future__ import annotations

import time

import pytest

from bis._audit.program.linking import link
from tests.unit._audit.small_projects import notebook, project

WRAPPER = "import mlflow\ndef log_all(x):\n    mlflow.log_params(x)\n"
TRACKER = (
    "from mlflow import MlflowClient\nclass T:\n    def __init__(self):\n        self.client = MlflowClient()\n"
    "    def log(self, x):\n        self.client.log_param('r', 'x', x)\n"
)


T = "from tracker import T\n"


def apis(files: dict[str, str], file: str) -> list[str]:
    """The resolved names of the calls of one file."""
    return next([call.api for call in m.calls] for m in project(files).modules if m.file == file)


@pytest.mark.parametrize(
    ("where", "text"),
    [
        ("tracking.py", "from tracking import log_all\nlog_all(1)"),
        ("tracking.py", "from tracking import log_all as l\nl(1)"),
        ("tracking.py", "import tracking\ntracking.log_all(1)"),
        ("tracking.py", "import tracking as t\nt.log_all(1)"),
        ("tracking.py", "from tracking import *\nlog_all(1)"),
        ("tracking.py", "from numpy import *\nfrom tracking import *\nlog_all(1)"),
        ("tracking.py", "def f():\n    from tracking import log_all\n    log_all(1)"),
        ("tracking.py", "from .tracking import log_all\nlog_all(1)"),
        ("tracking.py", "from . import tracking\ntracking.log_all(1)"),
        ("src/tracking.py", "from src.tracking import log_all\nlog_all(1)"),
        ("src/tracking.py", "from src import tracking\ntracking.log_all(1)"),
        ("src/tracking.py", "import src.tracking\nsrc.tracking.log_all(1)"),
        ("src/tracking.py", "import src.tracking as t\nt.log_all(1)"),
        ("src/pkg/tracking.py", "from pkg.tracking import log_all\nlog_all(1)"),
    ],
)
def test_every_way_to_import_an_own_function(where: str, text: str) -> None:
    """Absolute and relative, of modules and of names, with packages that stand below a source folder."""
    assert apis({where: WRAPPER, "train.py": text}, "train.py") == [f"@{where}:log_all"]


SHUFFLE = "def shuffle(x):\n    return x\n"


@pytest.mark.parametrize(
    ("files", "file"),
    [
        ({"replay/random.py": "import random\nrandom.shuffle(x)", "replay/__init__.py": ""}, "replay/random.py"),
        ({"replay/random.py": SHUFFLE, "replay/__init__.py": "", "replay/a.py": ""}, "replay/a.py"),
        ({"tools/random.py": SHUFFLE, "train.py": ""}, "train.py"),
        (
            {"tools/random.py": SHUFFLE, "scripts/train.py": "from random import shuffle\nshuffle(x)"},
            "scripts/train.py",
        ),
    ],
)
def test_name_of_the_standard_library_is_that(files: dict[str, str], file: str) -> None:
    """An absolute import reaches no file of a package, nor of another folder, that is called as a module of Python."""
    text = files[file] or "import random\nrandom.shuffle(x)"
    assert apis(files | {file: text}, file) == ["random.shuffle"]


@pytest.mark.parametrize(
    ("where", "text"),
    [
        ("random.py", "import random\nrandom.shuffle(x)"),
        ("tools/random.py", "from tools.random import shuffle\nshuffle(x)"),
        ("tools/random.py", "from tools import random\nrandom.shuffle(x)"),
        ("code/random.py", "from code.random import shuffle\nshuffle(x)"),
    ],
)
def test_own_file_named_as_the_standard_library(where: str, text: str) -> None:
    """A script finds a file beside it first; and what is named with its folder is the project's."""
    assert apis({where: SHUFFLE, "train.py": text}, "train.py") == [f"@{where}:shuffle"]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("a/b/train.py", "from ..tracking import log_all\nlog_all(1)"),
        ("a/train.py", "from .tracking import log_all\nlog_all(1)"),
    ],
)
def test_relative_imports(file: str, text: str) -> None:
    """One dot is the file's own folder, two the one above."""
    other = "import wandb\ndef log_all(x):\n    wandb.log(x)\n"
    assert apis({"a/tracking.py": WRAPPER, "tracking.py": other, file: text}, file) == ["@a/tracking.py:log_all"]


@pytest.mark.parametrize(
    "init",
    [
        "from .tracking import log_all",
        "from pkg.tracking import log_all",
        "from .tracking import *",
        "from .inner import log_all",
    ],
)
def test_names_that_are_passed_on(init: str) -> None:
    """Through a package's __init__, from where they are defined."""
    files = {
        "pkg/__init__.py": init,
        "pkg/tracking.py": WRAPPER,
        "pkg/inner/__init__.py": "from ..tracking import log_all",
    }
    assert apis(files | {"train.py": "from pkg import log_all\nlog_all(1)"}, "train.py") == ["@pkg/tracking.py:log_all"]


def test_an_alias_of_a_library_is_passed_on() -> None:
    """``from config import ml`` where config imports mlflow as ml."""
    assert apis({"config.py": "import mlflow as ml", "a.py": "from config import ml\nml.log_param(1, 2)"}, "a.py") == [
        "mlflow.log_param"
    ]


@pytest.mark.parametrize(
    ("text", "api"),
    [
        ("from tracker import T\nT().log(1)", "@tracker.py:T.log"),
        ("from tracker import T\nt = T()\nt.log(1)", "@tracker.py:T.log"),
        ("import tracker\nt = tracker.T()\nt.log(1)", "@tracker.py:T.log"),
        ("from tracker import T\nt = T()\nt.client.log_metric('r', 'a', 1)", "mlflow.MlflowClient.log_metric"),
        ("from tracker import T\ndef f(t: T):\n    t.log(1)", "@tracker.py:T.log"),
        (T + "class A:\n    def __init__(self):\n        self.t = T()\n    def f(self):\n        self.t.log(1)",
         "@tracker.py:T.log"),
        ("from tracker import T\nclass A(T):\n    def f(self):\n        self.log(1)", "@tracker.py:T.log"),
        ("from tracker import T\nclass A(T):\n    def f(self):\n        self.client.log_param(1)",
         "mlflow.MlflowClient.log_param"),
        (T + "class A(T):\n    def log(self): pass\n    def f(self):\n        self.log(1)", "@A.log"),
    ],
)  # fmt: skip
def test_classes_of_other_files(text: str, api: str) -> None:
    """Their methods, attributes and subclasses."""
    assert apis({"tracker.py": TRACKER, "a.py": text}, "a.py")[-1] == api


def test_a_base_of_a_library_across_files() -> None:
    """A method that neither class defines is the library's."""
    files = {
        "base.py": "import lightning as L\nclass Base(L.LightningModule):\n    pass\n",
        "a.py": "from base import Base\nclass M(Base):\n    def f(self):\n        self.log('a', 1)",
    }
    assert apis(files, "a.py") == ["lightning.LightningModule.log"]


@pytest.mark.parametrize("body", ["    return SVC()", "    s = SVC()\n    s.fit(X)\n    return s"])
def test_what_a_function_of_another_file_returns(body: str) -> None:
    """An estimator that is made elsewhere is known where it is trained."""
    files = {"models.py": f"from sklearn.svm import SVC\ndef make():\n{body}\n"}
    files["a.py"] = "from models import make\nm = make()\nm.fit(X)"
    assert apis(files, "a.py")[-1] == "sklearn.svm.SVC.fit"


def test_of_several_files_of_one_name_the_nearest_is_meant() -> None:
    """Each folder has its own utilities."""
    files = {
        "x/util.py": "def go(): pass\n",
        "y/util.py": WRAPPER.replace("log_all", "go"),
        "x/a.py": "from util import go\ngo(1)",
        "y/a.py": "from util import go\ngo(1)",
    }
    assert apis(files, "x/a.py") == ["@x/util.py:go"]
    assert apis(files, "y/a.py") == ["@y/util.py:go"]


@pytest.mark.parametrize("shadow", ["mlflow.py", "src/mlflow.py", "mlflow/__init__.py"])
def test_an_own_file_called_mlflow_hides_nothing(shadow: str) -> None:
    """Who imports mlflow to track means the library."""
    files = {shadow: "def log_param(a, b): pass\n", "a.py": "import mlflow\nmlflow.log_param('a', 1)"}
    assert apis(files, "a.py") == ["mlflow.log_param"]


def test_a_file_with_the_name_of_what_it_imports() -> None:
    """It means the library: a file does not import itself."""
    files = {"src/wandb.py": "from wandb import log\nimport wandb as w\ndef go():\n    log({})\n    w.init()\n"}
    assert apis(files, "src/wandb.py") == ["wandb.log", "wandb.init"]


def test_notebooks_import_and_are_not_imported() -> None:
    """A notebook uses the project's files; no name leads into a notebook."""
    files = {"tracking.py": WRAPPER, "n.ipynb": notebook("from tracking import log_all", "log_all(1)")}
    assert apis(files, "n.ipynb") == ["@tracking.py:log_all"]
    other = {"tracking.ipynb": notebook(WRAPPER), "a.py": "from tracking import log_all\nlog_all(1)"}
    assert apis(other, "a.py") == ["tracking.log_all"]


@pytest.mark.parametrize(
    "files",
    [
        {
            "a.py": "from b import f\ndef g():\n    return f()\ng().x()",
            "b.py": "from a import g\ndef f():\n    return g()\n",
        },
        {"a.py": "from b import x\nx.y()", "b.py": "from c import x\nx.y()", "c.py": "from a import x\nx.y()"},
        {"a.py": "from b import *\nx.y()", "b.py": "from a import *\nx.y()"},
        {
            "a.py": "from b import B\nclass A(B):\n    def f(self):\n        self.log(1)",
            "b.py": "from a import A\nclass B(A):\n    def g(self):\n        self.log(1)",
        },
        {"a.py": "from a import a\na.a()", "__init__.py": "from . import a\na.b()"},
        {f"m{i}.py": f"from m{i + 1} import x\nx.y()\n" for i in range(200)},
        {f"m{i}.py": "".join(f"from m{j} import *\n" for j in range(30) if j != i) + "x.y()" for i in range(30)},
        {
            f"m{i}.py": "".join(f"from m{j} import f{j}\n" for j in range(20) if j != i)
            + f"def f{i}():\n"
            + "".join(f"    return f{j}()\n" for j in range(20) if j != i)
            + f"f{i}().log()\n"
            for i in range(20)
        },
    ],
)
def test_circles_between_files_end_quickly(files: dict[str, str]) -> None:
    """Files that import from each other, in functions, stars and bases; nothing is made up, and nothing hangs."""
    started = time.process_time()
    found = [call.api for module in project(files).modules for call in module.calls]
    assert time.process_time() - started < 5
    assert not [api for api in found if api.startswith(("mlflow", "sklearn"))]


def test_which_files_use_which() -> None:
    """A file uses those that it imports from, not those that import from it."""
    one = project({"a.py": "from b import f", "b.py": "def f(): pass", "c.py": ""})
    a, b, c = one.modules
    assert [one.links.uses(a, b), one.links.uses(b, a), one.links.uses(a, c)] == [True, False, False]


def test_own_names() -> None:
    """First parts of the names under which own files are imported: of folders with code, too."""
    own = project({"src/pkg/a.py": "", "b.py": "", "n.ipynb": notebook("x")}).links.own_names
    assert {"src", "pkg", "a", "b"} <= own
    assert "n" not in own


def test_functions_are_found_by_their_names() -> None:
    """An own name leads to a file and a scope; a class's to what makes it; other names to nothing."""
    one = project(
        {"a.py": "class A:\n    def __init__(self):\n        f()\ndef g(): pass\n", "b.py": "def g(): pass\n"}
    )
    a, b = one.modules
    found = one.links.function("@A", a)
    assert found is not None
    assert (found[0].file, found[0].scopes[found[1]].name) == ("a.py", "A.__init__")
    other = one.links.function("@b.py:g", a)
    assert other is not None
    assert other[0] is b
    assert [one.links.function(api, a) for api in ("mlflow.log_param", "@no", "@c.py:g")] == [None, None, None]


@pytest.mark.parametrize(
    ("code", "uses"),
    [
        ("import hydra\nhydra.utils.instantiate(cfg.model)\n", True),
        ("from hydra.utils import instantiate as i\ni(cfg.model)\n", True),
        ("from lightning.pytorch.cli import LightningCLI\nLightningCLI()\n", True),
        ("import hydra\n", False),
    ],
)
def test_what_a_configuration_makes_is_used_by_whoever_makes_it(code: str, uses: bool) -> None:
    """Its file is found by the dotted name."""
    modules = project({"train.py": code, "src/net.py": "class Net: pass\n", "src/other.py": ""}).modules
    links = link(modules, frozenset({"src.net.Net", "torch.optim.Adam"}))
    train = next(module for module in modules if module.file == "train.py")
    assert set(links.reached(train)) - {"train.py"} == ({"src/net.py"} if uses else set())
