"""States of generators as text: to record, compare and restore them in a replay."""

from __future__ import annotations

from bis.instrument.entropy.service import digest_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

    from bis.instrument.entropy.service import EntropyService


class ProgramGenerator:
    """A generator that a whole program shares.

    Parameters
    ----------
    name : str
        What it is called in records.
    module : str
        The module that makes it.
    read, write : callable
        Its state as bytes, from the module and into it.
    """

    __slots__ = ("module", "name", "read", "write")

    def __init__(
        self, name: str, module: str, read: Callable[[Any], bytes], write: Callable[[Any, bytes], None]
    ) -> None:
        self.name = name
        self.module = module
        self.read = read
        self.write = write


def settle(recorder: EntropyService, generator: ProgramGenerator, module: ModuleType) -> None:
    """Restore a generator's state if the replay was given one, then report the state that it has."""
    given = recorder.restored.get(generator.name)
    if given is not None:
        generator.write(module, unpacked(given))
    state = generator.read(module)
    recorder.shared.began(generator.name, lambda: generator.read(module), state)
    digest = digest_of(state)
    recorder.reports.state(generator.name, digest, None if recorder.serving else packed(state))


def packed(state: bytes) -> str:
    """Bytes as text: zlib, then base64."""
    import binascii  # loaded only where states are recorded
    import zlib  # as above

    return binascii.b2a_base64(zlib.compress(state), newline=False).decode("ascii")


def unpacked(text: str) -> bytes:
    """The inverse of `packed`."""
    import binascii  # as above
    import zlib  # as above

    return zlib.decompress(binascii.a2b_base64(text))


def python_state(instance: Any) -> bytes:
    """The state of a ``random.Random``."""
    return repr(instance.getstate()).encode("ascii")


def restore_python(instance: Any, state: bytes) -> None:
    """Set the state of a ``random.Random``; the text holds only numbers, tuples and None."""
    import ast  # only in a replay of a passive record

    instance.setstate(ast.literal_eval(state.decode("ascii")))


def numpy_state(module: Any) -> bytes:
    """The state of NumPy's global generator, where it is the usual Mersenne Twister."""
    name, keys, position, has_gauss, gauss = module.get_state()
    if name != "MT19937":
        raise TypeError(f"NumPy's global generator is {name}, expected MT19937")
    head = f"{position};{has_gauss};{float(gauss).hex()};"
    return head.encode("ascii") + bytes(keys.astype("<u4").tobytes())


def restore_numpy(module: Any, state: bytes) -> None:
    """Set the state of NumPy's global generator."""
    position, has_gauss, gauss, keys = state.split(b";", 3)
    numbers = memoryview(keys).cast("I").tolist()
    if numbers and int.from_bytes(keys[:4], "little") != numbers[0]:  # a big-endian machine
        numbers = [int.from_bytes(keys[i : i + 4], "little") for i in range(0, len(keys), 4)]
    module.set_state(("MT19937", numbers, int(position), int(has_gauss), float.fromhex(gauss.decode("ascii"))))


def torch_state(module: Any) -> bytes:
    """The state of PyTorch's default generator on the CPU."""
    return bytes(module.get_rng_state().tolist())


def restore_torch(module: Any, state: bytes) -> None:
    """Set the state of PyTorch's default generator on the CPU."""
    module.set_rng_state(module.tensor(list(state), dtype=module.uint8))


PYTHON = ProgramGenerator(
    "python.random",
    "random",
    lambda module: python_state(module._inst),  # noqa: SLF001 - what its functions are methods of
    lambda module, state: restore_python(module._inst, state),  # noqa: SLF001 - as above
)
NUMPY = ProgramGenerator("numpy.random", "numpy.random", numpy_state, restore_numpy)
TORCH = ProgramGenerator("torch.cpu", "torch", torch_state, restore_torch)
GENERATORS = {generator.name: generator for generator in (PYTHON, NUMPY, TORCH)}
