"""Which environment variables are a program's input, and which values are kept."""

from __future__ import annotations

from typing import Any

import pytest

from bis.model.facets import Variable
from bis.record.probes.variables import VariableRead, is_surroundings, probe_variables

ENVIRON = {
    "LR": "0.5",
    "DATA_DIR": "/x",
    "HF_TOKEN": "hf_abcdefghijkl",
    "HOME": "/h",
    "APP_MODEL_LR": "1",
    "UNRELATED": "u",
}


def probed(*reads: VariableRead, sources: tuple[str, ...] = (), **options: Any) -> dict[str, Variable]:
    """Variables by name."""
    given = {"of_libraries": {}, "environ": ENVIRON, **options}
    return {v.name: v for v in probe_variables(reads, sources=lambda: sources, **given)}


def read(name: str, *, there: bool = True, file: str = "train.py", line: int = 1) -> VariableRead:
    """A read by the program's own code."""
    return VariableRead(name, there, file, line)


def test_values_are_kept_where_the_name_is_harmless_or_the_user_says_so() -> None:
    """A learning rate is kept; a path is not, unless it is named."""
    assert probed(read("LR"))["LR"] == Variable("LR", "0.5", file="train.py", line=1)
    assert probed(read("DATA_DIR"))["DATA_DIR"].value is None
    assert probed(read("DATA_DIR"), named=("DATA_DIR",))["DATA_DIR"].value == "/x"


def test_secrets_are_never_kept() -> None:
    """Neither by name nor by form, whatever the user says."""
    token = probed(read("HF_TOKEN"), named=("HF_TOKEN",))["HF_TOKEN"]
    assert (token.value, token.secret) == (None, True)
    environ = {"LR": "hf_" + "a1B2" * 9, "WHERE": "postgresql://me:s3cr3tpw@host/db"}
    found = probed(read("LR"), read("WHERE"), environ=environ, named=("LR", "WHERE"))
    assert [(v.value, v.secret) for v in found.values()] == [(None, True)] * 2


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("MAX_DEPTH", "3", True),
        ("TRAIN_BATCH_SIZE", "64", True),
        ("N_EPOCHS2", "1e3", True),
        ("LR", "a value with spaces", False),
        ("BASE_URL", "x", False),
        ("PIN", "1234", False),
    ],
)
def test_harmless_names(name: str, value: str, *, kept: bool) -> None:
    """Every word of the name is one of experiments, and the value is short and plain."""
    assert (probed(read(name), environ={name: value})[name].value is not None) is kept


def test_names_that_were_not_set_are_known() -> None:
    """What a program asked for in vain is recorded as not set."""
    assert probed(read("FLAG", there=False))["FLAG"] == Variable("FLAG", None, there=False, file="train.py", line=1)


def test_what_another_process_gave_is_not_input() -> None:
    """A child that finds a variable which the launcher did not have got it from its parent."""
    assert probed(read("GIVEN")) == {}


def test_going_through_all_variables_reads_none() -> None:
    """A place that reads many names reads those only that the sources name, or that have a prefix they look for."""
    everything = {f"V{i}": "1" for i in range(20)} | {"APP_LR": "1"}
    reads = [read(name, line=7) for name in everything]
    assert probed(*reads, environ=everything) == {}
    assert set(probed(*reads, environ=everything, sources=("if k.startswith('APP_'): print(setting('V3'))",))) == {
        "APP_LR",
        "V3",
    }


def test_libraries_count_where_the_sources_name_the_variable() -> None:
    """An option with ``envvar=``, a prefix with a field, and a field of settings; nothing else that libraries read."""
    libraries = {
        "UNRELATED": (True, "x"),
        "LR": (True, "click"),
        "APP_MODEL_LR": (True, "click"),
        "EPOCHS": (False, "click"),
    }
    assert set(probed(of_libraries=libraries, sources=("option(envvar='LR')",))) == {"LR"}
    assert set(probed(of_libraries=libraries, sources=("main(auto_envvar_prefix='APP')\ndef model(lr): ...",))) >= {
        "APP_MODEL_LR"
    }
    settings = dict.fromkeys(ENVIRON, (True, "pydantic_settings"))
    assert set(probed(of_libraries=settings, sources=("class Settings(BaseSettings):\n    data_dir: str",))) == {
        "DATA_DIR"
    }
    assert probed(of_libraries={"HOME": (True, "x")}, sources=("HOME = 1",)) == {}


def test_surroundings() -> None:
    """Shell, terminal, interpreter; and what the machine facet records."""
    assert all(is_surroundings(n) for n in ("PATH", "HOME", "XDG_CACHE_HOME", "OMP_NUM_THREADS", "PYTHONPATH"))
    assert not any(is_surroundings(n) for n in ("DATA_DIR", "LR", "HOMEPAGE"))
