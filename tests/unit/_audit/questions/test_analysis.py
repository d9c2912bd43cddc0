"""What rules and facts ask of a project: what each call traces, and values."""

from __future__ import annotations

import pytest

from tests.unit._audit.small_projects import analysed


def tracked(files: dict[str, str]) -> list[tuple[str, int, str, str]]:
    """File, line, kind and the wrapper of each call that traces something."""
    return [(c.place.file, c.place.line, c.kind, c.through) for c in analysed(files).tracking()]


def test_calls_that_trace() -> None:
    """Each with its kind, its place, and its name whatever the code calls it."""
    one = analysed({"a.py": "import mlflow as m\nm.log_param('a', 1)\nprint(m.start_run())\nm.autolog()"})
    assert [(c.api, c.kind, c.tracker) for c in one.tracking()] == [
        ("mlflow.log_param", "param", "mlflow"),
        ("mlflow.autolog", "autolog", "mlflow"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from lib import log_all\nlog_all({})", [("a.py", 2, "param", "log_all")]),
        ("import lib\nfor i in x:\n    lib.log_all({})", [("a.py", 3, "param", "lib.log_all")]),
        ("from lib import log_all\ndef twice(x):\n    log_all(x)\ntwice({})", [("a.py", 3, "param", "log_all")]),
        ("from lib import T\nT().go()", [("a.py", 2, "tag", ".go")]),
        ("from lib import nothing\nnothing()", []),
        ("from lib import outer\nouter()", []),
    ],
)
def test_wrappers_count_one_level_deep(text: str, expected: list[tuple[str, int, str, str]]) -> None:
    """A function whose own body traces something traces it where it is called; a wrapper of a wrapper does not."""
    lib = (
        "import mlflow\ndef log_all(x):\n    mlflow.log_params(x)\ndef nothing():\n    return 1\n"
        "class T:\n    def go(self):\n        mlflow.set_tag('a', 1)\n"
        "def outer():\n    def inner():\n        mlflow.log_params({})\n"
    )
    assert [one for one in tracked({"lib.py": lib, "a.py": text}) if one[0] == "a.py"] == expected


def test_kinds_through_wrappers() -> None:
    """`kinds` says what a call traces in all, `direct` only what it traces itself; of the asked tracker."""
    one = analysed(
        {"a.py": "import mlflow as m, wandb as w\ndef f():\n  m.log_param(1)\n  m.log_metric(1)\n  w.log({})\nf()"}
    )
    module = one.project.modules[0]
    call = module.calls[-1]
    assert one.kinds(module, call) == {"param", "metric"}
    assert one.kinds(module, call, "wandb") == {"metric"}
    assert one.direct(module, call) == ()
    assert one.direct(module, module.calls[0]) == ("param",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f(1)", 1),
        ("a = 1\nf(a)", 1),
        ("a = 1\nb = a\nf(b)", 1),
        ("a = 1\na = 2\nf(a)\na = 3", 2),
        ("a = g()\nf(a)", None),
        ("f(a)", None),
        ("f(args.a)", None),
        ("a = b\nb = a\nf(a)", None),
    ],
)
def test_constants(text: str, expected: object) -> None:
    """A name is followed to what was assigned to it before, as far as that is seen."""
    one = analysed({"a.py": text})
    call = next(c for c in one.project.modules[0].calls if c.path == "f")
    assert one.constant_of(one.project.modules[0], call.args[0], call.scope, call.index) == expected


def test_a_project_of_nothing() -> None:
    """No files, no roots, no calls."""
    one = analysed({})
    assert one.project.modules == ()
    assert (one.project.roots, list(one.tracking())) == (frozenset(), [])


YOLO = "from ultralytics import YOLO, settings\nmodel = YOLO('n.pt')\nmodel.train(data='d.yaml', epochs=3)\n"


@pytest.mark.parametrize(
    ("files", "kinds"),
    [
        ({"a.py": "import mlflow\n" + YOLO}, {"param", "metric", "artifact"}),
        ({"a.py": YOLO.replace("YOLO", "RTDETR"), "b.py": "import mlflow\n"}, {"param", "metric", "artifact"}),
        ({"a.py": "import mlflow\n" + YOLO.replace(".train(", ".val(")}, set()),
        ({"a.py": YOLO}, set()),
        ({"a.py": "import mlflow\n" + YOLO + "settings.update({'mlflow': False})\n"}, set()),
        (
            {"a.py": YOLO, "b.py": "import mlflow\nfrom ultralytics import settings\nsettings.update(mlflow=False)\n"},
            set(),
        ),
        ({"a.py": "import mlflow\n" + YOLO + "settings['mlflow'] = False\n"}, set()),
    ],
)
def test_trainings_of_ultralytics_log_unless_switched_off(files: dict[str, str], kinds: set[str]) -> None:
    """They write to MLflow wherever it is installed, and no setting of the project says no."""
    analysis = analysed(files)
    module = analysis.project.modules[0]
    found = {
        kind for call in module.calls if call.api.startswith("ultralytics") for kind in analysis.kinds(module, call)
    }
    assert found == kinds


@pytest.mark.parametrize(
    "main",
    [
        "from helpers import *\nmlflow.log_param('a', 1)\n",
        "from helpers import mlflow\nmlflow.log_param('a', 1)\n",
        "import helpers\nhelpers.mlflow.log_param('a', 1)\n",
        "from helpers import mlflow as ml\nml.log_param('a', 1)\n",
    ],
)
def test_a_library_that_another_file_imports(main: str) -> None:
    """It is the library under whatever name it comes from there."""
    found = tracked({"main.py": main, "helpers.py": "import mlflow\n"})
    assert found == [("main.py", 2, "param", "")]
