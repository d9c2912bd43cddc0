"""The interpreter's and NumPy's entropy: served from the root, seeds seen, states kept, nothing else touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis.instrument.entropy.entropy_plan import EntropyPlan
from tests.functional.entropy_launcher import PASSIVE, A, B, run

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = "python_program.py"


def test_same_root_gives_every_kind_of_draw_again(tmp_path: Path) -> None:
    """Three replays draw what the original drew, from whatever asks the system for entropy."""
    original = run(A, tmp_path / "log", PROGRAM)
    assert [run(A, tmp_path / "log", PROGRAM).printed for _ in range(3)] == [original.printed] * 3
    assert original.told("failed") == []


def test_other_root_gives_other_draws(tmp_path: Path) -> None:
    """No kind of draw is the same for two roots."""
    one, other = run(A, tmp_path / "log", PROGRAM).printed, run(B, tmp_path / "log", PROGRAM).printed
    assert [name for name in one if one[name] == other[name]] == []


def test_draws_of_a_program_are_all_different(tmp_path: Path) -> None:
    """The streams do not repeat themselves."""
    values = list(run(A, tmp_path / "log", PROGRAM).printed.values())
    assert len(set(values)) == len(values)


def test_draws_by_other_packages_do_not_shift_the_program(tmp_path: Path) -> None:
    """A package that draws in between, such as a tracker for its identifiers, leaves the program's draws alone."""
    alone = run(A, tmp_path / "log", PROGRAM).printed
    assert run(A, tmp_path / "log", PROGRAM, "--infrastructure").printed == alone


def test_seeded_interpreter_is_untouched(tmp_path: Path) -> None:
    """What a program seeds gives the same numbers served, observed, and without the recorder."""
    code = (
        "import json, random, numpy as np; random.seed('x'); np.random.seed(1); r = random.Random(2);"
        "print(json.dumps([random.random(), random.gauss(0, 1), r.random(), np.random.rand(), np.random.randn(),"
        "np.random.default_rng(3).random(), np.random.RandomState(4).rand(), random.getstate()[1][:9]]))"
    )
    plain = run(None, tmp_path / "log", "-c", code).printed
    assert [run(plan, tmp_path / "log", "-c", code).printed for plan in (A, B, PASSIVE)] == [plain] * 3


def test_errors_of_the_system_functions_stay_theirs(tmp_path: Path) -> None:
    """Wrong arguments raise what they raised without the recorder."""
    code = (
        "import json, os\n"
        "def error(size):\n"
        "    try: os.urandom(size)\n"
        "    except Exception as e: return repr(e)\n"
        "print(json.dumps([error(-1), error('x'), error(1.5), len(os.urandom(0)), len(os.urandom(3_000_001))]))"
    )
    assert run(A, tmp_path / "log", "-c", code).printed == run(None, tmp_path / "log", "-c", code).printed


@pytest.mark.parametrize("plan", [A, PASSIVE])
def test_explicit_seeds_are_told_once_with_their_lines(tmp_path: Path, plan: EntropyPlan) -> None:
    """Each seed is reported with its value, file and line; unseeded generators are not."""
    told = run(plan, tmp_path / "log", "seeds_program.py").told("seed")
    file = "seeds_program.py"
    assert told == [
        ["random.seed", 1, file, 7],
        ["random.Random", "two", file, 9],
        ["numpy.random.seed", 3, file, 10],
        ["numpy.random.default_rng", 4, file, 11],
        ["numpy.random.default_rng", 5, file, 12],
    ]


def test_passive_states_restore_the_original(tmp_path: Path) -> None:
    """With the states that a passive record holds, a replay repeats what is drawn from generators it can set."""
    code = "import json, random, numpy as np; print(json.dumps([random.random(), np.random.rand()]))"
    original = run(PASSIVE, tmp_path / "log", "-c", code)
    states = {generator: state for generator, _, state in original.told("state")}
    replay = run(PASSIVE, tmp_path / "log", "-c", code, states=states)
    assert replay.printed == original.printed
    assert [fact[:2] for fact in replay.told("state")][-1] == original.told("state")[-1][:2]
    assert run(PASSIVE, tmp_path / "log", "-c", code).printed != original.printed


def test_served_states_are_told_without_the_state(tmp_path: Path) -> None:
    """In a served process the digest is enough: the state follows from the root."""
    states = run(A, tmp_path / "log", PROGRAM).told("state")
    assert [(name, state) for name, _, state in states] == [("python.random", None), ("numpy.random", None)]


def test_wrappers_can_be_pickled_and_inspected(tmp_path: Path) -> None:
    """Functions that were replaced survive a round trip through pickle, and look as they do without the recorder."""
    code = (
        "import inspect, json, os, pickle, random, subprocess, numpy as np\n"
        "fs = [np.random.seed, np.random.default_rng, os.urandom, os.system, subprocess.run]\n"
        "json.dump([[pickle.loads(pickle.dumps(f)) == f for f in fs], str(inspect.signature(random.Random.seed)),\n"
        "  isinstance(np.random.default_rng(1), np.random.Generator)], __import__('sys').stdout)"
    )
    assert run(A, tmp_path / "log", "-c", code).printed == [[True] * 5, "(self, a=None, version=2)", True]
    assert run(None, tmp_path / "log", "-c", code).printed == [[True] * 5, "(self, a=None, version=2)", True]


def test_nothing_is_imported_for_the_program(tmp_path: Path) -> None:
    """The recorder loads no framework and none of the slow modules of the standard library."""
    code = (
        "import sys; heavy = {'numpy', 'torch', 'tensorflow', 'keras', 'joblib', 'random', 'subprocess', 'typing',"
        "'dataclasses', 'hashlib', 'threading', 'json', 'multiprocessing'} & set(sys.modules);"
        "print('[' + ','.join('\"%s\"' % name for name in sorted(heavy)) + ']')"
    )
    plain = run(None, tmp_path / "log", "-c", code).printed
    assert run(A, tmp_path / "log", "-c", code).printed == plain


def test_roles_are_loaded_for_explanations_only(tmp_path: Path) -> None:
    """A recorded program has no module of the roles, whatever it imports; one whose roles are scoped has."""
    code = (
        "import random, json, sys, numpy.random;"
        "print(json.dumps(sorted(name for name in sys.modules if 'entropy.roles' in name)))"
    )
    assert run(A, tmp_path / "log", "-c", code).printed == []
    scoped = EntropyPlan(A.root, scoped=True)
    assert "bis.instrument.entropy.roles.numpy_roles" in run(scoped, tmp_path / "log", "-c", code).printed


def test_trace_counts_draws_by_package_and_repeats(tmp_path: Path) -> None:
    """The trace of a process is the same in a replay and another one where one byte more is asked for."""
    code = (
        "import json, os, sitecustomize, uuid; uuid.uuid4(); os.urandom({});"
        "print(json.dumps(sitecustomize.bis_handle.trace()))"
    )
    trace, again, other = (run(A, tmp_path / "log", "-c", code.format(n)).printed for n in (5, 5, 6))
    assert trace == again
    assert (trace["streams"]["__main__"]["draws"], trace["streams"]["__main__"]["bytes"]) == (2, 21)
    assert trace["digest"] != other["digest"]


def test_second_installation_changes_nothing(tmp_path: Path) -> None:
    """`install` is idempotent: it answers with the handle that is there."""
    code = (
        "import json, os, sitecustomize as s; f = os.urandom; h = s.install(s.plan, s.Log());"
        "print(json.dumps([h is s.bis_handle, f is os.urandom]))"
    )
    assert run(A, tmp_path / "log", "-c", code).printed == [True, True]


def test_several_threads_that_draw_are_reported(tmp_path: Path) -> None:
    """Draws of the program from two threads may come in another order: that is said, not hidden."""
    code = (
        "import os, threading; os.urandom(1); t = threading.Thread(target=lambda: os.urandom(1));"
        "t.start(); t.join(); print(0)"
    )
    assert [fact[0] for fact in run(A, tmp_path / "log", "-c", code).told("uncontrolled")] == ["threads"]


@pytest.mark.parametrize("plan", [A, PASSIVE])
def test_kernel_that_is_asked_often_does_not_shift_the_program(tmp_path: Path, plan: EntropyPlan) -> None:
    """IPython draws a tip whenever a client asks for the kernel's banner: how often that is, the load decides."""
    code = (
        "import json, random, sys, IPython.core.tips as tips\n"
        "before = random.getstate()\n"
        "tips.pick_tip()\n"
        "once = random.getstate()\n"
        "for _ in range(5): tips.pick_tip()\n"
        "print(json.dumps([once != before, random.getstate() == once]))"
    )
    assert run(plan, tmp_path / "log", "-c", code).printed == [True, True]


@pytest.mark.parametrize("plan", [A, PASSIVE])
def test_waiting_does_not_shift_the_program(tmp_path: Path, plan: EntropyPlan) -> None:
    """How long to wait before a request is sent again, and the like, is not drawn from the program's generator."""
    plain = run(None, tmp_path / "log", "incidental_program.py", BIS_RECORD="0").printed
    draws = dict.fromkeys(["retry", "request_of_mlflow", "telemetry", "port", "timer", "experiment"], False)
    assert plain == dict.fromkeys([*draws, "run_name"], True)
    assert run(plan, tmp_path / "log", "incidental_program.py").printed == {**draws, "run_name": True}
