"""All call sites that are known."""

from __future__ import annotations

from bis.instrument.entropy.roles.sites.further_sites import SITES as FURTHER_SITES
from bis.instrument.entropy.roles.sites.keras_sites import SITES as KERAS_SITES
from bis.instrument.entropy.roles.sites.sklearn_sites import SITES as SKLEARN_SITES
from bis.instrument.entropy.roles.sites.torch_sites import SITES as TORCH_SITES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis.instrument.entropy.roles.call_site import CallSite


def catalogue() -> Iterator[CallSite]:
    """The call sites of all libraries."""
    for table in (SKLEARN_SITES, TORCH_SITES, KERAS_SITES, FURTHER_SITES):
        yield from table
