"""What a process is given: the root of its randomness, and its place in the tree of processes.

Everything in this package runs inside the user's interpreter before the user's first import, in every Python process
of the run. It therefore knows the standard library only, and of that only what is loaded anyway: `dataclasses`,
`json`, `typing` and `threading` would cost 5-15 ms each in each process.
"""

from __future__ import annotations

import os

from bis.instrument.entropy.sha3 import sha3_256

TYPE_CHECKING = False  # typing itself takes 8 ms to load; checkers know the name
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PLAN_VARIABLE = "BIS_ENTROPY"
CLAIMS_VARIABLE = "BIS_ENTROPY_CLAIMS"
CHILD_KEY_VARIABLE = "BIS_CHILD_KEY"
_FORMAT = "1"
_ROOT_BYTES = 32


class EntropyPlan:
    """Immutable description of where a process gets its randomness from.

    Parameters
    ----------
    root : bytes
        32 bytes, the recorded root of the run.
    key : str
        The place of the process in the tree of processes of the run; no two processes share one.
    serve : bool
        True: requests for OS entropy are answered from the root. False (passive): seeds and states are observed only.
    claims : str or None
        An empty directory of this one execution, in which processes that were started with the same key (by a shell
        script, or from a stale copy of the environment) claim distinct numbers. None: such processes share their
        numbers.

    Raises
    ------
    ValueError
        If `root` is not 32 bytes long.
    """

    __slots__ = ("claims", "key", "root", "serve")
    root: bytes
    key: str
    serve: bool
    claims: str | None

    def __init__(self, root: bytes, key: str = "main", *, serve: bool = True, claims: str | None = None) -> None:
        if len(root) != _ROOT_BYTES:
            raise ValueError(f"The root must be {_ROOT_BYTES} bytes long, got {len(root)}.")
        for name, value in (("root", bytes(root)), ("key", key), ("serve", serve), ("claims", claims)):
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"EntropyPlan is immutable, cannot set {name!r}.")

    def _values(self) -> tuple[object, ...]:
        return (self.root, self.key, self.serve, self.claims)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, EntropyPlan) and self._values() == other._values()

    def __hash__(self) -> int:
        return hash(self._values())

    def __repr__(self) -> str:
        return f"EntropyPlan(root=<{_ROOT_BYTES} bytes>, key={self.key!r}, serve={self.serve}, claims={self.claims!r})"

    def to_environment(self) -> dict[str, str]:
        """Environment variables that hand this plan to the first process of a run.

        The launcher should also remove `CHILD_KEY_VARIABLE`, in case that it runs under bis itself.
        """
        mode = "serve" if self.serve else "passive"
        variables = {PLAN_VARIABLE: f"{_FORMAT};{mode};{self.root.hex()};{self.key}"}
        if self.claims is not None:
            variables[CLAIMS_VARIABLE] = self.claims
        return variables

    @staticmethod
    def from_environment(environ: Mapping[str, str], arguments: Sequence[str]) -> EntropyPlan | None:
        """The plan of this process, None where the environment holds none.

        Parameters
        ----------
        environ : mapping
            Usually ``os.environ``.
        arguments : sequence of str
            Usually ``sys.orig_argv``. Only the last component of each path counts, so that a replay in another
            directory and with another interpreter gets the same key.

        Raises
        ------
        ValueError
            If the variable is damaged or of an unknown version.
        """
        text = environ.get(PLAN_VARIABLE)
        if not text:
            return None
        fields = text.split(";", 3)
        if len(fields) != 4 or fields[0] != _FORMAT or fields[1] not in {"serve", "passive"}:
            raise ValueError(f"{PLAN_VARIABLE} is not an entropy plan of version {_FORMAT}.")
        _, mode, root, key = fields
        claims = environ.get(CLAIMS_VARIABLE) or None
        child = environ.get(CHILD_KEY_VARIABLE)
        if child:
            key = _started_key(child, arguments, claims)
        return EntropyPlan(bytes.fromhex(root), key, serve=mode == "serve", claims=claims)


def _started_key(key: str, arguments: Sequence[str], claims: str | None) -> str:
    """Key of a process that another program started: the key it was handed, what it runs, and its claim."""
    command = "\0".join(os.path.basename(argument.rstrip(os.sep)) for argument in arguments[1:])  # noqa: PTH119 - pathlib is not loaded for this
    key = f"{key}/{sha3_256(command.encode('utf-8', 'surrogateescape')).hexdigest()[:12]}"
    number = _claim(key, claims)
    return key if number == 0 else f"{key}#{number}"


def _claim(key: str, claims: str | None) -> int:
    """How many processes claimed `key` before this one; 0 where no claim can be made."""
    if claims is None:
        return 0
    name = os.path.join(claims, sha3_256(key.encode("utf-8", "surrogateescape")).hexdigest()[:32])  # noqa: PTH118 - as above
    number = 0
    try:
        while not _claimed(f"{name}.{number}"):
            number += 1
    except OSError:
        return 0
    return number


def _claimed(path: str) -> bool:
    """Make the file `path`; False if another process made it."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return False
    return True
