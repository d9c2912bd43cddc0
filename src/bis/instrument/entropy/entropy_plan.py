"""What a process is given: the root of its randomness, and its place in the tree of processes.

The root is in the session's document, which only its user may read, and never in the environment: programs log theirs.
"""

from __future__ import annotations

import os

from bis.instrument.entropy.sha3 import sha3_256

TYPE_CHECKING = False  # typing is not loaded at start-up
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bis.instrument.session_view import SessionView

CHILD_KEY_VARIABLE = "BIS_CHILD_KEY"
CLAIMS = "claims"
_ROOT_BYTES = 32
_MAIN = "main"


class EntropyPlan:
    """Where a process gets its randomness from.

    Parameters
    ----------
    root : bytes
        32 bytes, the recorded root of the run.
    key : str
        The place of the process in the tree of processes of the run; no two processes share one.
    serve : bool
        True: requests for OS entropy are answered from the root. False (passive): seeds and states are observed only.
    roles : mapping of str to bytes, optional
        Roots of their own, 32 bytes each, for some roles.
    scoped : bool
        Whether each role of randomness draws from generator states of its own.
    reseeded : bool
        Whether call sites that were given a seed draw it from the root of their role.

    Raises
    ------
    ValueError
        If `root` is not 32 bytes long.
    """

    __slots__ = ("key", "reseeded", "roles", "root", "scoped", "serve")

    def __init__(
        self,
        root: bytes,
        key: str = _MAIN,
        *,
        serve: bool = True,
        roles: Mapping[str, bytes] | None = None,
        scoped: bool = False,
        reseeded: bool = False,
    ) -> None:
        self.roles = dict(roles or {})
        for found in (root, *self.roles.values()):
            if len(found) != _ROOT_BYTES:
                raise ValueError(f"The root must be {_ROOT_BYTES} bytes long, got {len(found)}.")
        self.scoped = scoped and serve
        self.reseeded = reseeded and self.scoped
        self.root = root
        self.key = key
        self.serve = serve

    def __repr__(self) -> str:
        return f"EntropyPlan(root=<{_ROOT_BYTES} bytes>, key={self.key!r}, serve={self.serve})"

    @staticmethod
    def of_process(session: SessionView, environ: Mapping[str, str], arguments: Sequence[str]) -> EntropyPlan:
        """The plan of this process, by its session and by how it was started.

        Parameters
        ----------
        session : SessionView
            The session that the process belongs to. In its folder, processes that were started with the same key (by a
            shell script, or from a stale copy of the environment) claim distinct numbers.
        environ : mapping
            Usually ``os.environ``; it holds a key where another process of the session started this one.
        arguments : sequence of str
            Usually ``sys.orig_argv``. Only the last component of each path counts, so that a replay in another
            directory and with another interpreter gets the same key.

        Raises
        ------
        ValueError
            If the root is not 64 hexadecimal digits.
        """
        child = environ.get(CHILD_KEY_VARIABLE)
        claims = os.path.join(session.spool, CLAIMS)  # noqa: PTH118 - pathlib is not loaded for this
        key = _started_key(child, arguments, claims) if child else _MAIN
        return EntropyPlan(
            bytes.fromhex(session.root),
            key,
            serve=session.serve,
            roles={role: bytes.fromhex(root) for role, root in session.roles.items()},
            scoped=session.scoped,
            reseeded=session.reseeded,
        )


def _started_key(key: str, arguments: Sequence[str], claims: str) -> str:
    """Key of a process that another program started: the key it was handed, what it runs, and its claim."""
    command = "\0".join(os.path.basename(argument.rstrip(os.sep)) for argument in arguments[1:])  # noqa: PTH119 - pathlib is not loaded for this
    key = f"{key}/{sha3_256(command.encode('utf-8', 'surrogateescape')).hexdigest()[:12]}"
    number = _claim(key, claims)
    return key if number == 0 else f"{key}#{number}"


def _claim(key: str, claims: str) -> int:
    """How many processes claimed `key` before this one; 0 where no claim can be made."""
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
