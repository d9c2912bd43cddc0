"""Thread counts and determinism switches of libraries that a program has loaded; nothing is imported to find out."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # typing is not loaded for this
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType
    from typing import Any

_INSTALLED = ("site-packages", "dist-packages")
_FLAGS = ("optimize", "hash_randomization", "dev_mode", "utf8_mode", "isolated", "ignore_environment", "safe_path")


def inprocess_machine_facts(modules: Mapping[str, ModuleType] | None = None) -> dict[str, Any]:
    """Look at this process, at the end of a program.

    Parameters
    ----------
    modules : mapping, optional
        ``sys.modules`` if not given.

    Returns
    -------
    dict
        Of JSON values: ``pools`` (each with the fields of `bis.model.facets.ThreadPool`), ``threads`` (name to count),
        ``switches`` (name to text) and ``reasons``.
    """
    modules = dict(sys.modules) if modules is None else modules
    threads: dict[str, int] = {}
    switches: dict[str, str] = {}
    reasons: list[str] = []
    pools: list[dict[str, Any]] = []
    for name, look in (("torch", _torch), ("tensorflow", _tensorflow), ("numexpr", _numexpr), ("jax", _jax)):
        if name in modules:
            # Attributes differ between versions of a library, and a half-imported one has none.
            try:
                look(modules, threads, switches)
            except (AttributeError, TypeError, ValueError, RuntimeError, KeyError, ImportError) as exc:
                reasons.append(f"switches of {name} are not known: {type(exc).__name__}: {exc}")
    try:
        pools = _pools()
    except ImportError:
        reasons.append("thread pools are not known: threadpoolctl is not installed")
    except (OSError, RuntimeError, AttributeError, TypeError, ValueError) as exc:
        reasons.append(f"thread pools are not known: {type(exc).__name__}: {exc}")
    for flag in _FLAGS:
        value = getattr(sys.flags, flag, None)
        if value is not None:
            switches[f"python.{flag}"] = str(int(value))
    return {"pools": pools, "threads": threads, "switches": switches, "reasons": reasons}


def file_of(module: Any) -> Any:
    """The file of a module as its namespace has it: asking a lazy module for an attribute would load it."""
    try:
        return object.__getattribute__(module, "__dict__").get("__file__")
    except AttributeError:  # whatever a program puts into sys.modules
        return None


def _pools() -> list[dict[str, Any]]:
    if not _has_native_code():
        return []
    import threadpoolctl  # looks at what is loaded; imported at the end of a program only

    found = []
    for info in threadpoolctl.threadpool_info():
        pool = {
            "api": str(info.get("user_api", "")),
            "library": str(info.get("internal_api") or info.get("prefix", "")),
            "version": str(info.get("version") or ""),
            "threads": int(info.get("num_threads") or 0),
            "architecture": str(info.get("architecture") or ""),
            "layer": str(info.get("threading_layer") or ""),
        }
        if pool not in found:
            found.append(pool)
    return sorted(found, key=lambda p: (p["api"], p["library"], p["version"], p["threads"]))


def _has_native_code() -> bool:
    """Whether code that is not the interpreter's own was loaded: without it there is no pool to look for.

    Looking takes threadpoolctl and ctypes, several times the cost of all else that is done at the end.
    """
    if "ctypes" in sys.modules:
        return True
    own = os.path.dirname(os.__file__) + os.sep  # noqa: PTH120 (pathlib is not loaded for this)
    for module in list(sys.modules.values()):
        file = file_of(module)
        if isinstance(file, str) and file.endswith((".so", ".pyd")) and not _in_stdlib(file, own):
            return True
    return False


def _in_stdlib(file: str, folder: str) -> bool:
    return file.startswith(folder) and not any(f"{os.sep}{name}{os.sep}" in file for name in _INSTALLED)


def _torch(modules: Mapping[str, ModuleType], threads: dict[str, int], switches: dict[str, str]) -> None:
    torch: Any = modules["torch"]
    threads["torch.intraop"] = int(torch.get_num_threads())
    threads["torch.interop"] = int(torch.get_num_interop_threads())
    switches["torch.cpu_capability"] = str(torch.backends.cpu.get_cpu_capability())
    switches["torch.deterministic_algorithms"] = str(torch.are_deterministic_algorithms_enabled())
    switches["torch.deterministic_warn_only"] = str(torch.is_deterministic_algorithms_warn_only_enabled())
    switches["torch.float32_matmul_precision"] = str(torch.get_float32_matmul_precision())
    switches["torch.default_dtype"] = str(torch.get_default_dtype())
    for name in ("deterministic", "benchmark"):
        switches[f"torch.cudnn.{name}"] = str(getattr(torch.backends.cudnn, name))
    switches["torch.mkldnn"] = str(torch.backends.mkldnn.enabled)


def _tensorflow(modules: Mapping[str, ModuleType], threads: dict[str, int], switches: dict[str, str]) -> None:
    switches["tensorflow.onednn"] = os.environ.get("TF_ENABLE_ONEDNN_OPTS", "default")  # what TensorFlow itself reads
    config: Any = modules.get("tensorflow.python.framework.config")
    if config is not None:
        switches["tensorflow.op_determinism"] = str(bool(config.is_op_determinism_enabled()))
    eager: Any = modules.get("tensorflow.python.eager.context")
    context = eager.context_safe() if eager is not None else None
    if context is None:
        return
    # The public getters would start the runtime (and reserve a GPU) where the program has not; the fields do not.
    for name in ("intra", "inter"):
        value = getattr(context, f"_{name}_op_parallelism_threads")
        threads[f"tensorflow.{name}op"] = int(value or 0)  # 0: TensorFlow chooses
    switches["tensorflow.started"] = str(bool(context._initialized))  # noqa: SLF001 - see above


def _numexpr(modules: Mapping[str, ModuleType], threads: dict[str, int], _switches: dict[str, str]) -> None:
    numexpr: Any = modules["numexpr"]
    threads["numexpr"] = int(numexpr.get_num_threads())


def _jax(modules: Mapping[str, ModuleType], _threads: dict[str, int], switches: dict[str, str]) -> None:
    config: Any = modules["jax"].config
    read: Callable[[str], Any] = config._read if hasattr(config, "_read") else lambda name: getattr(config, name)  # noqa: SLF001 - there is no public reader by name in older versions
    for name in (
        "jax_enable_x64",
        "jax_default_matmul_precision",
        "jax_default_prng_impl",
        "jax_threefry_partitionable",
    ):
        switches[f"jax.{name.removeprefix('jax_')}"] = str(read(name))
