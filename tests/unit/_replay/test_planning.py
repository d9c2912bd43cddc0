"""Plans: decisions and their reasons."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bis._replay.planning import Clone, FoundFile, ReplayOptions, layout, make_plan, obstacles
from bis.model.facets import (
    Carried,
    Code,
    Data,
    EntryKind,
    Environment,
    FileDigest,
    GeneratorState,
    Outputs,
    Package,
    Randomness,
    Snapshot,
    StandardInput,
    Status,
    ThreadPool,
)
from bis.model.plan import DataPlacement
from bis.model.record import Mode, missing_record
from bis.model.verdict import ReplayKind

from .records import DATA, environment, here, machine, record

if TYPE_CHECKING:
    from bis.model.plan import Plan

RUN = "r" * 32


def plan(recorded: Any = None, options: ReplayOptions | None = None, at: Any = None) -> Plan:
    """The plan for a record, by default a complete one on the machine where it was made."""
    return make_plan(recorded or record(), options or ReplayOptions(), at or here(), run_id=RUN)


def whats(items: Any) -> list[str]:
    """What deviates or is missing."""
    return [i.what for i in items]


def test_exact_at_home() -> None:
    """On the same machine everything is as recorded, and nothing deviates or is missing."""
    p = plan()
    assert (p.source, p.environment, p.target, p.argv) == ("snapshot", "current", "train.py", ("--lr", "0.1"))
    assert (p.root, p.hash_seed, p.original_scheme) == ("ab" * 32, "7", "http")
    assert (p.deviations, p.missing, obstacles(p)) == ((), (), ())


def test_fresh() -> None:
    """A fresh replay has neither the recorded root nor the recorded hash seed."""
    p = plan(options=ReplayOptions(kind=ReplayKind.FRESH))
    assert (p.root, p.hash_seed, p.states) == (None, None, ())


def test_plan_is_pure() -> None:
    """The same arguments give the same plan."""
    assert plan() == plan()


def test_other_packages_are_rebuilt() -> None:
    """An environment that is not the lock is rebuilt, without that being a deviation."""
    p = plan(at=here(environment=environment(("numpy", "1.0"), ("six", "1.16.0"))))
    assert (p.environment, p.deviations) == ("rebuild", ())


def test_bis_itself_is_no_difference() -> None:
    """That another bis is installed does not rebuild anything."""
    p = plan(at=here(environment=environment(("bis", "9"), ("numpy", "2.0.0"), ("six", "1.16.0"))))
    assert p.environment == "current"


def test_current_environment_is_forced_with_deviations() -> None:
    """`--env current` names each package that differs, with both versions."""
    at = here(environment=environment(("numpy", "1.0"), ("six", "1.16.0"), python="3.12.1"))
    p = plan(options=ReplayOptions(environment="current"), at=at)
    assert p.environment == "current"
    assert [(d.what, d.recorded, d.replayed) for d in p.deviations] == [
        ("Python", "3.11.7", "3.12.1"),
        ("package numpy", "2.0.0", "1.0"),
    ]


def test_many_differing_packages_are_summarised() -> None:
    """Where a hundred packages differ, the table stays readable and the rest is counted."""
    many = environment(*((f"p{i:03}", "1") for i in range(100)))
    p = plan(record(environment=many), ReplayOptions(environment="current"), here(environment=environment()))
    assert len(p.deviations) == 13
    assert p.deviations[-1].what == "88 more packages"


def test_rebuild_is_forced() -> None:
    """`--env rebuild` rebuilds even what is the same."""
    assert plan(options=ReplayOptions(environment="rebuild")).environment == "rebuild"


def test_environment_that_was_not_recorded() -> None:
    """Without a lock the current environment is used, and that is said."""
    p = plan(record(environment=Environment(Status.MISSING, ("not seen",))))
    assert p.environment == "current"
    assert "environment: not seen" in whats(p.missing)


def test_python_that_is_not_here() -> None:
    """A rebuild that needs a Python that is not there says so before it is tried."""
    p = plan(record(environment=environment(("six", "1"), python="3.9.1")))
    assert "Python 3.9.1" in whats(p.missing)


def test_package_from_a_folder_elsewhere() -> None:
    """A rebuild tells which packages no index has."""
    package = Package("mine", "1", "file:///home/u/lib", editable=True)
    p = plan(record(environment={"packages": (package,)}))
    assert whats(p.missing) == ["package mine"]


def test_layout_imports_from_the_snapshot() -> None:
    """A project that was installed in place is imported from the workspace, and so are modules from elsewhere."""
    inside = Package("exp", "1", "file:///home/u/exp", editable=True)
    files = (FileDigest("src/exp/__init__.py", 1, "ee"),)
    snapshot = Snapshot("a", "d", 1, files=files, external=("external/0",))
    recorded = record(
        code={"snapshot": snapshot},
        environment={"packages": (inside,)},
        outputs=Outputs(Status.RECORDED, files=(FileDigest("out/a/m.csv", 1, ""), FileDigest("top.csv", 1, ""))),
    )
    assert layout(recorded).import_folders == ("external/0", "src")
    assert layout(recorded).folders == ("out/a",)


def test_layout_takes_the_projects_folder_for_itself_beside_its_src() -> None:
    """Where both are imported from, the folder does not stand for its `src`."""
    both = tuple(
        Package(n, "0", f"file:///home/u/exp{inner}", editable=True) for n, inner in (("a", ""), ("b", "/src"))
    )
    snapshot = Snapshot("a", "d", 1, files=(FileDigest("src/fit.py", 1, "ee"), FileDigest("practice/a.py", 1, "ee")))
    recorded = record(code={"snapshot": snapshot}, environment={"packages": both})
    assert layout(recorded).import_folders == (".", "src")


def test_threads_are_not_pinned_where_the_machine_is_the_same() -> None:
    """Two cores then and now need no variables."""
    assert plan().variables == {}


def test_threads_are_pinned_on_another_machine() -> None:
    """On more cores every library gets the threads that it had."""
    pools = (ThreadPool("blas", "openblas", threads=1), ThreadPool("openmp", "openmp", threads=2))
    recorded = record(machine=machine(pools=pools, threads={"tensorflow.intraop": 0}))
    p = plan(recorded, at=here(machine=machine(usable_cores=8)))
    wanted = {
        "OMP_NUM_THREADS": "2",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "2",
        "TF_NUM_INTRAOP_THREADS": "2",
    }
    assert wanted.items() <= p.variables.items()


def test_recorded_variables_go_before_pins() -> None:
    """A variable that the user had set is restored as it was."""
    recorded = record(machine=machine(variables={"OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "7", "TZ": "UTC"}))
    p = plan(recorded, at=here(machine=machine(usable_cores=8)))
    assert (p.variables["OMP_NUM_THREADS"], p.variables["TZ"]) == ("1", "UTC")
    assert "PYTHONHASHSEED" not in p.variables


def test_other_kernels_are_pinned_and_the_cpu_is_named() -> None:
    """A CPU with wider registers takes the recorded kernels, and the difference is a deviation all the same."""
    pools = (ThreadPool("blas", "openblas", threads=2, architecture="Haswell"),)
    recorded = record(machine=machine(cpu_flags=("avx2",), pools=pools))
    p = plan(recorded, at=here(machine=machine(cpu_model="B", cpu_flags=("avx2", "avx512f"))))
    assert p.variables == {"OPENBLAS_CORETYPE": "Haswell", "ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2"}
    assert whats(p.deviations) == ["CPU"]


def test_redacted_argument_is_an_obstacle_until_it_is_set() -> None:
    """A secret in argv must be given again, and is not told."""
    recorded = record(code={"argv": ("--token", "[redacted]", "--lr", "1")})
    refused = plan(recorded)
    assert "argument --token" in whats(refused.missing)
    assert "--token" in obstacles(refused)[0]
    given = plan(recorded, ReplayOptions(overrides={"token": "s3cret"}))
    assert given.argv == ("--token", "s3cret", "--lr", "1")
    assert obstacles(given) == ()
    assert "s3cret" not in str(given.deviations)


def test_set_is_a_deviation() -> None:
    """An override names what was recorded and what runs."""
    p = plan(options=ReplayOptions(overrides={"lr": "0.2"}))
    assert p.argv == ("--lr", "0.2")
    assert [(d.what, d.recorded, d.replayed) for d in p.deviations] == [("argument lr", "0.1", "0.2")]


def test_notebook_parameters_are_kept_apart() -> None:
    """A notebook's override does not touch argv."""
    p = plan(record(code={"kind": EntryKind.NOTEBOOK, "argv": ()}), ReplayOptions(overrides={"lr": "0.2"}))
    assert (p.argv, p.overrides, whats(p.deviations)) == ((), {"lr": "0.2"}, ["parameter lr"])


def test_recorded_parameters_are_part_of_the_plan() -> None:
    """An override says what was recorded; the value itself stays in the plan beside it."""
    recorded = record(code={"kind": EntryKind.NOTEBOOK, "argv": (), "parameters": {"lr": "0.1", "msg": "hi"}})
    assert (plan(recorded).parameters, plan(recorded).deviations) == ({"lr": "0.1", "msg": "hi"}, ())
    p = plan(recorded, ReplayOptions(overrides={"lr": "0.2"}))
    assert (p.parameters, p.overrides) == ({"lr": "0.1", "msg": "hi"}, {"lr": "0.2"})
    assert [(d.what, d.recorded, d.replayed) for d in p.deviations] == [("parameter lr", "0.1", "0.2")]


def test_a_redacted_parameter_is_an_obstacle_until_it_is_set() -> None:
    """As an argument is: the notebook's own value would be another one."""
    recorded = record(code={"kind": EntryKind.NOTEBOOK, "argv": (), "parameters": {"api_key": "[redacted]"}})
    refused = plan(recorded)
    assert "parameter api_key" in whats(refused.missing)
    assert "api_key" in obstacles(refused)[0]
    given = plan(recorded, ReplayOptions(overrides={"api_key": "s3cret"}))
    assert obstacles(given) == ()
    assert "s3cret" not in str(given.deviations)


def test_skipped_cells_and_waiting_calls_are_named() -> None:
    """Cells that are not run are deviations; calls of a script that wait are told in advance."""
    p = plan(at=here(skipped_cells=((3, "installs packages"),), waiting=((9, "starts a server"),)))
    assert (p.skipped_cells, whats(p.deviations)) == (((3, "installs packages"),), ["cell 3"])
    assert whats(p.missing) == ["line 9 starts a server"]


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({}, "not found"),
        ({DATA.path: FoundFile("/other/x.csv", "changed")}, "another file"),
        ({DATA.path: FoundFile("/other/x.csv", "unread")}, "cannot be read"),
    ],
)
def test_data_problems(files: dict[str, FoundFile], problem: str) -> None:
    """Absent, changed and unreadable data stop a replay, unless changed data was allowed."""
    p = plan(at=here(files=files))
    assert problem in p.data[0].problem
    assert obstacles(p)
    assert obstacles(p, allow_changed_data=True) == ()


def test_data_is_placed_where_the_program_looks() -> None:
    """A file of the project goes to its place in the workspace, wherever it was found."""
    p = plan(at=here(files={DATA.path: FoundFile("/mnt/x.csv")}))
    assert [(d.found, d.target, d.problem) for d in p.data] == [("/mnt/x.csv", "data/x.csv", "")]


def test_data_of_the_snapshot_is_not_placed_again() -> None:
    """A small file that is in the snapshot needs nothing."""
    snapshot = Snapshot("a", "d", 1, files=(DATA,))
    assert plan(record(code={"snapshot": snapshot}), at=here(files={})).data == ()


def test_absolute_data_elsewhere_is_a_problem() -> None:
    """A file that the program names by an absolute path cannot be moved."""
    file = FileDigest("/data/big.bin", 5, "cc")
    recorded = record(data=Data(Status.RECORDED, files=(file,)))
    assert plan(recorded, at=here(files={file.path: FoundFile(file.path)})).data[0].problem == ""
    assert "--set" in plan(recorded, at=here(files={file.path: FoundFile("/mnt/big.bin")})).data[0].problem


def test_working_directory_above_the_project() -> None:
    """A program started from the folder above runs in a folder above, under the project's own name."""
    file = FileDigest("/home/u/shared.csv", 5, "cc")
    recorded = record(code={"cwd": "/home/u"}, data=Data(Status.RECORDED, files=(file,)))
    p = plan(recorded, at=here(files={file.path: FoundFile(file.path)}))
    assert (p.cwd, p.data[0].target) == ("../exp/..", "../shared.csv")


@pytest.mark.parametrize(
    ("root", "cwd", "planned", "targets"),
    [
        ("/home/u/exp", "/opt/jobs", "../../../home/u/exp/../../../opt/jobs", ["../../../opt/jobs/x.csv"]),
        ("/a/src", "/b", "../../a/src/../../b", ["../../b/x.csv"]),
        ("/w/a", "/w/b/sub", "../a/../b/sub", ["../b/sub/x.csv"]),
        ("/app", "/", "../app/..", ["../x.csv"]),
    ],
)
def test_a_working_directory_elsewhere_is_imitated(root: str, cwd: str, planned: str, targets: list[str]) -> None:
    """It and the project have their places below the folder in common; what is read there is put there."""
    file = FileDigest(f"{cwd.rstrip('/')}/x.csv", 5, "cc")
    recorded = record(code={"project_root": root, "cwd": cwd}, data=Data(Status.RECORDED, files=(file,)))
    p = plan(recorded, at=here(files={file.path: FoundFile(file.path)}))
    assert (p.cwd, [d.target for d in p.data], p.deviations) == (planned, targets, ())


def test_a_neighbour_of_a_working_directory_elsewhere_is_placed() -> None:
    """``../shared/s.csv`` as well as what lies below; what is far from both stays at its absolute place."""
    near, far = FileDigest("/w/x/shared/s.csv", 5, "cc"), FileDigest("/data/s.csv", 5, "dd")
    code = {"project_root": "/home/u/v/w/exp", "cwd": "/w/x/y/z"}
    recorded = record(code=code, data=Data(Status.RECORDED, files=(near, far)))
    p = plan(recorded, at=here(files={f.path: FoundFile(f.path) for f in (near, far)}))
    assert [d.target for d in p.data] == ["../../../../../w/x/shared/s.csv", None]


def test_a_working_directory_without_a_project() -> None:
    """Where it is not known where the project was, the program runs in its folder, and that is said."""
    p = plan(record(code={"project_root": "", "cwd": "/opt/jobs"}))
    assert (p.cwd, whats(p.deviations)) == (".", ["working directory"])


def test_isolated_interpreter() -> None:
    """Options that would keep the confinement out are taken away, and that is said."""
    p = plan(record(code={"interpreter_options": ("-X", "dev", "-IB", "-W", "error")}))
    assert p.interpreter_options == ("-X", "dev", "-B", "-W", "error")
    assert whats(p.deviations) == ["interpreter option"]


def test_ambient_states() -> None:
    """A run whose entropy was only watched gets its generator states back, and the gap is named."""
    states = (GeneratorState("random", "ff", "state"), GeneratorState("torch", "ee"))
    randomness = Randomness(Status.PARTIAL, ("bis came late",), root=None, hash_seed=None, states=states)
    p = plan(record(mode=Mode.AMBIENT, randomness=randomness))
    assert p.states == states[:1]
    assert {"randomness: bis came late", "hash seed", "entropy"} <= set(whats(p.missing))


def test_unserved_entropy() -> None:
    """Where nothing of the randomness is known, it is said what follows."""
    p = plan(record(randomness=Randomness(Status.MISSING, ("not served",))))
    assert "a program that sets no seed will differ" in str(p.missing)


def test_unrecorded_run() -> None:
    """A run that bis never saw is not guessed at: nothing runs without a clone."""
    p = plan(missing_record("bis did not see this run"))
    assert (p.source, p.environment) == ("missing", "current")
    assert len(obstacles(p)) == 2


def tags(target: str) -> Any:
    """A record from tags only."""
    code = Code(Status.PARTIAL, ("tags",), kind=EntryKind.SCRIPT, target=target, commit="c" * 40)
    return record(mode=Mode.TAGS, code=code, data=Data(Status.MISSING))


def test_commit_without_clone() -> None:
    """With a commit alone, the plan asks for a clone."""
    assert "--source" in obstacles(plan(tags("train.py")))[0]
    assert "fetch" in obstacles(plan(tags("train.py"), at=here(clone=Clone("/c", has_commit=False))))[0]


@pytest.mark.parametrize(
    ("target", "found"),
    [
        ("train.py", "code/train.py"),
        ("/home/u/exp/code/train.py", "code/train.py"),
        ("a.py", ""),
        ("gone.py", ""),
    ],
)
def test_commit_with_clone(target: str, found: str) -> None:
    """The program is found in the commit where its name is unmistakable, and not otherwise."""
    clone = Clone("/c", has_commit=True, files=("code/train.py", "x/a.py", "y/a.py"))
    p = plan(tags(target), at=here(clone=clone))
    assert ("commit", found) == (p.source, p.target)
    assert {"arguments", "uncommitted changes"} <= set(whats(p.missing))
    assert bool(obstacles(p)) == (found == "")


def test_state_that_was_carried_over_comes_from_the_record() -> None:
    """Files that the program changed are put back; where they are now may not be read."""
    counter, beside, small = (FileDigest(name, 1, "cc") for name in ("counter.txt", "/home/u/state.db", "flag"))
    data = Data(
        Status.RECORDED, files=(DATA, counter, beside), carried=Carried("bis/c", files=(counter, beside, small))
    )
    made = make_plan(record(data=data), ReplayOptions(), here(), run_id="r")
    assert made.data[1:] == (
        DataPlacement(counter, None, "counter.txt", kept=True),
        DataPlacement(beside, None, "../state.db", kept=True),
        DataPlacement(small, None, "flag", kept=True),
    )
    assert made.later == ("/home/u/exp/counter.txt", "/home/u/state.db")
    assert obstacles(made) == ()


def test_state_elsewhere_cannot_be_put_back() -> None:
    """A file that the program changes far from its project is a problem, unless it did not read it."""
    read, written = FileDigest("/srv/state.db", 1, "cc"), FileDigest("/srv/out.txt", 1, "dd")
    data = Data(Status.RECORDED, files=(read,), carried=Carried("bis/c", files=(read, written)))
    made = make_plan(record(data=data), ReplayOptions(), here(), run_id="r")
    assert [(p.file, p.target, bool(p.problem)) for p in made.data] == [(read, None, True)]


def test_a_file_without_a_digest_is_not_taken_for_the_recorded_one() -> None:
    """At its place it may be in a later state, whatever its size; from a folder that the user names it is taken."""
    file = FileDigest("counter.txt", 1, "")
    lost = record(data=Data(Status.RECORDED, files=(file,)))
    there = plan(lost, at=here(files={"counter.txt": FoundFile("/home/u/exp/counter.txt")}))
    assert "was not recorded" in there.data[0].problem
    given = plan(lost, at=here(files={"counter.txt": FoundFile("/given/counter.txt")}))
    assert given.data == (DataPlacement(file, "/given/counter.txt", "counter.txt"),)
    assert whats(given.missing) == ["content of counter.txt"]


def test_layout_leaves_out_what_the_program_makes() -> None:
    """Folders that it wrote to must be there, unless it makes them; what was absent is taken away."""
    outputs = {"files": tuple(FileDigest(n, 1, "") for n in ("old/a/x", "new/b/y", "old/made/z", "top"))}
    data = Data(Status.RECORDED, carried=Carried(absent=("new", "old/made")))
    made = layout(record(data=data, outputs=outputs))
    assert (made.folders, made.absent) == (("old/a", "old"), ("new", "old/made"))


def test_standard_input_that_was_lost_prevents_a_replay() -> None:
    """It would end in an error that the original did not have."""
    lost = StandardInput("terminal", read=True, complete=False, problem="terminal")
    plan = make_plan(record(parameters={"stdin": lost}), ReplayOptions(), here(), run_id="r")
    assert [o for o in obstacles(plan) if "terminal" in o]
    kept = StandardInput("pipe", read=True, digest="ab")
    plan = make_plan(record(parameters={"stdin": kept}), ReplayOptions(), here(), run_id="r")
    assert (plan.stdin, obstacles(plan)) == ("ab", ())


def test_a_replay_has_as_many_streams_as_the_original() -> None:
    """One, where its two were the same; two in records from before that was kept."""
    assert plan(record(outputs={"stderr_in_stdout": True})).stderr_in_stdout
    assert not plan().stderr_in_stdout


def test_settings_of_libraries_are_taken_as_they_are() -> None:
    """What a library keeps for all programs is no reason to refuse a replay; the plan says that it may have changed."""
    kept, lost = FileDigest("/home/u/.cache/lib/state.json", 1, "cc"), FileDigest("/home/u/.lib/settings", 1, "")
    data = Data(Status.RECORDED, files=(kept, lost), carried=Carried("bis/c", files=(kept,)))
    made = make_plan(record(data=data), ReplayOptions(), here(), run_id="r")
    assert (made.data, made.later) == ((), ())
    assert whats(made.missing) == [f"state of {kept.path}", f"state of {lost.path}"]


def test_what_is_set_to_what_it_was_is_no_change() -> None:
    """Of a secret it is not known whether it is another one."""
    notebook = {
        "kind": EntryKind.NOTEBOOK,
        "target": "a.ipynb",
        "argv": (),
        "parameters": {"lr": "1", "token": "[redacted]"},
    }
    p = plan(record(code=notebook), options=ReplayOptions(overrides={"lr": "1", "token": "x"}))
    assert [(d.what, d.replayed) for d in p.deviations] == [("parameter token", "[redacted]")]
    assert p.overrides == {"lr": "1", "token": "x"}
    changed = plan(record(code=notebook), options=ReplayOptions(overrides={"lr": "2", "token": "x"}))
    assert [d.what for d in changed.deviations] == ["parameter lr", "parameter token"]


def test_what_other_programs_logged_is_not_judged() -> None:
    """The plan says so, of a run that was resumed and whose own points are known."""
    resumed = replace(record(), sessions=2)
    assert whats(plan(resumed).missing) == []
    assert whats(plan(replace(resumed, own_points={})).missing) == ["outputs: another program resumed the run"]
    twice = replace(resumed, sessions=3, own_points={"loss": 1})
    assert whats(plan(twice).missing) == ["outputs: 2 other programs resumed the run"]
