"""PyTorch's generators on the CPU by role.

A scope sets the state of its role (a microsecond), and takes it away again. Accelerators have generators of their own,
which follow the seed of the default one and are not told apart by role.
"""

from __future__ import annotations

import ctypes
import sys
from _thread import RLock
from inspect import unwrap
from types import FunctionType
from weakref import WeakSet

from bis.instrument.entropy.roles.call_site import OTHER, TORCH
from bis.instrument.entropy.roles.draw_ledger import Owner
from bis.instrument.entropy.roles.holders import Holders
from bis.instrument.entropy.roles.in_place import exchange
from bis.instrument.entropy.roles.scopes import seed_text
from bis.instrument.entropy.roles.sites.torch_sites import DIRECT, DIRECT_METHODS, role_of_direct
from bis.instrument.entropy.roles.twister_steps import BLOCK, blocks_between
from bis.instrument.entropy.wrapping import disguise, is_ours

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType, ModuleType
    from typing import Any

    from bis.instrument.entropy.roles.role_streams import RoleStreams
    from bis.instrument.entropy.roles.scopes import Scopes

# The state as PyTorch writes it (CPUGeneratorImpl.cpp): the seed, how many numbers of the block are left and the next
# of them, the words in 64 bits each, cached normal numbers.
_STATE_BYTES = 5056
_LEFT, _NEXT, _WORDS = slice(8, 12), slice(16, 24), slice(24, 24 + 8 * 4)
_SEED_BYTES = 8
_COMPILER = ("torch._compile", "torch._dynamo")


class TorchHome:
    """A generator as the program made it: its seed, its account, and the states that stand for it for each role."""

    __slots__ = ("__weakref__", "account", "active", "fixed", "roles", "seed")

    def __init__(self, owner: Owner) -> None:
        self.seed: str | None = None
        self.fixed = False
        self.roles: dict[object, TorchAccount] = {}
        self.account = TorchAccount(owner)
        self.active = self.account  # for whom is drawn now


class TorchAccount:
    """A state that goes on: for whom it draws, and up to where that is accounted for."""

    __slots__ = ("mark", "owner", "state")

    def __init__(self, owner: Owner, state: Any = None) -> None:
        self.owner = owner
        self.state = state
        self.mark = None if state is None else packed(state)


class TorchRoles:
    """The generators of PyTorch in a process.

    Parameters
    ----------
    module : module
        ``torch``.
    scopes : Scopes
        The scopes of the process.
    streams : RoleStreams
        Where unseeded generators get their states from.
    """

    def __init__(self, module: ModuleType, scopes: Scopes, streams: RoleStreams) -> None:
        self._torch: Any = module
        self._scopes = scopes
        self._streams = streams
        self._lock = RLock()
        self._shadow: Any = None
        self._live: Any = WeakSet()
        self.holders = Holders(scopes.reports)
        self._plain: Any = self._torch.Generator
        self.home = TorchHome(Owner(OTHER))
        self._default: Any = self._torch.default_generator
        self.begin()
        self._own_class = _generator_class(self, self._plain)
        self._attach()

    def shared(self) -> Any:
        """The default generator."""
        return self._default

    def holds(self, value: object) -> bool:
        """Whether a value is a generator that bis saw begin."""
        return isinstance(value, self._plain) and self.home_of(value) is not None

    def is_fixed(self) -> bool:
        """Whether the default generator goes on from a seed that the program set."""
        return self.home.seed is not None

    def begin(self) -> None:
        """Seed the default generators from the root of `other`, unless they were given a seed."""
        if not self.home.fixed:
            unwrap(self._torch.random.manual_seed)(int.from_bytes(self._streams.first(TORCH, _SEED_BYTES), "big"))
            self.begun(self._default, self.home)

    def is_as_begun(self) -> bool:
        """Whether nothing was drawn from the default generator since, and for no role."""
        return not self.home.roles and (self.home.fixed or packed(self._default.get_state()) == self.home.account.mark)

    def home_of(self, generator: Any) -> TorchHome | None:
        """How a generator began."""
        return self.home if generator is self._default else getattr(generator, "bis_home", None)

    def swap(self, generator: Any, owner: Owner) -> TorchSwap | None:
        """What lets a generator draw for a role."""
        home = self.home_of(generator)
        if home is None or self.holders.is_held_elsewhere(home):
            return None
        if home.seed is not None:
            self._scopes.ledger.is_seeded(owner.role)
        if home.fixed or (home is not self.home and home.account.owner.role == owner.role):
            return TorchSwap(self, generator, home, None, owner)
        return TorchSwap(self, generator, home, self._key(home, owner), owner)

    @staticmethod
    def _key(home: TorchHome, owner: Owner) -> tuple[str, str, str | None]:
        return (owner.role, owner.site, owner.place if home.seed is None else None)

    def account_for(self, home: TorchHome, key: tuple[str, str, str | None], owner: Owner) -> TorchAccount:
        """The state from which a line draws for a role in place of that with which a generator began."""
        found = home.roles.get(key)
        if found is None:
            role, site, place = key
            if home.seed is None:
                seed = self._streams.for_role(role, f"{TORCH}/{site}@{place}", 8 * _SEED_BYTES)
            else:
                seed = int.from_bytes(self._streams.from_seed(role, f"{TORCH}/{site}", home.seed, _SEED_BYTES), "big")
                self._scopes.ledger.is_seeded(role)
            made = self._plain()
            made.manual_seed(seed)
            found = home.roles[key] = TorchAccount(owner, made.get_state())
        return found

    # -- counting -----------------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Account for all that was drawn until now."""
        for generator in [self._default, *self._live]:
            home = self.home_of(generator)
            if home is not None:
                self.settle_one(generator, home)

    def settle_one(self, generator: Any, home: TorchHome) -> None:
        """Account for what was drawn from one generator, and in its place."""
        if self.holders.depth(home):
            home.active.state = generator.get_state()
            self.credit(home.active)
        else:
            home.account.state = generator.get_state()
            if home.seed is not None and home.account.mark != packed(home.account.state):
                self._scopes.ledger.is_seeded(home.account.owner.role)
        for account in [*home.roles.values(), home.account]:
            self.credit(account)

    def credit(self, account: TorchAccount) -> None:
        """Account for what was drawn since this was done last."""
        if account.state is None:
            return
        now = packed(account.state)
        before, account.mark = account.mark, now
        if before is None or before == now:
            return
        what = repr((TORCH, now)).encode()
        numbers = self.words(before, now)
        if numbers is None or numbers < 0:
            self._scopes.ledger.drew_unknown(account.owner, what)
        else:
            self._scopes.ledger.drew(account.owner, numbers, what)

    def words(self, before: bytes, now: bytes) -> int | None:
        """The words of 32 bits that a generator gave between two states; None where the state is of another kind."""
        if len(before) != _STATE_BYTES or len(now) != _STATE_BYTES:
            return None
        position = int.from_bytes(before[_NEXT], sys.byteorder)
        later = int.from_bytes(now[_NEXT], sys.byteorder)
        if before[_WORDS] == now[_WORDS]:
            return later - position
        with self._lock:
            if self._shadow is None:
                self._shadow = self._plain()
            shadow = self._shadow
            shadow.set_state(self._torch.frombuffer(bytearray(before), dtype=self._torch.uint8))
            left = int.from_bytes(before[_LEFT], sys.byteorder)
            scratch = self._torch.empty(BLOCK, dtype=self._torch.int32)
            steps = [left]  # the last of these makes the first block, and is its first word

            def make_block() -> bytes:
                scratch[: steps[0]].random_(generator=shadow)
                steps[0] = BLOCK
                return packed(shadow.get_state())[_WORDS]

            blocks = blocks_between(now[_WORDS], before[_WORDS], make_block)
        return None if blocks is None else left + (blocks - 1) * BLOCK + later - 1

    # -- seeds --------------------------------------------------------------------------------------------------------

    def seeding(self, generator: Any, home: TorchHome, seed: Any, api: str, frame: FrameType | None) -> Any:
        """Note that a generator is seeded; gives the seed to take."""
        scopes = self._scopes
        self.settle_one(generator, home)
        text = seed_text(seed)
        home.roles = {}
        home.seed, home.fixed = None, False
        if text is None:
            return seed
        if scopes.set_by_program(text, api, frame, scopes.role()) or scopes.is_announced(text):
            home.seed = text
            home.fixed = not scopes.reseeded
            if scopes.reseeded:
                return int.from_bytes(self._streams.from_seed(scopes.role(), TORCH, text, _SEED_BYTES), "big")
        else:
            home.fixed = not scopes.stack()
        return seed

    def begun(self, generator: Any, home: TorchHome) -> None:
        """A generator goes on from a new state."""
        account = home.active if self.holders.depth(home) else home.account
        account.state = generator.get_state()
        account.mark = packed(account.state)

    def made(self, generator: Any, frame: FrameType | None) -> TorchHome | None:
        """A generator was made; None where it is not one of the CPU."""
        if generator.device.type != "cpu":
            return None
        home = TorchHome(self._scopes.owner_at(frame))
        home.fixed = True  # all begin with the same seed
        self.begun(generator, home)
        self._live.add(generator)
        return home

    # -- what is attached ---------------------------------------------------------------------------------------------

    def _attach(self) -> None:
        torch = self._torch
        torch.Generator = self._own_class
        random = torch.random
        plain_seed = random.manual_seed
        if isinstance(plain_seed, FunctionType):
            exchange(plain_seed, self._manual_seed)
        for name, handler in (("get_rng_state", self._get_state), ("set_rng_state", self._set_state)):
            function = getattr(random, name)
            if isinstance(function, FunctionType):
                exchange(function, handler)
        for name in DIRECT:
            original = getattr(torch, name, None)
            if original is not None and not is_ours(original):
                setattr(torch, name, self._direct(name, original, f"torch.{name}", module="torch"))
        for name in DIRECT_METHODS:
            original = getattr(torch.Tensor, name, None)
            if original is not None and not is_ours(original):
                setattr(torch.Tensor, name, self._direct(name, original, f"torch.Tensor.{name}", module="torch"))

    def _manual_seed(self, original: Any) -> Any:
        def manual_seed(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
            seed = args[0] if args else kwargs.get("seed")
            frame = _beyond_compiler(sys._getframe(2))  # noqa: SLF001 - the documented way to the caller
            given = self._scopes.reports.attempt(
                "torch.manual_seed",
                lambda: (self.seeding(self._default, self.home, seed, "torch.manual_seed", frame),),
            )
            result = original(seed if given is None else given[0])
            self._scopes.reports.attempt("torch.manual_seed", self._begun_default)
            return result

        return manual_seed

    def _begun_default(self) -> None:
        self.begun(self._default, self.home)

    def _get_state(self, original: Any) -> Any:
        def get_rng_state(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
            state = original(*args, **kwargs)
            states = {key: (account.owner, account.state) for key, account in self.home.roles.items()}
            state.bis_states = (states, self.home.seed, self.home.fixed)
            return state

        return get_rng_state

    def _set_state(self, original: Any) -> Any:
        def set_rng_state(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
            given = args[0] if args else kwargs.get("new_state")

            def restore() -> None:
                self.settle_one(self._default, self.home)
                kept = getattr(given, "bis_states", None)
                if kept is not None:  # what is drawn again from here on is the same again, for each role
                    states, self.home.seed, self.home.fixed = kept
                    self.home.roles = {key: TorchAccount(owner, state) for key, (owner, state) in states.items()}

            self._scopes.reports.attempt("torch.set_rng_state", restore)
            result = original(*args, **kwargs)
            self._scopes.reports.attempt("torch.set_rng_state", self._begun_default)
            return result

        return set_rng_state

    def _direct(self, name: str, original: Any, site: str, *, module: str) -> Any:
        def function(*args: Any, **kwargs: Any) -> Any:
            frame = sys._getframe(1)  # noqa: SLF001 - the documented way to the caller
            owner = self._scopes.direct(frame, "sampling", site)
            if owner is None:
                return original(*args, **kwargs)
            swap = self._scopes.reports.attempt(name, lambda: self._direct_swap(name, frame, owner, args, kwargs))
            if swap is None:
                return original(*args, **kwargs)
            self._scopes.reports.attempt(name, swap.begin)
            try:
                return original(*args, **kwargs)
            finally:
                self._scopes.reports.attempt(name, swap.end)

        disguise(function, original, module=module)
        function.__qualname__ = function.__name__ = name
        return function

    def _direct_swap(
        self, name: str, frame: FrameType, owner: Owner, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> TorchSwap | None:
        nn: Any = self._torch.nn
        code = frame.f_code
        this = frame.f_locals.get(code.co_varnames[0]) if code.co_argcount else None
        is_parameter = bool(args) and isinstance(args[0], nn.Parameter)
        if owner.role == "sampling":
            owner.role = role_of_direct(
                name, code.co_name, in_module=isinstance(this, nn.Module), is_parameter=is_parameter
            )
        generator = kwargs.get("generator")
        return self.swap(self._default if generator is None else generator, owner)


class TorchSwap:
    """Gives a generator the state of a role, or (without a key) only counts what is drawn for it."""

    __slots__ = ("_account", "_before", "_generator", "_home", "_key", "_outer", "_owner", "_roles")

    def __init__(
        self, roles: TorchRoles, generator: Any, home: TorchHome, key: tuple[str, str, str | None] | None, owner: Owner
    ) -> None:
        self._roles = roles
        self._generator = generator
        self._home = home
        self._key = key
        self._owner = owner

    def begin(self) -> None:
        """Begin to draw for the role."""
        roles, home, generator = self._roles, self._home, self._generator
        self._outer = home.active
        self._before = self._outer.state = generator.get_state()
        roles.holders.hold(home)
        if self._key is None:
            roles.credit(self._outer)
            self._account = TorchAccount(self._owner, self._before)
        else:
            self._account = roles.account_for(home, self._key, self._owner)
            if self._account is not self._outer:
                self._account.owner = self._owner
                generator.set_state(self._account.state)
        home.active = self._account

    def end(self) -> None:
        """Go on as before."""
        roles, home, generator = self._roles, self._home, self._generator
        roles.holders.release(home)
        home.active = self._outer
        state = self._account.state = generator.get_state()
        if self._key is None:
            roles.credit(self._account)
            self._outer.state, self._outer.mark = state, self._account.mark
        elif self._account is not self._outer:
            generator.set_state(self._before)
            if home.roles.get(self._key) is not self._account:  # a seed that was set meanwhile has ended its time
                roles.credit(self._account)


def _beyond_compiler(frame: FrameType | None) -> FrameType | None:
    """Who called what PyTorch's compiler wraps: once an optimizer has loaded it, ``torch.manual_seed`` is."""
    while frame is not None and str(frame.f_globals.get("__name__")).startswith(_COMPILER):
        frame = frame.f_back
    return frame


def packed(state: Any) -> bytes:
    """The bytes of a state, which PyTorch gives as a tensor."""
    return ctypes.string_at(state.data_ptr(), state.numel())


def _generator_class(roles: TorchRoles, base: Any) -> Any:  # noqa: C901 - the methods of one class
    """``torch.Generator``, seen when it is seeded and when it is given up."""

    class AlikeGenerator(type(base)):  # type: ignore[misc]  # as above
        def __instancecheck__(cls, instance: Any) -> bool:
            return type.__instancecheck__(base, instance)

    class Generator(base, metaclass=AlikeGenerator):  # type: ignore[misc]  # PyTorch's, which only the program imports
        def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002 - taken when it is made
            super().__init__()
            frame = sys._getframe(1)  # noqa: SLF001 - the documented way to the caller
            self.bis_home = roles._scopes.reports.attempt("torch.Generator", lambda: roles.made(self, frame))  # noqa: SLF001 - parts of one thing

        def manual_seed(self, seed: int) -> Any:
            home = self.bis_home
            frame = sys._getframe(1)  # noqa: SLF001 - as above
            api = "torch.Generator.manual_seed"
            given = None
            if home is not None:
                given = roles._scopes.reports.attempt(api, lambda: (roles.seeding(self, home, seed, api, frame),))  # noqa: SLF001 - as above
            super().manual_seed(seed if given is None else given[0])
            if home is not None:
                roles._scopes.reports.attempt(api, lambda: roles.begun(self, home))  # noqa: SLF001 - as above
            return self

        def seed(self) -> int:
            number = roles._streams.integer("torch", 64)  # noqa: SLF001 - as above
            home = self.bis_home
            if home is not None:
                roles._scopes.reports.attempt("torch.Generator.seed", lambda: roles.seeding(self, home, None, "", None))  # noqa: SLF001 - as above
            super().manual_seed(number)
            if home is not None:
                roles._scopes.reports.attempt("torch.Generator.seed", lambda: roles.begun(self, home))  # noqa: SLF001 - as above
            return number

        def __del__(self) -> None:
            home = getattr(self, "bis_home", None)
            if home is not None and not sys.is_finalizing():
                roles._scopes.reports.attempt(TORCH, lambda: roles.settle_one(self, home))  # noqa: SLF001 - as above

    Generator.__module__ = base.__module__
    Generator.__qualname__ = "Generator"
    return Generator
