"""Write docs/roles.md from the registry of call sites. `--check` only says whether the page is current."""

from __future__ import annotations

import sys
from pathlib import Path

from bis.instrument.entropy.roles.sites.site_catalogue import catalogue
from bis.model.role import Role

PAGE = Path(__file__).with_name("roles.md")
INTRODUCTION = """\
<!-- Written by docs/generate_roles.py from the registry of call sites: change that, then run it. -->
# Roles of randomness

A program draws random numbers for different ends: which examples it tests on, which weights it begins with, in which
order it sees its examples. In most programs one generator feeds them all, so that another seed changes all of them at
once. To find out which of them moves a result, an explanation replays a program with its *roles scoped*: each role
draws from generator states of its own, which come from the root of that role. A new root for one role changes what is
drawn for that role, and nothing else.

| role | what is drawn for it |
|---|---|
| `split` | which examples are trained on, which are tested on |
| `init` | the first weights, centres or components |
| `shuffle` | the order of examples in training |
| `dropout` | dropout and noise within a model |
| `augmentation` | changes of examples |
| `sampling` | subsamples, random projections, generated data |
| `bootstrap` | the members of an ensemble |
| `hpo` | which hyperparameters are tried |
| `other` | what is drawn at a place that is not in the table below |

## Whose draw it is

The innermost call site of the table decides: a split within a search is a split. Functions that others are built on
draw for their caller. What the code of a program draws itself (`np.random.rand`, `rng.permutation`, `torch.randn`) is
a sample, or a shuffle where it permutes; in the constructor of a `torch.nn.Module` it is an initialisation, in its
`forward` noise, and within a dataset augmentation.

Each call has states of its own where NumPy draws, each line of the program where `random` and PyTorch do: what one
draws, however much, does not shift another.

## What is counted

Numbers of 32 bits, exactly, from the states of the generators before and after (Mersenne Twister of `random`, NumPy
and PyTorch; PCG64 of NumPy), by role and by line of the program. Keras and TensorFlow are given a seed for a layer or
an operation, which counts as the numbers of that seed. Uses that cannot be counted count as one. The share of `other`
is what the table does not cover: an explanation says it.

Workers of PyTorch's `DataLoader` count for the lines of the dataset that draw. The base seed that a loader draws for
each epoch is no draw of its own: without workers nothing comes of it. Workers are ahead of the program; how far they
get where a loader is left early is a race, so their draws are not compared between replays.

A role whose numbers change although its root did not draws as often as another role decides: fewer epochs after
another split, say. Its count tells.

## Seeds

A program that sets seeds keeps the numbers that they fix, also where roles are scoped. An explanation can ask for
more: then a seed (`random_state=42`, `np.random.seed(0)`, `torch.manual_seed(7)`, `default_rng(0)`, `SeedSequence(0)`,
`keras.utils.set_random_seed`) gives numbers that depend on it and on the root of the role that draws. The same seed
gives the same numbers for the same role, so that two splits with equal seeds stay equal. Each such place is a
deviation of the replay, with the seed that does not count. An exact replay never has any: it is not scoped.

## What is not covered

- Generators of accelerators follow the seed of PyTorch's default generator; they are not told apart by role.
- Draws of C extensions from generators of their own, and seeds that a library is given as a plain number for these,
  but those in the table.
- A generator whose state the program copies and sets again (`np.random.set_state`) is not set back for roles;
  `torch.set_rng_state` is, so that checkpointed activations are computed with the same masks.
- Two threads that draw for roles from one shared generator at the same time: reported as uncontrolled.
- Functions compiled by `torch.jit.script` draw for `other`.
- What is drawn from subclasses of `random.Random` that a program makes: the entropy that they are seeded with counts
  for `other`.

## The call sites

*Verified* are those that a test has seen draw, and follow the root of their role only. *Coarse* ones draw for other
roles as well, which cannot be told apart.

| role | call site | draws from | verified | |
|---|---|---|---|---|
"""


def page() -> str:
    """The whole page."""
    order = [role.value for role in Role]
    rows = [
        f"| `{site.role}` | `{site.qualified_name}` | {', '.join(site.generators) or 'a generator of its own'} "
        f"| {'yes' if site.verified else 'no'} | {'coarse' if site.coarse else ''} |\n"
        for site in sorted(catalogue(), key=lambda s: (order.index(s.role), s.qualified_name))
    ]
    return INTRODUCTION + "".join(rows)


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(0 if PAGE.read_text(encoding="utf-8") == page() else f"{PAGE} is not current")
    PAGE.write_text(page(), encoding="utf-8")
