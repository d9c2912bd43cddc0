"""NumPy's generators by role: each has a bit generator of its own for each role.

A scope of a role puts the bit generator of that role into a generator, in place (which takes a microsecond, a
hundredth of setting a state), and takes it out again. A generator that goes on from a seed of the program is left
with its own one, unless seeds are drawn from the roots of roles.

The classes are replaced by subclasses in scoped replays only. Objects of both pass for each other in `isinstance`, and
are pickled as NumPy's own.
"""

from __future__ import annotations

import ctypes
import sys
from _thread import RLock
from weakref import WeakSet, ref

from bis.instrument.entropy.callers import USER, caller, kind_of
from bis.instrument.entropy.roles.call_site import NUMPY, OTHER
from bis.instrument.entropy.roles.draw_ledger import Owner
from bis.instrument.entropy.roles.holders import Holders
from bis.instrument.entropy.roles.scopes import seed_text
from bis.instrument.entropy.roles.sites.numpy_sites import DIRECT, role_of_direct
from bis.instrument.entropy.roles.twister_steps import BLOCK, blocks_between, pcg_steps
from bis.instrument.entropy.wrapping import disguise, is_ours

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType, ModuleType
    from typing import Any

    from bis.instrument.entropy.roles.role_streams import RoleStreams
    from bis.instrument.entropy.roles.scopes import Scopes

_TWISTER_BYTES = 4 * BLOCK + 4  # the words, and the position among them
_TOLD_APART = 16  # bytes of the words; no two blocks of a program begin alike
_SEED_BYTES = 32
_OTHER_NAMES = {"ranf": "random_sample", "sample": "random_sample"}  # functions that are no methods


class NumpyRoles:
    """The generators of NumPy in a process.

    Parameters
    ----------
    module : module
        ``numpy.random``.
    scopes : Scopes
        The scopes of the process.
    streams : RoleStreams
        Where unseeded generators get their states from.
    """

    def __init__(self, module: ModuleType, scopes: Scopes, streams: RoleStreams) -> None:
        self._random: Any = module
        self._legacy: Any = module.mtrand
        self._scopes = scopes
        self._streams = streams
        self.making = scopes.making
        self._lock = RLock()
        self._live: Any = WeakSet()
        self._of_libraries: list[tuple[Any, str]] = []  # bit generators that were made at import, and their names
        self._made_by: dict[str, int] = {}
        self.holders = Holders(scopes.reports)
        self._shadow: Any = None
        self.State: Any = self._legacy.RandomState
        self.Modern: Any = self._random.Generator
        self._plain_twister: Any = self._legacy._MT19937  # noqa: SLF001 - as it is named there
        self._make_classes()
        self._attach()

    # -- what scopes ask ----------------------------------------------------------------------------------------------

    def shared(self) -> Any:
        """The generator behind the functions of ``numpy.random``."""
        return self._legacy._rand  # noqa: SLF001 - as it is named there

    def holds(self, value: object) -> bool:
        """Whether a value is a generator."""
        return isinstance(value, (self.State, self.Modern))

    def is_fixed(self) -> bool:
        """Whether the shared generator goes on from a seed that the program set."""
        home = self._home(self.shared())
        return home is not None and home.bis_seed is not None

    def begin(self) -> None:
        """Seed the shared generator from the root of `other`, and those that libraries made unseeded at import."""
        for found, name in self._of_libraries:
            bits = found()
            if bits is not None and not bits.bis_fixed:
                bits.bis_seed_anew(self._streams.first(f"{NUMPY}/{name}", _SEED_BYTES))
                self.begins(bits, None, fixed=False)

    def is_as_begun(self) -> bool:
        """Whether nothing was drawn from them since, and for no role."""
        living = [bits for found, _ in self._of_libraries if (bits := found()) is not None and not bits.bis_fixed]
        return all(not bits.bis_roles and not bits.bis_calls and bits.bis_read() == bits.bis_mark for bits in living)

    def made_unseeded(self, bits: Any) -> None:
        """A bit generator was made without a seed: where a library makes it at import, `begin` seeds it."""
        if not bits.bis_owner.role:
            package = caller(sys._getframe(2)).name  # noqa: SLF001 - the documented way to the caller
            number = self._made_by[package] = self._made_by.get(package, 0) + 1
            self._of_libraries.append((ref(bits), f"{package}#{number}"))
            bits.bis_seed_anew(self._streams.first(f"{NUMPY}/{package}#{number}", _SEED_BYTES))
            bits.bis_mark = bits.bis_read()

    def swap(self, generator: Any, owner: Owner) -> NumpySwap | None:
        """What lets a generator draw for a role; None where it does already, or bis did not see it begin."""
        home = self._home(generator)
        if home is None or self.holders.is_held_elsewhere(home):
            return None
        self._note_seed(home, owner)
        current = _bits(generator)
        if self.holders.depth(home) and current is not home and current.bis_role == owner.role:
            return None
        wanted = home if self._stays(home, owner.role) else self._bits_of_call(home, owner)
        return NumpySwap(self, generator, home, wanted, owner)

    # -- counting -----------------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Account for all that was drawn until now."""
        for bits in list(self._live):
            self.credit(bits)

    def credit(self, bits: Any) -> None:
        """Account for what was drawn from a bit generator since this was done last."""
        with self._lock:
            now = bits.bis_read()
            before = bits.bis_mark
            if now == before:
                return
            bits.bis_mark = now
            numbers = bits.bis_distance(before, now)
            what = repr((NUMPY, now)).encode()
            if bits.bis_seed is not None:
                self._scopes.ledger.is_seeded(bits.bis_owner.role)
            if numbers is None:
                self._scopes.ledger.drew_unknown(bits.bis_owner, what)
            else:
                self._scopes.ledger.drew(bits.bis_owner, numbers, what)

    def gone(self, bits: Any) -> None:
        """Account for a bit generator that is given up; nothing at the very end, when all is."""
        if not sys.is_finalizing():
            self._scopes.reports.attempt(NUMPY, lambda: self.credit(bits))

    def words(self, before: bytes, now: bytes) -> int | None:
        """The words of 32 bits that the Mersenne Twister gave between two states."""
        moved = int.from_bytes(now[-4:], sys.byteorder) - int.from_bytes(before[-4:], sys.byteorder)
        if before[:_TOLD_APART] == now[:_TOLD_APART]:
            return moved
        if self._shadow is None:
            self._shadow = self._plain_twister(0)
        address = self._shadow.ctypes.state_address
        ctypes.memmove(address, before, _TWISTER_BYTES)

        def make_block() -> bytes:
            self._shadow.random_raw(BLOCK, False)  # noqa: FBT003 - its parameter by position only
            return ctypes.string_at(address, _TOLD_APART)

        blocks = blocks_between(now[:_TOLD_APART], before[:_TOLD_APART], make_block)
        return None if blocks is None else blocks * BLOCK + moved

    def own(self, bits: Any, owner: Owner) -> None:
        """Let what is drawn from a bit generator from here on be on this account."""
        if not bits.bis_owner.is_like(owner):
            self.credit(bits)
            bits.bis_owner = owner

    # -- bit generators of roles --------------------------------------------------------------------------------------

    def _home(self, generator: Any) -> Any:
        """The bit generator that a generator began with; None where bis did not see it begin."""
        bits = _bits(generator)
        return getattr(bits, "bis_home", None) or (bits if hasattr(bits, "bis_owner") else None)

    def _note_seed(self, home: Any, owner: Owner) -> None:
        if home.bis_seed is not None:
            self._scopes.ledger.is_seeded(owner.role)

    @staticmethod
    def _stays(home: Any, role: str) -> bool:
        """Whether a role draws from the bit generator that a generator began with."""
        return bool(home.bis_fixed or role in {OTHER, home.bis_role})

    def _bits_of_call(self, home: Any, owner: Owner) -> Any:
        """A bit generator for one call: what is drawn in another one, however much, does not shift it."""
        number = home.bis_calls[owner.role, owner.site] = home.bis_calls.get((owner.role, owner.site), 0) + 1
        return self._sibling(home, owner, f"{owner.site}#{number}", owner.place)

    def _bits_of_place(self, home: Any, owner: Owner) -> Any:
        """A bit generator for all that a line of the user's code draws with one function."""
        key = (owner.role, owner.site, None if home.bis_seed is not None else owner.place)
        found = home.bis_roles.get(key)
        if found is None:
            found = home.bis_roles[key] = self._sibling(home, owner, owner.site, owner.place)
        return found

    def _sibling(self, home: Any, owner: Owner, seeded_name: str, place: str) -> Any:
        if home.bis_seed is None:
            name = f"{NUMPY}/{home.bis_label}/{owner.site}@{place}"
            seed = self._streams.for_role(owner.role, name, 8 * _SEED_BYTES).to_bytes(_SEED_BYTES, "big")
        else:
            name = f"{NUMPY}/{home.bis_label}/{seeded_name}"
            seed = self._streams.from_seed(owner.role, name, home.bis_seed, _SEED_BYTES)
            self._scopes.ledger.is_seeded(owner.role)
        made = home.bis_sibling(seed)
        made.bis_home = home
        made.bis_role = owner.role
        made.bis_owner = owner
        return made

    def begins(self, bits: Any, seed: str | None, *, fixed: bool) -> None:
        """A bit generator begins, or begins anew: with a seed of the program, or (None) without."""
        if bits.bis_home is not None:
            bits.bis_home.bis_roles = {}  # a worker process that seeds itself: its lines begin anew as well
        bits.bis_seed = seed
        bits.bis_fixed = fixed
        bits.bis_roles = {}
        bits.bis_calls = {}
        bits.bis_mark = bits.bis_read()

    def _born(self, bits: Any, label: str) -> None:
        bits.bis_home = None
        bits.bis_label = label
        bits.bis_role = self._scopes.role()
        bits.bis_owner = self._scopes.owner_at(sys._getframe(2))  # noqa: SLF001 - the documented way to the caller
        self.begins(bits, None, fixed=False)
        self._live.add(bits)

    def seeding(self, seed: Any) -> tuple[Any, str | None, bool]:
        """What a generator is seeded with in place of `seed`: that, the seed of the program, whether to leave it so."""
        text = self._text(seed)
        scopes = self._scopes
        role = scopes.role()
        if text is None:
            return seed, None, False
        if scopes.is_announced(text):
            if not scopes.reseeded:
                return seed, text, True
            return _words(self._streams.from_seed(role, NUMPY, text, _SEED_BYTES)), text, False
        if scopes.is_nested() and (scopes.reseeded or not scopes.is_seeded()):
            # A number that was drawn for the role around it: it must not be what this role draws from.
            return _words(self._streams.for_role(role, f"{NUMPY}/within", 256).to_bytes(32, "big")), None, False
        return seed, None, bool(not scopes.stack() or (scopes.is_seeded() and not scopes.reseeded))

    def _text(self, seed: Any) -> str | None:
        """A seed as text: of a sequence of seeds its entropy and its place among those that were spawned."""
        if not isinstance(seed, self._random.SeedSequence):
            return seed_text(seed)
        if self.is_unseeded(seed):
            return None
        entropy = seed_text(seed.entropy)
        return None if entropy is None else f"{entropy}{list(seed.spawn_key) or ''}"

    def is_unseeded(self, seed: Any) -> bool:
        """Whether a sequence of seeds began with entropy of the system."""
        return isinstance(seed, self._random.SeedSequence) and self._scopes.is_entropy(seed.entropy)

    # -- classes ------------------------------------------------------------------------------------------------------

    def _make_classes(self) -> None:
        self._twister = _twister_class(self, self._legacy._MT19937)  # noqa: SLF001 - as it is named there
        self._pcg = _pcg_class(self, self._random.PCG64)
        self._state_class = _direct_class(self, self.State, "RandomState")
        self._modern_class = _direct_class(self, self.Modern, "Generator")

    def _attach(self) -> None:
        random, legacy = self._random, self._legacy
        shared = self.shared()
        bits = self._twister(0)
        bits.bis_label, bits.bis_role, bits.bis_owner = "shared", OTHER, Owner(OTHER)
        self.begins(bits, None, fixed=False)
        self._of_libraries.append((ref(bits), "shared"))
        self.begin()
        self.State.__init__(shared, bits)
        self._keep = bits
        legacy._MT19937 = self._twister  # noqa: SLF001 - as it is named there
        random.MT19937 = self._twister
        random.PCG64 = self._pcg
        legacy.RandomState = random.RandomState = self._state_class
        random.Generator = self._modern_class
        random.default_rng = disguise(self._default_rng(random.default_rng), random.default_rng)
        observed = random.seed

        def seed(*args: Any, **kwargs: Any) -> Any:
            self.announced(args[0] if args else kwargs.get("seed"), "numpy.random.seed", sys._getframe(1))  # noqa: SLF001 - the documented way to the caller
            return observed(*args, **kwargs)

        random.seed = disguise(seed, observed)
        for name in DIRECT:
            original = getattr(random, name, None)
            if original is not None and not is_ours(original):
                setattr(random, name, self._direct_function(name, original))

    def announced(self, seed: Any, api: str, frame: FrameType | None) -> None:
        """A seed is set: it may be one of the program."""
        text = self._text(seed)
        if text is not None:
            self._scopes.reports.attempt(
                api, lambda: self._scopes.set_by_program(text, api, frame, self._scopes.role())
            )

    def _default_rng(self, original: Any) -> Any:
        def default_rng(seed: Any = None) -> Any:
            if isinstance(seed, self.Modern):
                return original(seed)
            self.announced(seed, "numpy.random.default_rng", sys._getframe(1))  # noqa: SLF001 - as above
            if isinstance(seed, (self._random.BitGenerator, self.State)):
                made = original(seed)
                return self._modern_class(made.bit_generator)
            return self._modern_class(self._pcg(seed))

        return default_rng

    def _direct_function(self, name: str, original: Any) -> Any:
        role = role_of_direct(name)
        site = f"numpy.random.{name}"
        method = _OTHER_NAMES.get(name, name)

        def function(*args: Any, **kwargs: Any) -> Any:
            owner = self._scopes.direct(sys._getframe(1), role, site)  # noqa: SLF001 - as above
            if owner is None:
                return original(*args, **kwargs)
            return self.draw(self.shared(), self.State, method, owner, args, kwargs)

        disguise(function, original, module="numpy.random")
        function.__qualname__ = name
        return function

    def draw(
        self, generator: Any, base: Any, name: str, owner: Owner, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """Draw for the user's code, from the bit generator of a role."""
        prepared = self._scopes.reports.attempt(name, lambda: self._prepared(generator, base, owner))
        if prepared is None:
            return getattr(base, name)(generator, *args, **kwargs)
        bits, face = prepared
        if face is not generator:
            return getattr(base, name)(face, *args, **kwargs)
        before = bits.bis_owner
        self.own(bits, owner)
        try:
            return getattr(base, name)(generator, *args, **kwargs)
        finally:
            self.own(bits, before)

    def _prepared(self, generator: Any, base: Any, owner: Owner) -> Any:
        home = self._home(generator)
        if home is None:
            return None
        self._note_seed(home, owner)
        if self._stays(home, owner.role):
            return home, generator if _bits(generator) is home else self._face(home, base)
        bits = self._bits_of_place(home, owner)
        self.own(bits, owner)
        return bits, self._face(bits, base)

    @staticmethod
    def _face(bits: Any, base: Any) -> Any:
        if bits.bis_face is None:
            bits.bis_face = base(bits)
        return bits.bis_face


class NumpySwap:
    """Gives a generator the bit generator of a role, for a call or for each step of one."""

    __slots__ = ("_before", "_bits", "_generator", "_home", "_owner", "_roles", "_wanted")

    def __init__(self, roles: NumpyRoles, generator: Any, home: Any, wanted: Any, owner: Owner) -> None:
        self._roles = roles
        self._generator = generator
        self._home = home
        self._wanted = wanted
        self._owner = owner

    def begin(self) -> None:
        """Begin to draw for the role."""
        self._roles.holders.hold(self._home)
        self._before = self._wanted.bis_owner
        self._roles.own(self._wanted, self._owner)
        self._bits = _bits(self._generator)
        if self._wanted is not self._bits:
            _put(self._generator, self._wanted)

    def end(self) -> None:
        """Go on as before."""
        self._roles.holders.release(self._home)
        if self._wanted is not self._bits:
            _put(self._generator, self._bits)
        if self._wanted is self._home:
            self._roles.own(self._wanted, self._before)
        else:
            self._roles.credit(self._wanted)


def _bits(generator: Any) -> Any:
    return generator._bit_generator if hasattr(generator, "_bit_generator") else generator.bit_generator  # noqa: SLF001 - as it is named there


def _put(generator: Any, bits: Any) -> None:
    """Let a generator go on with another bit generator."""
    kind: Any = next(
        kind for kind in type(generator).__mro__ if kind.__module__.startswith("numpy.random") and not is_ours(kind)
    )
    kind.__init__(generator, bits)


def _words(seed: bytes) -> list[int]:
    return [int.from_bytes(seed[i : i + 4], "big") for i in range(0, len(seed), 4)]


def _twister_class(roles: NumpyRoles, base: Any) -> Any:
    """MT19937, seen when it is seeded and when it is given up."""

    class MT19937(base, metaclass=_alike(base)):  # type: ignore[misc, metaclass]  # NumPy's, which only the program imports
        def __init__(self, seed: Any = None) -> None:
            roles.making(1)
            try:
                super().__init__(seed)
            finally:
                roles.making(-1)
            self.bis_face = None
            roles._born(self, "legacy")  # noqa: SLF001 - parts of one thing
            if seed is None:
                roles.made_unseeded(self)

        def _legacy_seeding(self, seed: Any) -> None:
            roles.credit(self)
            given, text, fixed = roles.seeding(seed)
            super()._legacy_seeding(given)
            roles.begins(self, text, fixed=fixed)

        def bis_read(self) -> bytes:
            return ctypes.string_at(self.ctypes.state_address, _TWISTER_BYTES)

        def bis_distance(self, before: bytes, now: bytes) -> int | None:
            return roles.words(before, now)

        def bis_sibling(self, seed: bytes) -> Any:
            made = type(self)(0)
            made.bis_seed_anew(seed)
            made.bis_mark = made.bis_read()
            return made

        def bis_seed_anew(self, seed: bytes) -> None:
            base._legacy_seeding(self, _words(seed))  # noqa: SLF001 - as it is named there

        def __del__(self) -> None:
            roles.gone(self)

        def __reduce__(self) -> Any:
            plain = base(0)
            plain.state = self.state
            return plain.__reduce__()

    MT19937.__module__ = base.__module__
    MT19937.__qualname__ = "MT19937"
    return MT19937


def _pcg_class(roles: NumpyRoles, base: Any) -> Any:  # noqa: C901 - the methods of one class
    """PCG64, seen when it is seeded and when it is given up."""

    class PCG64(base, metaclass=_alike(base)):  # type: ignore[misc, metaclass]  # as above
        def __init__(self, seed: Any = None) -> None:
            if kind_of(sys._getframe(1).f_code.co_filename) == USER:  # noqa: SLF001 - the documented way to the caller
                roles.announced(seed, "numpy.random.PCG64", sys._getframe(1))  # noqa: SLF001 - as above
            given, text, fixed = roles.seeding(seed)
            roles.making(1)
            try:
                super().__init__(given)
            finally:
                roles.making(-1)
            self.bis_face = None
            roles._born(self, "modern")  # noqa: SLF001 - parts of one thing
            unknown = text is None and seed is not None and given is seed and not roles.is_unseeded(seed)
            roles.begins(self, text, fixed=fixed or unknown)
            if seed is None:
                roles.made_unseeded(self)

        def bis_read(self) -> tuple[int, int, int]:
            state = self.state
            return state["state"]["state"], state["state"]["inc"], state["has_uint32"]

        def bis_distance(self, before: tuple[int, int, int], now: tuple[int, int, int]) -> int | None:
            if before[1] != now[1]:
                return None
            return 2 * pcg_steps(before[0], now[0], now[1]) + before[2] - now[2]

        def bis_sibling(self, seed: bytes) -> Any:
            made = type(self)(int.from_bytes(seed, "big"))
            roles.begins(made, None, fixed=False)
            return made

        def bis_seed_anew(self, seed: bytes) -> None:
            self.state = base(int.from_bytes(seed, "big")).state

        def __del__(self) -> None:
            roles.gone(self)

        def __reduce__(self) -> Any:
            plain = base(0)
            plain.state = self.state
            return plain.__reduce__()

    PCG64.__module__ = base.__module__
    PCG64.__qualname__ = "PCG64"
    return PCG64


def _direct_class(roles: NumpyRoles, base: Any, name: str) -> Any:
    """RandomState or Generator, whose methods draw for a role where the user's code calls them."""

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807 - it takes the place of one
        if name == "RandomState":
            roles.announced(args[0] if args else kwargs.get("seed"), "numpy.random.RandomState", sys._getframe(1))  # noqa: SLF001 - as above
        base.__init__(self, *args, **kwargs)

    methods: dict[str, Any] = {
        "bis": True,
        "__init__": __init__,
        "__module__": base.__module__,
        "__doc__": base.__doc__,
    }
    for method in DIRECT:
        original = getattr(base, method, None)
        if original is not None:
            methods[method] = _direct_method(roles, base, method, original)
    return _alike(base)(name, (base,), methods)


def _direct_method(roles: NumpyRoles, base: Any, method: str, original: Any) -> Any:
    role = role_of_direct(method)
    site = f"numpy.random.{base.__name__}.{method}"

    def draw(self: Any, *args: Any, **kwargs: Any) -> Any:
        owner = roles._scopes.direct(sys._getframe(1), role, site)  # noqa: SLF001 - parts of one thing
        if owner is None:
            return original(self, *args, **kwargs)
        return roles.draw(self, base, method, owner, args, kwargs)

    return disguise(draw, original, module=base.__module__)


def _alike(base: Any) -> Any:
    """The class of a class whose objects and those of `base` pass for each other."""

    class Alike(type):
        def __instancecheck__(cls, instance: Any) -> bool:
            return type.__instancecheck__(base, instance)

        def __subclasscheck__(cls, subclass: Any) -> bool:
            return type.__subclasscheck__(base, subclass)

    return Alike
