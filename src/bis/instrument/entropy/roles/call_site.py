"""A call site of a library that draws: what it is called, and what for it draws."""

from __future__ import annotations

OTHER = "other"
NUMPY, PYTHON, TORCH = "numpy.random", "python.random", "torch.cpu"
CALL, ITERATE, START = "call", "iter", "start"


class CallSite:
    """One row of the registry.

    Parameters
    ----------
    module, name : str
        Where it is defined, and its qualified name there.
    role : str
        What it draws for: a value of `bis.model.role.Role`.
    generators : tuple of str
        Shared generators that it may draw from. Entropy of the operating system is served for the role in any case.
    wrap : str
        ``call``: the role lasts as long as a call; ``iter``: as the steps of the iterator that a call gives;
        ``start``: as the first of them.
    coarse : bool
        Whether it draws for other roles too, which cannot be told apart.
    verified : bool
        Whether a test has seen that it draws, and that it follows the root of its role only.
    seed : str
        The parameter, or the attribute of the object whose method it is, that may hold a seed; empty: none.
    attributes : tuple of str
        The attributes of the object whose method it is that may hold a generator.
    replaces : bool
        Whether a seed that it is given is replaced where seeds are drawn: it makes no generator that bis sees.
    yields : bool
        Whether it draws for the role of the scope that it is called in, where there is one: a function that others
        are built on.
    holds_user_code : bool
        Whether what the user's code draws directly within it is drawn for the same role.
    keys : tuple of str
        Where `seed` names a dictionary of parameters: those in it that are seeds.
    makes_seed : bool
        Whether what it draws is nothing but a seed for what other call sites draw: these count, it does not.
    works : bool
        Whether it is a piece of work of a process that may be ended from outside, which tells now and then what it
        drew.
    """

    __slots__ = (
        "attributes",
        "coarse",
        "generators",
        "holds_user_code",
        "keys",
        "makes_seed",
        "module",
        "name",
        "replaces",
        "role",
        "seed",
        "verified",
        "works",
        "wrap",
        "yields",
    )

    def __init__(  # noqa: PLR0913 - a row of a table, named by keyword
        self,
        module: str,
        name: str,
        role: str,
        *,
        generators: tuple[str, ...] = (),
        wrap: str = CALL,
        coarse: bool = False,
        verified: bool = False,
        seed: str = "",
        attributes: tuple[str, ...] = (),
        replaces: bool = False,
        yields: bool = False,
        holds_user_code: bool = False,
        keys: tuple[str, ...] = (),
        makes_seed: bool = False,
        works: bool = False,
    ) -> None:
        self.module = module
        self.name = name
        self.role = role
        self.generators = generators
        self.wrap = wrap
        self.coarse = coarse
        self.verified = verified
        self.seed = seed
        self.attributes = attributes
        self.replaces = replaces
        self.yields = yields
        self.holds_user_code = holds_user_code
        self.keys = keys
        self.makes_seed = makes_seed
        self.works = works

    @property
    def qualified_name(self) -> str:
        """Module and name, without the private parts of the module's path, as users know it."""
        package = ".".join(part for part in self.module.split(".") if not part.startswith("_"))
        return f"{package}.{self.name}"
