"""What a call in one file is resolved to."""

from __future__ import annotations

import time

import pytest

from tests.unit._audit.small_projects import script

SVC = "from sklearn.svm import SVC\n"
CLIENT = "from mlflow import MlflowClient\n"
FIT = "sklearn.svm.SVC.fit"
L = "import lightning as L\n"
LOG = "mlflow.MlflowClient.log_param"


@pytest.mark.parametrize(
    ("text", "api"),
    [
        ("import mlflow\nmlflow.log_param('a', 1)", "mlflow.log_param"),
        ("import mlflow as m\nm.log_param('a', 1)", "mlflow.log_param"),
        ("import mlflow.sklearn as ms\nms.log_model(1)", "mlflow.sklearn.log_model"),
        ("import mlflow.sklearn\nmlflow.sklearn.log_model(1)", "mlflow.sklearn.log_model"),
        ("import mlflow.sklearn\nmlflow.log_param('a', 1)", "mlflow.log_param"),
        ("from mlflow import log_param\nlog_param('a', 1)", "mlflow.log_param"),
        ("from mlflow import log_param as lp\nlp('a', 1)", "mlflow.log_param"),
        ("def f():\n    from mlflow import log_param\n    log_param('a', 1)", "mlflow.log_param"),
        ("try:\n    import mlflow\nexcept ImportError:\n    mlflow = None\nmlflow.log_param()", "mlflow.log_param"),
        ("try:\n    import mlflow as m\nexcept ImportError:\n    import other as m\nm.f()", "mlflow.f"),
        ("from .tracking import log\nlog()", ".tracking.log"),
        ("from mlflow import *\nlog_param('a', 1)", "mlflow.log_param"),
        ("from mlflow import *\nprint('a')", "print"),
        ("from mlflow import *\nfor n, m in x:\n    m.f()", ".f"),
        ("from mlflow import *\nfrom wandb import *\nlog_param('a', 1)", "log_param"),
    ],
)
def test_imports(text: str, api: str) -> None:
    """Under any name; of two guarded imports the first; of a star only where one library can have brought it."""
    assert script(text).calls[-1].api == api


@pytest.mark.parametrize(
    ("text", "api"),
    [
        (SVC + "m = SVC()\nm.fit(X)", FIT),
        (SVC + "SVC().fit(X)", FIT),
        (SVC + "m = SVC().fit(X)\nm.predict(X)", "sklearn.svm.SVC.predict"),
        (SVC + "m = None if x else SVC()\nm.fit(X)", FIT),
        (SVC + "m = given or SVC()\nm.fit(X)", FIT),
        (SVC + "if (m := SVC()):\n    m.fit(X)", FIT),
        (SVC + "n, m = 1, SVC()\nm.fit(X)", FIT),
        (SVC + "m: object = SVC()\nm.fit(X)", FIT),
        (SVC + "m = SVC()\ndef f():\n    m.fit(X)", FIT),
        (SVC + "m = SVC()\nclass A:\n    def f(self):\n        m.fit(X)", FIT),
        (SVC + "m = Other()\nm = SVC()\nm.fit(X)", FIT),
        (SVC + "m = SVC()\nm.fit(X)\nm = Other", FIT),
        (SVC + "m = SVC()\ndef f(m):\n    m.fit(X)", ".fit"),
        ("from sklearn import svm\nsvm = svm.SVC()\nsvm.fit(X)", FIT),
        ("from torch import nn\nm = nn.Linear(1, 2).to('cuda')\nm.train()", "torch.nn.Linear.train"),
        ("from torch import nn\nm = nn.Linear(1, 2)\nm = m.to('cuda')\nm.train()", "torch.nn.Linear.train"),
        ("import mlflow\nwith mlflow.start_run() as run:\n    run.go()", "mlflow.start_run.go"),
        ("with one() as a, open('x') as b:\n    b.read()", "open.read"),
        ("async def f():\n    from a.b import A\n    (await A()).go()", "a.b.A.go"),
        ("from a.b import pair\nm, n = pair()\nn.go()", ".go"),
        ("x.y.log_param(1)", ".log_param"),
        ("log_param(1)", "log_param"),
        ("f()()", ""),
    ],
)
def test_variables(text: str, api: str) -> None:
    """The last assignment before the call counts; what is not known is not guessed."""
    assert script(text).calls[-1].api == api


@pytest.mark.parametrize(
    "text",
    [
        "for m in [1, SVC()]:\n    m.fit(X)",
        "ms = [SVC()]\nfor m in ms:\n    m.fit(X)",
        "ms = {'a': SVC()}\nfor m in ms.values():\n    m.fit(X)",
        "ms = {'a': SVC()}\nfor n, m in ms.items():\n    m.fit(X)",
        "ms = {'a': SVC()}\nms['a'].fit(X)",
        "ms = {}\nms['a'] = SVC()\nms['a'].fit(X)",
        "ms = [('svc', SVC())]\nfor n, m in ms:\n    m.fit(X)",
        "for i, (n, m) in enumerate([('svc', SVC())]):\n    m.fit(X)",
        "for n, m in zip(names, [SVC()]):\n    m.fit(X)",
        "ms = [SVC()]\n[m.fit(X) for m in ms]",
    ],
)
def test_elements_of_collections(text: str) -> None:
    """Loops over lists and dicts of estimators, and single elements of them."""
    assert script(SVC + text).calls[-1].api == FIT


@pytest.mark.parametrize(
    "text",
    [
        "def f(m: SVC):\n    m.fit(X)",
        "def f(m: 'SVC'):\n    m.fit(X)",
        "def f(m: 'SVC | None' = None):\n    m.fit(X)",
        "def f(m: SVC | None = None):\n    m.fit(X)",
        "def f(m: Optional[SVC] = None):\n    m.fit(X)",
        "def f(m=SVC()):\n    m.fit(X)",
        "def f(*, m=SVC()):\n    m.fit(X)",
        "def f(x, m):\n    m.fit(X)\nf(1, SVC())",
        "def f(x, m):\n    m.fit(X)\nf(m=SVC(), x=1)",
        "def f(m):\n    m = m.set_params()\n    m.fit(X)\nf(SVC())",
        "class A:\n    def f(self, m):\n        m.fit(X)\nA().f(SVC())",
        "class A:\n    def __init__(self, m):\n        m.fit(X)\nA(SVC())",
    ],
)
def test_parameters(text: str) -> None:
    """By annotation, default value, or what the file's own calls give."""
    assert FIT in [call.api for call in script(SVC + text).calls]


@pytest.mark.parametrize(
    ("text", "api"),
    [
        (CLIENT + "class A:\n    def __init__(self):\n        self.client = MlflowClient()\n"
         "    def f(self):\n        self.client.log_param(1)", LOG),
        (CLIENT + "class A:\n    client = MlflowClient()\n    def f(self):\n        self.client.log_param(1)", LOG),
        (CLIENT + "class A:\n    c = MlflowClient()\n    @staticmethod\n    def f():\n        A.c.log_param(1)", LOG),
        (CLIENT + "class A:\n    client = MlflowClient()\nA.client.log_param(1)", LOG),
        (CLIENT + "class A:\n    client = MlflowClient()\na = A()\na.client.log_param(1)", LOG),
        (CLIENT + "class A:\n    def __init__(self, c: MlflowClient):\n        self.c = c\n"
         "    def f(self):\n        self.c.log_param(1)", LOG),
        ("import lightning as L\nclass M(L.LightningModule):\n    def f(self):\n        self.log('a', 1)",
         "lightning.LightningModule.log"),
        (L + "class B(L.LightningModule): pass\nclass M(B):\n    def f(self):\n        self.log('a', 1)",
         "lightning.LightningModule.log"),
        (L + "class M(L.LightningModule):\n    def log(self): pass\n    def f(self):\n        self.log()", "@M.log"),
        ("class T:\n    def log_metric(self): pass\nT().log_metric()", "@T.log_metric"),
        ("def log_param(): pass\nlog_param()", "@log_param"),
        ("def f():\n    def g(): pass\n    g()", "@f.g"),
        ("class A:\n    def f(self):\n        self.unknown.log_param(1)", ".log_param"),
        (SVC + "def make():\n    return SVC()\nmake().fit(X)", FIT),
        (SVC + "def make():\n    s = SVC()\n    return s\nm = make()\nm.fit(X)", FIT),
        (SVC + "class A:\n    def m(self):\n        return SVC()\n    def f(self):\n        self.m().fit(X)", FIT),
    ],
)  # fmt: skip
def test_own_classes_and_functions(text: str, api: str) -> None:
    """Attributes of objects and classes, bases from libraries, what functions return; own methods are no library's."""
    assert script(text).calls[-1].api == api


@pytest.mark.parametrize(
    ("text", "api"),
    [
        ("a = a.b()", ".b"),
        ("a = a.b()\na.c()", ".c"),
        ("def f():\n    return g()\ndef g():\n    return f()\nf().x()", ".x"),
        ("def f(m):\n    f(m)\n    m.go()", ".go"),
        ("class A(A):\n    def f(self):\n        self.x()", "@A.x"),
        ("def f():\n    df.z()\n" + "df = df.a()\n" * 3000, ".a"),
        ("m = [" + "m[0], " * 40 + "]\nm[0].fit()", ".fit"),
        ("m = " + " or ".join(["m"] * 400) + "\nm.fit()", ".fit"),
        ("class A(" + "B, " * 40 + "): pass\nclass B(" + "A, " * 40 + "): pass\nA().x()", "@A.x"),
        ("def f():\n" + "    return g()\n" * 40 + "def g():\n" + "    return f()\n" * 40 + "f().x()", ".x"),
        ("def f():\n    a1999.go()\na0 = X()\n" + "".join(f"a{i} = a{i - 1}.b()\n" for i in range(1, 2000)), ".b"),
    ],
)
def test_circles_end_quickly(text: str, api: str) -> None:
    """Names that are made from themselves, and code in which every way branches."""
    started = time.process_time()
    assert script(text).calls[-1].api == api
    assert time.process_time() - started < 5
