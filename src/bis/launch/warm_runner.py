"""The runner of warm replays: a program in a fork of a warm parent, or cold where there can be none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bis.launch.process import run_program
from bis.launch.runners import NotebookRunner, program_of
from bis.launch.warm_parents import NoWarmParentError
from bis.launch.warm_slots import WarmStart
from bis.model.facets import EntryKind
from bis.model.start import ColdReason

if TYPE_CHECKING:
    from bis.launch.runners import Launch
    from bis.launch.warm_slots import WarmSlot
    from bis.model.session import Exit
    from bis.model.start import Preload

_SOCKETS = "bis-kernel-warm"  # of the kernel's sockets: its name is in the command line of all forks of a parent


class WarmRunner:
    """Runs programs in a place for warm replays; `reason` says why the last one was started cold.

    Parameters
    ----------
    slot : WarmSlot
        The place. The program's folder is in it.
    preload : Preload
        What the parent imports.
    """

    def __init__(self, slot: WarmSlot, preload: Preload) -> None:
        self._slot = slot
        self._preload = preload
        self.reason: ColdReason | None = None

    def run(self, job: Launch) -> Exit:
        """Run it to its end.

        Raises
        ------
        ParentLostError
            The parent was lost on the way: what the program has done is of no use.
        """
        try:
            if job.session.kind is EntryKind.NOTEBOOK:
                return self._notebook(job)
            return self._slot.run(program_of(job), job.session, self._preload)
        except NoWarmParentError as error:
            self.reason = error.reason
        if job.session.kind is EntryKind.NOTEBOOK:
            return NotebookRunner().run(job)
        return run_program(program_of(job))

    def _notebook(self, job: Launch) -> Exit:
        """Run a notebook in a kernel that is forked."""
        from bis.launch.kernel import KernelStart  # extra: notebook

        given = job.notebook.folder
        if given is None or not given.is_relative_to(self._slot.folder):  # the sandbox of a parent has one folder
            raise NoWarmParentError(ColdReason.NOTEBOOK)
        sockets = given.rename(given.with_name(_SOCKETS))
        fork = WarmStart(self._slot, job.session, self._preload)
        runner = NotebookRunner(KernelStart(fork, self._slot.mark))
        try:
            ended = runner.run(replace(job, notebook=replace(job.notebook, folder=sockets)))
        except NoWarmParentError:
            given.mkdir(mode=0o700)  # the other one was removed
            raise
        fork.check()
        return ended
