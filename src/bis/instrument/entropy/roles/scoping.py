"""Scoping the roles of randomness in a process: what is attached to which module, and what is reported at the end."""

from __future__ import annotations

import sys
from types import FunctionType

from bis.instrument.entropy.roles.call_site import NUMPY, PYTHON, TORCH, CallSite
from bis.instrument.entropy.roles.in_place import exchange
from bis.instrument.entropy.roles.role_streams import RoleStreams
from bis.instrument.entropy.roles.scopes import Scopes, seed_text
from bis.instrument.entropy.roles.sites.site_catalogue import catalogue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType
    from typing import Any

    from bis.instrument.entropy.entropy_plan import EntropyPlan
    from bis.instrument.entropy.service import EntropyService


# What these ask for names files, runs and messages.
_BOOKKEEPING = frozenset(
    [
        "IPython",
        "alembic",
        "bis",
        "databricks",
        "dask",
        "debugpy",
        "distributed",
        "docker",
        "fsspec",
        "git",
        "gitdb",
        "gunicorn",
        "huggingface_hub",
        "ipykernel",
        "joblib",
        "jupyter_client",
        "loky",
        "matplotlib",
        "mlflow",
        "opentelemetry",
        "requests",
        "sqlalchemy",
        "tornado",
        "urllib3",
        "werkzeug",
        "zmq",
    ]
)


# The names of runs: of no role, and no other role's numbers shift where a run is given a name or makes one up.
_NAMES = CallSite("mlflow.utils.name_utils", "_generate_random_name", "", generators=(PYTHON,))


class Scoping:
    """The roles of one process.

    Parameters
    ----------
    plan : EntropyPlan
        With the roots of roles.
    service : EntropyService
        Its streams become those of roles.
    """

    def __init__(self, plan: EntropyPlan, service: EntropyService) -> None:
        self._service = service
        self.scopes = Scopes(service.reports, reseeded=plan.reseeded)
        self.streams = RoleStreams(plan.root, plan.key, plan.roles, self.scopes.role)
        service.streams = self.streams
        self.scopes.from_seed = self.streams.from_seed
        self.scopes.on_work = self._worked
        self._is_child = self._is_worker = False
        self._work = 0
        self.streams.on_draw = self._drew
        service.on_rekey["roles"] = self._begin_again
        service.on_roles = self._take

    def hooks(self) -> list[tuple[str, Callable[[ModuleType], None]]]:
        """What is done after the import of which module."""
        sites: dict[str, list[CallSite]] = {}
        for site in (*catalogue(), _NAMES):
            sites.setdefault(site.module, []).append(site)
        found: list[tuple[str, Callable[[ModuleType], None]]] = [
            ("random", self._with_python),
            ("numpy.random", self._with_numpy),
            ("torch", self._with_torch),
            ("tensorflow.python.framework.random_seed", self._with_tensorflow),
            ("sklearn.utils.validation", self._with_sklearn),
            ("multiprocessing.util", self._with_processes),
        ]
        found += [(module, self._wrapping(rows)) for module, rows in sites.items()]
        return found

    def tell(self) -> None:
        """Tell the observer what this process drew until now."""
        self._service.reports.draws(self._service.key, self.report())

    def report(self) -> list[dict[str, Any]]:
        """The draws of this process by role.

        Those of a worker of a loader are told apart: it works ahead, and how far it gets may be a race.
        """
        for family in list(self.scopes.families.values()):
            family.settle()
        told = self.scopes.ledger.report()
        return [{**role, "ahead": True} for role in told] if self._is_worker else told

    def _worked(self) -> None:
        """A piece of work has ended: in a worker process tell, less and less often, what was drawn.

        Workers of a loader that are still there when the program ends are ended by signals.
        """
        if not self._is_child:
            return
        self._is_worker = True
        self._work += 1
        if self._work & (self._work - 1) == 0:  # the first, the second, the fourth, ...
            self._service.reports.attempt("draws by role", self.tell)

    def takes_roles(self) -> bool:
        """Whether roles can still get other roots: nothing was drawn from generators that depend on them."""
        return not self.streams.drawn_for_roles() and all(f.is_as_begun() for f in self.scopes.families.values())

    def _take(self, roles: Mapping[str, str]) -> None:
        self.streams.take({role: bytes.fromhex(root) for role, root in roles.items()})
        for family in self.scopes.families.values():
            family.begin()
        self._service.shared.begin_again()

    def _wrapping(self, rows: list[CallSite]) -> Callable[[ModuleType], None]:
        def wrap(module: ModuleType) -> None:
            for row in rows:
                self._service.reports.attempt(f"{row.module}.{row.name}", lambda row=row: self.wrap(module, row))  # type: ignore[misc]  # bound now

        return wrap

    def wrap(self, module: ModuleType, row: CallSite) -> None:
        """Let calls of a site draw for its role; nothing where the module, of another version, does not have it."""
        owner: Any = module
        *path, name = row.name.split(".")
        for part in path:
            owner = getattr(owner, part, None)
        found = vars(owner).get(name) if owner is not None else None
        function = found.__func__ if isinstance(found, (classmethod, staticmethod)) else found
        if isinstance(function, FunctionType):
            exchange(function, lambda original: self.scopes.calling(row, original))

    def _with_python(self, module: ModuleType) -> None:
        from bis.instrument.entropy.roles.python_roles import PythonRoles  # it imports the module itself

        if PYTHON not in self.scopes.families:
            roles = self.scopes.families[PYTHON] = PythonRoles(module, self.scopes, self.streams)
            self._service.on_random_seeded = roles.seeded_anew
            self._service.shared.begins_anew("python.random")

    def _with_torch(self, module: ModuleType) -> None:
        from bis.instrument.entropy.roles.torch_roles import TorchRoles  # with the library

        if TORCH not in self.scopes.families:
            self.scopes.families[TORCH] = TorchRoles(module, self.scopes, self.streams)
            self._service.shared.begins_anew("torch.cpu")

    def _with_processes(self, module: ModuleType) -> None:
        """Let processes that multiprocessing starts tell what they drew: they end without the usual way out."""
        util: Any = module

        def in_child(this: Scoping) -> None:
            this._is_child = True
            util.Finalize(None, this.tell, exitpriority=0)

        util.register_after_fork(self, in_child)

    def _with_tensorflow(self, module: ModuleType) -> None:
        from bis.instrument.entropy.roles.tensorflow_roles import attach  # with the library

        attach(module, self.scopes, self.streams)

    def _with_sklearn(self, module: ModuleType) -> None:
        """See the seeds that estimators are given which are not in the registry."""

        def handler(original: Any) -> Any:
            def check_random_state(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
                text = seed_text(args[0] if args else kwargs.get("seed"))
                if text is not None and not self.scopes.stack():
                    frame = sys._getframe(2)  # noqa: SLF001 - the documented way to the caller
                    self._service.reports.attempt("random_state", lambda: self.scopes.given(text, frame))
                return original(*args, **kwargs)

            return check_random_state

        exchange(module.check_random_state, handler)

    def _drew(self, name: str, drawn: bytes) -> None:
        """Account for entropy of the system that was served for the program, and for seeds of kernels."""
        stack = self.scopes.stack()
        if self.scopes.is_making() or (not stack and (name.startswith("python") or name in _BOOKKEEPING)):
            return
        owner = self.scopes.owner_at(sys._getframe(2))  # noqa: SLF001 - the documented way to the caller
        self.scopes.drew_entropy(owner, -(-len(drawn) // 4), drawn, name.encode() + drawn)

    def _with_numpy(self, module: ModuleType) -> None:
        from bis.instrument.entropy.roles.numpy_roles import NumpyRoles  # with the library

        if NUMPY not in self.scopes.families:
            self.scopes.families[NUMPY] = NumpyRoles(module, self.scopes, self.streams)
            self._service.shared.begins_anew("numpy.random")

    def _begin_again(self) -> None:
        """In the child after a fork."""
        for family in self.scopes.families.values():
            family.settle()
        self.scopes.ledger.begin_again()
