"""The generators of ``random`` by role."""

from __future__ import annotations

import sys
from random import Random as _Plain
from types import FunctionType

from bis.instrument.entropy.callers import STDLIB, USER, kind_of
from bis.instrument.entropy.roles.call_site import OTHER, PYTHON
from bis.instrument.entropy.roles.draw_ledger import Owner
from bis.instrument.entropy.roles.holders import Holders
from bis.instrument.entropy.roles.in_place import exchange
from bis.instrument.entropy.roles.scopes import seed_text
from bis.instrument.entropy.roles.sites.python_sites import DIRECT, role_of_direct
from bis.instrument.entropy.roles.twister_steps import BLOCK, blocks_between
from bis.instrument.entropy.wrapping import disguise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from bis.instrument.entropy.roles.role_streams import RoleStreams
    from bis.instrument.entropy.roles.scopes import Scopes

    State = tuple[int, tuple[int, ...], float | None]

_SEED_BYTES = 32
_MOST_KEPT = 1000
_TOLD_APART = 4  # words; no two blocks of a program begin alike
_FIRST_WORDS = (1 << 32 * _TOLD_APART) - 1
_seed_in_c: Any = vars(_Plain.__mro__[1])["seed"]  # that of `Random` itself reports seeds, and may draw them


class PythonHome:
    """A generator as the program made it: its seed, and what stands for it for each role."""

    __slots__ = ("account", "active", "fixed", "label", "roles", "seed")

    def __init__(self, label: str, owner: Owner) -> None:
        self.label = label
        self.seed: str | None = None
        self.fixed = False
        self.roles: dict[object, PythonAccount] = {}
        self.account = PythonAccount(owner)
        self.active = self.account  # for whom is drawn now


class PythonAccount:
    """A state that goes on: for whom it draws, and up to where that is accounted for."""

    __slots__ = ("face", "mark", "owner", "state", "uses")

    def __init__(self, owner: Owner, state: State | None = None, face: Any = None) -> None:
        self.owner = owner
        self.mark = state
        self.state = state
        self.face = face
        self.uses = 0  # how many scopes draw from it; its state is in the generator then, not in its face


class PythonRoles:
    """The generators of ``random`` in a process.

    Parameters
    ----------
    module : module
        ``random``.
    scopes : Scopes
        The scopes of the process.
    streams : RoleStreams
        Where unseeded generators get their states from.
    """

    def __init__(self, module: ModuleType, scopes: Scopes, streams: RoleStreams) -> None:
        self._random: Any = module
        self._scopes = scopes
        self._streams = streams
        self.holders = Holders(scopes.reports)
        self._shared: Any = self._random._inst  # noqa: SLF001 - what the functions of the module are methods of
        self.home = PythonHome("shared", Owner(OTHER))
        self.begin()
        self._kept: list[Any] = []  # of the user's code; what they drew is accounted for at the end
        self._attach()

    def shared(self) -> Any:
        """The generator behind the functions of ``random``."""
        return self._shared

    def holds(self, value: object) -> bool:
        """Whether a value is the shared generator, or one that a seed was given."""
        return isinstance(value, _Plain) and self.home_of(value) is not None

    def is_fixed(self) -> bool:
        """Whether the shared generator goes on from a seed that the program set."""
        return self.home.seed is not None

    def begin(self) -> None:
        """Seed the shared generator from the root of `other`, unless it was given a seed."""
        if not self.home.fixed:
            _seed_in_c(self._shared, int.from_bytes(self._streams.first(PYTHON, _SEED_BYTES), "big"))
            self._shared.gauss_next = None
            self._begun(self._shared)

    def seeded_anew(self) -> None:
        """Go on from the present state of the shared generator: bis has seeded it, in a process that has just begun."""
        self.home.roles = {}
        self.home.seed, self.home.fixed = None, False  # whatever the program had set before the fork
        self._begun(self._shared)

    def is_as_begun(self) -> bool:
        """Whether nothing was drawn from the shared generator since, and for no role."""
        return not self.home.roles and (self.home.fixed or self._shared.getstate() == self.home.account.mark)

    def home_of(self, generator: Any) -> PythonHome | None:
        """How a generator began."""
        return self.home if generator is self._shared else vars(generator).get("_bis_home")

    def swap(self, generator: Any, owner: Owner) -> PythonSwap | None:
        """What lets a generator draw for a role."""
        home = self.home_of(generator)
        if home is None or self.holders.is_held_elsewhere(home):
            return None
        self._note_seed(home, owner)
        if home.fixed:
            return PythonSwap(self, generator, home, PythonAccount(owner, generator.getstate()), moves=False)
        return PythonSwap(self, generator, home, self.account_for(home, owner), moves=True)

    def _note_seed(self, home: PythonHome, owner: Owner) -> None:
        if home.seed is not None:
            self._scopes.ledger.is_seeded(owner.role)

    def account_for(self, home: PythonHome, owner: Owner) -> PythonAccount:
        """The state from which a line draws for a role in place of that with which a generator began."""
        key = (owner.role, owner.site, owner.place if home.seed is None else None)
        found = home.roles.get(key)
        if found is None:
            if home.seed is None:
                name = f"{PYTHON}/{home.label}/{owner.site}@{owner.place}"
                seed = self._streams.for_role(owner.role, name, 8 * _SEED_BYTES)
            else:
                name = f"{PYTHON}/{home.label}/{owner.site}"
                seed = int.from_bytes(self._streams.from_seed(owner.role, name, home.seed, _SEED_BYTES), "big")
                self._scopes.ledger.is_seeded(owner.role)
            face: Any = _Plain.__new__(_Plain)
            _seed_in_c(face, seed)
            face.gauss_next = None
            found = home.roles[key] = PythonAccount(owner, face.getstate(), face)
        return found

    # -- counting -----------------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Account for all that was drawn from the shared generator, and by lines of the user's code."""
        self._look_at(self._shared, self.home)
        self._settle(self.home)
        for generator in self._kept:
            home = self.home_of(generator)
            if home is not None:
                home.account.state = generator.getstate()
                self._settle(home)

    def _look_at(self, generator: Any, home: PythonHome) -> None:
        """Note up to where that was drawn for which the generator draws now."""
        (home.active if self.holders.depth(home) else home.account).state = generator.getstate()

    def _settle(self, home: PythonHome) -> None:
        for account in list(home.roles.values()):
            if account.face is not None and not account.uses:
                account.state = account.face.getstate()
            self.credit(account)
        self.credit(home.account)

    def credit(self, account: PythonAccount) -> None:
        """Account for what was drawn since this was done last."""
        before, now = account.mark, account.state
        if before is None or now is None or before == now:
            return
        account.mark = now
        what = repr((PYTHON, now)).encode()
        numbers = words_between(before, now)
        if numbers is None:
            self._scopes.ledger.drew_unknown(account.owner, what)
        else:
            self._scopes.ledger.drew(account.owner, numbers, what)

    # -- what is attached ---------------------------------------------------------------------------------------------

    def _attach(self) -> None:
        random = self._random
        observed = random.Random.seed
        random.Random.seed = disguise(self._seed_method(observed), observed)
        random.seed = self._shared.seed
        # `getrandbits`, which is written in C as well, stays: `shuffle` calls it for each of its elements.
        random.Random.random = self._of_c("random", random.Random.random)
        for name in DIRECT:
            method: Any = getattr(random.Random, name, None)
            if isinstance(method, FunctionType):
                exchange(method, lambda original, name=name: self._direct_method(name, original))  # type: ignore[misc]  # bound now
            function = getattr(random, name, None)
            if function is not None:
                setattr(random, name, self._direct_function(name, function))

    def _of_c(self, name: str, original: Any) -> Any:
        """The same for a method that is written in C, and has no code to exchange."""
        answer = self._direct_method(name, original)

        def method(*args: Any, **kwargs: Any) -> Any:
            return answer(args, kwargs)

        return disguise(method, original, module="random")

    def _direct_function(self, name: str, original: Any) -> Any:
        role, site = role_of_direct(name), f"random.{name}"

        def function(*args: Any, **kwargs: Any) -> Any:
            owner = self._scopes.direct(sys._getframe(1), role, site)  # noqa: SLF001 - the documented way to the caller
            if owner is None:
                return original(*args, **kwargs)
            return self._draw(self._shared, self.home, owner, name, original, args, kwargs)

        disguise(function, original, module="random")
        function.__qualname__ = name
        return function

    def _direct_method(self, name: str, original: Any) -> Any:
        role, site = role_of_direct(name), f"random.Random.{name}"

        def method(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
            home = self.home_of(args[0]) if args and type(args[0]) is self._random.Random else None
            owner = None if home is None else self._scopes.direct(sys._getframe(2), role, site)  # noqa: SLF001 - as above
            if owner is None or home is None:
                return original(*args, **kwargs)

            def bound(*rest: Any, **named: Any) -> Any:
                return original(args[0], *rest, **named)

            return self._draw(args[0], home, owner, name, bound, args[1:], kwargs)

        return method

    def _draw(
        self, generator: Any, home: PythonHome, owner: Owner, name: str, original: Any, args: Any, kwargs: Any
    ) -> Any:
        if home.fixed:
            swap = self._scopes.reports.attempt(name, lambda: self.swap(generator, owner))
            if swap is None:
                return original(*args, **kwargs)
            self._scopes.reports.attempt(name, swap.begin)
            try:
                return original(*args, **kwargs)
            finally:
                self._scopes.reports.attempt(name, swap.end)
        self._note_seed(home, owner)
        account = self._scopes.reports.attempt(name, lambda: self.account_for(home, owner))
        if account is None:
            return original(*args, **kwargs)
        return getattr(account.face, name)(*args, **kwargs)

    def _seed_method(self, observed: Any) -> Any:
        def seed(generator: Any, a: Any = None, version: int = 2) -> Any:
            frame = sys._getframe(1)  # noqa: SLF001 - the documented way to the caller
            given = self._scopes.reports.attempt("random.seed", lambda: (self._seeding(generator, a, frame),))
            counted = int(isinstance(generator, _Plain) and self.home_of(generator) is not None)
            self._scopes.making(counted)  # what it is seeded with is no draw: what is drawn from it counts
            try:
                result = observed(generator, a if given is None or given[0] is None else given[0], version)
            finally:
                self._scopes.making(-counted)
            self._scopes.reports.attempt("random.seed", lambda: self._begun(generator))
            return result

        return seed

    def _seeding(self, generator: Any, seed: Any, frame: Any) -> Any:
        """Note that a generator is seeded; gives the seed to take instead, or None."""
        asked = frame
        while frame is not None and kind_of(frame.f_code.co_filename) == STDLIB:
            frame = frame.f_back
        if generator is self._shared:
            self.settle()
        home = self.home_of(generator)
        if home is None:
            if type(generator) is not self._random.Random:
                return None
            home = PythonHome("own", self._scopes.owner_at(asked))
            generator._bis_home = home  # noqa: SLF001 - of bis
            if frame is not None and kind_of(frame.f_code.co_filename) == USER and len(self._kept) < _MOST_KEPT:
                self._kept.append(generator)
        text = seed_text(seed)
        if self.holders.depth(home):
            self._look_at(generator, home)
            self.credit(home.active)
        self._settle(home)
        home.roles = {}
        home.seed, home.fixed = None, False
        if text is None:
            return None
        scopes = self._scopes
        api = "random.seed" if generator is self._shared else "random.Random"
        if scopes.set_by_program(text, api, frame, scopes.role()) or scopes.is_announced(text):
            home.seed = text
            home.fixed = not scopes.reseeded
            if scopes.reseeded:
                return int.from_bytes(self._streams.from_seed(scopes.role(), PYTHON, text, _SEED_BYTES), "big")
        else:
            home.fixed = not scopes.stack()
        return None

    def _begun(self, generator: Any) -> None:
        home = self.home_of(generator)
        if home is not None:
            account = home.active if self.holders.depth(home) else home.account
            account.mark = account.state = generator.getstate()


class PythonSwap:
    """Gives a generator the state of a role."""

    __slots__ = ("_account", "_before", "_generator", "_home", "_moves", "_outer", "_roles")

    def __init__(
        self, roles: PythonRoles, generator: Any, home: PythonHome, account: PythonAccount, *, moves: bool
    ) -> None:
        self._roles = roles
        self._generator = generator
        self._home = home
        self._account = account
        self._moves = moves

    def begin(self) -> None:
        """Begin to draw for the role."""
        home, account = self._home, self._account
        self._outer = home.active
        self._before = self._outer.state = self._generator.getstate()
        self._roles.holders.hold(home)
        account.uses += 1
        if not self._moves:
            self._roles.credit(self._outer)
            account.mark = self._before
        elif account is not self._outer:
            self._generator.setstate(account.state if account.face is None else account.face.getstate())
        home.active = account

    def end(self) -> None:
        """Go on as before."""
        home, account = self._home, self._account
        self._roles.holders.release(home)
        account.uses -= 1
        home.active = self._outer
        state = account.state = self._generator.getstate()
        if not self._moves:
            self._roles.credit(account)
            self._outer.mark = self._outer.state = state
        elif account is not self._outer:
            if account.face is not None:
                account.face.setstate(state)
            self._generator.setstate(self._before)
            self._roles.credit(account)  # a seed that was set meanwhile may have ended its time


def words_between(before: State, now: State) -> int | None:
    """The words of 32 bits that a generator gave between two states of ``random.Random.getstate``."""
    moved = now[1][-1] - before[1][-1]
    if before[1][:_TOLD_APART] == now[1][:_TOLD_APART]:
        return moved
    shadow: Any = _Plain.__new__(_Plain)

    def first_words(state: State) -> int:
        """What the block of a state begins with, as the generator gives it."""
        shadow.setstate((state[0], (*state[1][:-1], 0), None))
        return int(shadow.getrandbits(32 * _TOLD_APART))

    def make_block() -> int:
        return int(shadow.getrandbits(32 * BLOCK) & _FIRST_WORDS)  # its first words are the lowest bits

    wanted, first = first_words(now), first_words(before)
    shadow.setstate((before[0], (*before[1][:-1], BLOCK), None))  # what is given next is the next block
    blocks = blocks_between(wanted, first, make_block)
    return None if blocks is None else blocks * BLOCK + moved
