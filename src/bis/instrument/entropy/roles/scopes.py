"""The scopes of roles: within one, what is drawn is drawn for its role, from generator states of its own.

The innermost call site that the registry knows decides. A scope gives its generators the states of its role, and
takes them away again at its end, whatever happens in between; so a role that is rooted anew changes what is drawn for
that role only.
"""

from __future__ import annotations

import sys
from _thread import _local

from bis.instrument.entropy.callers import OWN, USER, at_import, is_infrastructure, kind_of, site
from bis.instrument.entropy.roles.call_site import CALL, OTHER, START, CallSite
from bis.instrument.entropy.roles.draw_ledger import DrawLedger, Owner

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType
    from typing import Any, Protocol

    from bis.instrument.entropy.reports import Reports

    class Swap(Protocol):
        """Gives a generator the state of a role."""

        def begin(self) -> None:
            """Begin to draw for the role."""

        def end(self) -> None:
            """Go on as before."""

    class Family(Protocol):
        """Generators of one library."""

        def shared(self) -> object:
            """The generator that the program shares."""

        def holds(self, value: object) -> bool:
            """Whether a value is a generator of this library."""

        def swap(self, generator: Any, owner: Owner) -> Swap | None:
            """What lets a generator draw for a role; None where that would change nothing."""

        def settle(self) -> None:
            """Account for all that was drawn until now."""

        def is_fixed(self) -> bool:
            """Whether the shared generator goes on from a seed that the program set."""

        def begin(self) -> None:
            """Seed from the root of `other` the generators that begin without a seed."""

        def is_as_begun(self) -> bool:
            """Whether nothing was drawn from them since."""


_THREADS_OF_LIBRARIES = {("keras.src.trainers.data_adapters.py_dataset_adapter", "_run"): "shuffle"}
_ENTROPY_BYTES = 16  # what NumPy asks for a sequence of seeds
_MOST_ENTROPIES = 10_000


class RoleScope:
    """A call: its site, its account, and what gives its generators the states of its role."""

    __slots__ = ("begun", "owner", "seeded", "site", "swaps")

    def __init__(self, call_site: CallSite, owner: Owner, *, seeded: bool) -> None:
        self.site = call_site
        self.owner = owner
        self.seeded = seeded
        self.swaps: list[Swap] = []
        self.begun = 0


class Scopes:
    """The scopes of a process, thread by thread.

    Parameters
    ----------
    reports : Reports
        The fence, and what is told of deviations.
    reseeded : bool
        Whether numbers come from the root of a role where the program set a seed.
    """

    def __init__(self, reports: Reports, *, reseeded: bool) -> None:
        self.from_seed: Callable[[str, str, str, int], bytes] = _no_streams
        self.reports = reports
        self.reseeded = reseeded
        self.ledger = DrawLedger()
        self.families: dict[str, Family] = {}
        self.on_work: Callable[[], None] = _nothing
        self._threads = _local()
        self._begun: list[Owner] = []
        self._announced: set[str] = set()
        self._entropies: dict[int, tuple[Owner, int, bytes] | None] = {}
        self._told: set[tuple[object, ...]] = set()

    # -- where this thread is -----------------------------------------------------------------------------------------

    def stack(self) -> list[RoleScope]:
        """The scopes of this thread, the innermost one last."""
        found: list[RoleScope] | None = getattr(self._threads, "stack", None)
        if found is None:
            found = self._threads.stack = []
        return found

    def role(self) -> str:
        """The role for which this thread draws."""
        stack = self.stack()
        return stack[-1].site.role if stack else OTHER

    def owner_at(self, frame: FrameType | None) -> Owner:
        """The account of a generator that is made in `frame`."""
        stack = self.stack()
        if stack:
            return stack[-1].owner
        if at_import(frame) or is_infrastructure(frame):
            return Owner("")
        place = site(frame)
        return Owner(OTHER, "", place.file, place.line)

    def is_nested(self) -> bool:
        """Whether this thread is in a scope, and in one of another role around it."""
        stack = self.stack()
        return len(stack) > 1 and any(scope.site.role != stack[-1].site.role for scope in stack)

    def is_seeded(self) -> bool:
        """Whether the innermost scope draws from a seed that the program set."""
        stack = self.stack()
        return bool(stack) and stack[-1].seeded

    def direct(self, frame: FrameType, role: str, name: str) -> Owner | None:
        """The account of a draw that the user's code in `frame` makes itself; None where it is other code.

        Some code of libraries is as the user's: threads that draw while others draw as well, from the same generator.
        """
        if kind_of(frame.f_code.co_filename) != USER:
            known = _THREADS_OF_LIBRARIES.get((str(frame.f_globals.get("__name__")), frame.f_code.co_name))
            return None if known is None or self.stack() else Owner(known, name)
        for scope in reversed(self.stack()):
            if scope.site.holds_user_code:
                role = scope.site.role
                break
        return Owner(role, name, frame.f_code.co_filename, frame.f_lineno)

    # -- scopes -------------------------------------------------------------------------------------------------------

    def prepare(
        self, call_site: CallSite, frame: FrameType | None, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> RoleScope | None:
        """The scope of a call that is about to begin; None where it would change nothing, or failed."""
        return self.reports.attempt(call_site.name, lambda: self._prepare(call_site, frame, args, kwargs))

    def begin(self, scope: RoleScope) -> None:
        """Begin a scope."""
        stack = self.stack()
        if not stack:
            self._begun.append(scope.owner)
        stack.append(scope)
        for swap in scope.swaps:
            self.reports.attempt(scope.site.name, swap.begin)

    def end(self, scope: RoleScope) -> None:
        """End it."""
        stack = self.stack()
        for swap in reversed(scope.swaps):
            self.reports.attempt(scope.site.name, swap.end)
        if scope in stack:
            del stack[stack.index(scope) :]
            if not stack and scope.owner in self._begun:
                self._begun.remove(scope.owner)

    def calling(self, call_site: CallSite, function: Callable[..., Any]) -> Callable[..., Any]:
        """What calls `function` in a scope."""

        def call(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
            scope = self.prepare(call_site, sys._getframe(2), args, kwargs)  # noqa: SLF001 - the documented way to the caller
            if call_site.replaces and self.reseeded:
                args, kwargs = self._replaced(call_site, scope, function, args, kwargs)
            if scope is None:
                return function(*args, **kwargs)
            self.begin(scope)
            try:
                return function(*args, **kwargs)
            finally:
                self.end(scope)
                if call_site.works:
                    self.on_work()

        def iterate(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
            scope = self.prepare(call_site, sys._getframe(2), args, kwargs)  # noqa: SLF001 - as above
            if scope is None:
                return function(*args, **kwargs)
            self.begin(scope)
            try:
                steps = iter(function(*args, **kwargs))
            finally:
                self.end(scope)
            return self._steps(scope, steps)

        return call if call_site.wrap == CALL else iterate

    def _steps(self, scope: RoleScope, steps: Iterator[Any]) -> Iterator[Any]:
        """The steps of an iterator, each in a scope; what happens between them is not in it."""
        while True:
            self.begin(scope)
            try:
                step = next(steps)
            except StopIteration:
                return
            finally:
                self.end(scope)
            yield step
            if scope.site.wrap == START:
                yield from steps
                return

    def _prepare(
        self, call_site: CallSite, frame: FrameType | None, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> RoleScope | None:
        stack = self.stack()
        if call_site.yields and stack and (frame is None or kind_of(frame.f_code.co_filename) != USER):
            return None
        place = site(frame)
        counts = not call_site.makes_seed
        owner = Owner(call_site.role, call_site.qualified_name, place.file, place.line, counts=counts)
        if (
            place.file.startswith("<") and self._begun
        ):  # a thread of a library, which works for a call of the user's code
            owner.file, owner.line = self._begun[-1].file, self._begun[-1].line
        if (
            stack
            and stack[-1].owner.counts is counts
            and (stack[-1].owner.role, stack[-1].owner.line)
            == (
                owner.role,
                owner.line,
            )
        ):
            owner = stack[-1].owner  # what the user's code called says more than what that is built on
        scope = RoleScope(call_site, owner, seeded=self._seed_of(call_site, frame, args, kwargs))
        if scope.seeded:
            self.ledger.is_seeded(owner.role)
        private = self._seed(call_site, args, kwargs) is not None  # then it draws from nothing that is shared
        names = [] if private else [name for name in call_site.generators if name in self.families]
        items = [(self.families[name], self.families[name].shared()) for name in names]
        handed = self._handed(call_site, args, kwargs)
        items += [(family, value) for family, value in handed if all(value is not other for _, other in items)]
        swaps = [family.swap(generator, owner) for family, generator in items]
        scope.swaps = [swap for swap in swaps if swap is not None]
        return scope

    def _replaced(
        self, call_site: CallSite, scope: RoleScope | None, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments of a call, with seeds of the program replaced by ones from the root of the role: draws."""
        code = getattr(function, "__wrapped__", function).__code__
        names = code.co_varnames[: code.co_argcount]
        position = names.index(call_site.seed) if call_site.seed in names else len(args)
        value = kwargs.get(call_site.seed, args[position] if position < len(args) else None)
        frame = sys._getframe(2)  # noqa: SLF001 - as above
        new: object = None
        if call_site.keys and isinstance(value, dict) and _is_called_by_user(frame):
            found = {key: self._drawn(call_site, scope, value.get(key), frame, key) for key in call_site.keys}
            changed = {key: drawn for key, drawn in found.items() if drawn is not None}
            new = {**value, **changed} if changed else None
        elif not call_site.keys:
            new = self._drawn(call_site, scope, value, frame)
        if new is None:
            return args, kwargs
        if position < len(args):
            return (*args[:position], new, *args[position + 1 :]), kwargs
        return args, {**kwargs, call_site.seed: new}

    def _drawn(
        self, call_site: CallSite, scope: RoleScope | None, value: object, frame: FrameType, key: str = ""
    ) -> int | None:
        """What a seed of the program is replaced by; None where it is none."""
        text = seed_text(value)
        if text is None or not isinstance(value, int):
            return None
        role = self.role() if call_site.yields and self.stack() else call_site.role
        name = f"{call_site.name}/{key}" if key else call_site.name
        drawn = int.from_bytes(self.from_seed(role, name, text, 4), "big") >> 1
        self.announce(text, call_site.qualified_name, frame, role)
        owner = self.owner_at(frame) if scope is None else scope.owner
        self.ledger.drew(owner, 1, repr((name, drawn)).encode())
        return drawn

    def _handed(
        self, call_site: CallSite, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> list[tuple[Family, object]]:
        values = [*args, *kwargs.values()]
        if args and "." in call_site.name and hasattr(args[0], "__dict__"):
            own = vars(args[0])
            values += [own[name] for name in (call_site.seed, *call_site.attributes) if name in own]
        return [(family, value) for value in values for family in self.families.values() if family.holds(value)]

    def _seed_of(
        self, call_site: CallSite, frame: FrameType | None, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> bool:
        """Whether a call draws from a seed of the program: the one that it is given, or an earlier one."""
        stack = self.stack()
        fixed = any(self.families[name].is_fixed() for name in call_site.generators if name in self.families) or any(
            scope.seeded for scope in stack
        )
        if not call_site.seed:
            return fixed
        text = seed_text(self._seed(call_site, args, kwargs))
        if text is None:
            return fixed
        if not stack or (frame is not None and kind_of(frame.f_code.co_filename) == USER):
            self.announce(text, _called(call_site, args), frame, call_site.role)
        return fixed or text in self._announced

    @staticmethod
    def _seed(call_site: CallSite, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """What a call is given for a seed: a number, a generator, or None."""
        if not call_site.seed:
            return None
        value = kwargs.get(call_site.seed)
        if value is None and args and hasattr(args[0], "__dict__"):
            value = vars(args[0]).get(call_site.seed)
        return value

    # -- seeds of the program -----------------------------------------------------------------------------------------

    def announce(self, seed: str, api: str, frame: FrameType | None, role: str) -> None:
        """The program set this seed itself, which is told as a deviation where it does not count."""
        self._announced.add(seed)
        if role != OTHER:  # a seed that is set outside of all roles is one of those for which the generator then draws
            self.ledger.is_seeded(role)
        if self.reseeded:
            place = site(frame)
            fact = (api, seed, place.file, place.line)
            if fact not in self._told:
                self._told.add(fact)
                self.reports.deviation(f"seed of {api}", seed, role, place.file, place.line)

    def is_announced(self, seed: str) -> bool:
        """Whether the program set this seed itself."""
        return seed in self._announced

    def given(self, seed: str, frame: FrameType) -> None:
        """A library's code in `frame`, which is at no call site of the registry, was given a seed."""
        place = site(frame)
        if place.file.startswith("<") or at_import(frame):
            return
        module = str(frame.f_globals.get("__name__"))
        this = frame.f_locals.get("self")
        name = type(this).__qualname__ if this is not None else frame.f_code.co_name
        package = ".".join(part for part in module.split(".") if not part.startswith("_"))
        self.announce(seed, f"{package}.{name}", frame, OTHER)
        self.ledger.is_seeded(OTHER)

    def drew_entropy(self, owner: Owner, numbers: int, drawn: bytes, what: bytes) -> None:
        """Entropy of the system was served, which may be a seed for generators that are made of it."""
        self.ledger.drew(owner, numbers, what)
        if len(drawn) == _ENTROPY_BYTES and len(self._entropies) < _MOST_ENTROPIES:
            self._entropies[int.from_bytes(drawn, "big")] = (owner, numbers, what)

    def is_entropy(self, number: object) -> bool:
        """Whether a seed was served, and is none of the program: what is drawn from it counts, and it does no more."""
        if not isinstance(number, int) or number not in self._entropies:
            return False
        counted, self._entropies[number] = self._entropies[number], None
        if counted is not None:
            self.ledger.forget(*counted)
        return True

    def is_making(self) -> bool:
        """Whether this thread makes a generator: what that is seeded with is no draw."""
        return bool(getattr(self._threads, "making", 0))

    def making(self, by: int) -> None:
        """A generator begins (1) or ends (-1) to be made in this thread."""
        self._threads.making = getattr(self._threads, "making", 0) + by

    def set_by_program(self, seed: str, api: str, frame: FrameType | None, role: str) -> bool:
        """Whether the program sets a seed in this call, by itself or through a library's function for that."""
        if frame is not None and kind_of(frame.f_code.co_filename) == USER:
            self.announce(seed, api, frame, role)
            return True
        place = site(frame)
        if "seed" in place.function.lower() and not at_import(frame):
            self.announce(seed, api, frame, role)
            return True
        return False


def _nothing() -> None:
    pass


def _no_streams(role: str, generator: str, seed: str, size: int) -> bytes:
    raise RuntimeError(f"no streams for {role}, {generator}, {seed}, {size}")


def _is_called_by_user(frame: FrameType | None) -> bool:
    """Whether it is the user's code that calls bis; a library may pass on what was replaced already."""
    while frame is not None and kind_of(frame.f_code.co_filename) == OWN:
        frame = frame.f_back
    return frame is not None and kind_of(frame.f_code.co_filename) == USER


def _called(call_site: CallSite, args: tuple[Any, ...]) -> str:
    """What the program called: of a method its class, where the seed was given."""
    if "." not in call_site.name or not args:
        return call_site.qualified_name
    kind = type(args[0])
    package = ".".join(part for part in kind.__module__.split(".") if not part.startswith("_"))
    return f"{package}.{kind.__qualname__}"


def seed_text(value: object) -> str | None:
    """A seed as text, the same for equal seeds; None where the value is none."""
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, (int, float, str, bytes)):
        return repr(value)
    if isinstance(value, (list, tuple)):
        return repr(list(value))
    kind = type(value)
    if kind.__module__ == "numpy":
        plain: Any = getattr(value, "tolist", None)
        return None if plain is None else repr(plain())
    return None
