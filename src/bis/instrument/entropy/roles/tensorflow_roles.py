"""TensorFlow's seeds by role: where the program set a seed, operations get one from the root of their role instead."""

from __future__ import annotations

import sys

from bis.instrument.entropy.roles.scopes import seed_text
from bis.instrument.entropy.wrapping import disguise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from bis.instrument.entropy.roles.role_streams import RoleStreams
    from bis.instrument.entropy.roles.scopes import Scopes

_NAME = "tensorflow"


def attach(module: ModuleType, scopes: Scopes, streams: RoleStreams) -> None:
    """Attach to ``tensorflow.python.framework.random_seed``.

    Every operation asks `get_seed` for its pair of seeds: of the program and of the operation.
    """
    random_seed: Any = module
    original = random_seed.get_seed
    if getattr(original, "bis_roles", False):
        return

    def get_seed(op_seed: Any) -> Any:
        seeds = original(op_seed)
        drawn = scopes.reports.attempt("tensorflow seed", lambda: seeds_of_role(seeds, op_seed))
        return seeds if drawn is None else drawn

    def seeds_of_role(seeds: Any, op_seed: Any) -> Any:
        text = seed_text(op_seed)
        fixed = seeds != (None, None) and (
            random_seed.context.global_seed() is not None or (text is not None and scopes.is_announced(text))
        )
        if not fixed:
            return None
        owner = scopes.owner_at(sys._getframe(3))  # noqa: SLF001 - the documented way to the caller
        scopes.ledger.drew(owner, 1, repr((_NAME, seeds)).encode())
        scopes.ledger.is_seeded(owner.role)
        if not scopes.reseeded:
            return None
        pair = streams.from_seed(scopes.role(), _NAME, repr(seeds), 8)
        return 1 + int.from_bytes(pair[:4], "big") % (2**31 - 2), int.from_bytes(pair[4:], "big") % (2**31 - 1)

    wrapper = disguise(get_seed, original)
    wrapper.bis_roles = True
    random_seed.get_seed = wrapper
    observed = random_seed.set_seed

    def set_seed(*args: Any, **kwargs: Any) -> Any:
        text = seed_text(args[0] if args else kwargs.get("seed"))
        frame = sys._getframe(1)  # noqa: SLF001 - as above
        if text is not None:
            scopes.reports.attempt(
                "tensorflow seed",
                lambda: scopes.set_by_program(text, "tensorflow.random.set_seed", frame, scopes.role()),
            )
        return observed(*args, **kwargs)

    random_seed.set_seed = disguise(set_seed, observed)
