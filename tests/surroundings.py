"""What a test must not depend on: the variables, the settings and the folder of whoever starts the tests."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# Prefixes and names of variables that bis, MLflow, git, rich or Python would act on. Settings of package indexes and
# certificates stay: tests that install packages need those of the machine.
PREFIXES = ("BIS_", "MLFLOW_", "GIT_", "GITHUB_", "RUNNER_", "AUDIT_", "DATABRICKS_")
NAMES = frozenset(
    {
        *("CI", "GH_TOKEN", "KUBERNETES_SERVICE_HOST", "container"),
        *("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLORTERM", "COLUMNS", "LINES", "TTY_COMPATIBLE"),
        *("PYTHONPATH", "PYTHONHASHSEED", "PYTHONSTARTUP", "PYTHONOPTIMIZE", "PYTHONWARNINGS", "PYTHONSAFEPATH"),
        *("PYTHONDONTWRITEBYTECODE", "PYTHONINSPECT", "PYTHONVERBOSE", "PYTHONNOUSERSITE", "PYTHONPYCACHEPREFIX"),
        *("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "CUDA_VISIBLE_DEVICES"),
        *("SOURCE_DATE_EPOCH", "XDG_STATE_HOME", "XDG_CONFIG_HOME"),
    }
)
_KEPT = frozenset({"GIT_SSL_CAINFO", "GIT_SSL_CAPATH"})

_GIT_CONFIG = """\
[user]
    name = Ada
    email = ada@example.org
[init]
    defaultBranch = main
[commit]
    gpgSign = false
"""


def isolated(environ: Mapping[str, str], folder: Path) -> dict[str, str]:
    """The variables that tests run with: `environ` without what could change a result, and homes inside `folder`."""
    kept = {k: v for k, v in environ.items() if k in _KEPT or not (k.startswith(PREFIXES) or k in NAMES)}
    git_config = folder / "gitconfig"
    git_config.write_text(_GIT_CONFIG, encoding="utf-8")
    return {
        **kept,
        "BIS_HOME": str(folder / "home"),
        "XDG_STATE_HOME": str(folder / "state"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "GIT_CONFIG_GLOBAL": str(git_config),
        "GIT_CONFIG_NOSYSTEM": "1",
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }


def isolate(folder: Path) -> None:
    """Give this process, and all that it starts, the variables of `isolated`."""
    wanted = isolated(os.environ, folder)
    os.environ.clear()
    os.environ.update(wanted)
