"""Running a notebook in a real kernel, cell after cell."""

from __future__ import annotations

import asyncio
import copy
import os
import queue
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bis.errors import UsageError
from bis.launch.cell_endings import EXIT_CODE, death, exception_failure, exit_failure, exit_of, is_exit, leaves
from bis.model.facets import Cell, CellOutput, Failure
from bis.notebooks.document import NotebookNode, cell_outputs, check_language, read_notebook, write_notebook
from bis.notebooks.extra import REQUIRED, require
from bis.notebooks.line_skipping import CellChanger
from bis.notebooks.parameters import cell_tags, inject_parameters
from bis.notebooks.shell_commands import Ground

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bis.launch.kernel import Kernel, KernelStart

START_TIME_S = 120.0
EXIT_TIME_S = 30.0  # exit functions may upload what was recorded
INTERRUPT_TIME_S = 3.0
ANSWER_TIME_S = 3.0
IOPUB_TIME_S = 30.0  # the last output may come after the reply that a cell is done
_SKIP_TAG = "skip-execution"


@dataclass(frozen=True, slots=True)
class CellSkip:
    """A cell, or lines of it, that were not run: `source` is what was left out, `line` where from 1."""

    position: int
    why: str
    source: str
    line: int = 1


@dataclass(frozen=True, slots=True)
class NotebookResult:
    """What running a notebook gave.

    Positions count all cells of the notebook as it was given, from 0; a cell with injected parameters has none.
    `cells` holds the sources as the kernel ran them, in order.
    """

    cells: tuple[Cell, ...] = ()
    outputs: tuple[CellOutput, ...] = ()
    failure: Failure | None = None
    skipped: tuple[CellSkip, ...] = ()
    duration_s: float = 0.0


def run_notebook(  # noqa: PLR0913 - each is a separate choice of the caller
    path_or_node: str | os.PathLike[str] | NotebookNode,
    *,
    python: str,
    env: Mapping[str, str],
    cwd: Path,
    prefix: tuple[str, ...] = (),
    folder: Path | None = None,
    start: KernelStart | None = None,
    parameters: Mapping[str, str | object] | None = None,
    skip_blocking: bool = False,
    skip_installs: bool = False,
    pass_on_interrupt: bool = False,
    timeout_s: float | None = None,
    executed_path: Path | None = None,
    on_cell: Callable[[int, int], None] | None = None,
    on_output: Callable[[str, str], None] | None = None,
) -> NotebookResult:
    """Run a notebook in a kernel of `python`, which needs ipykernel but no installed kernel specification.

    Parameters
    ----------
    path_or_node : path or NotebookNode
        The notebook; neither the file nor the node is changed.
    python : str
        The interpreter.
    env : mapping of str to str
        The kernel's whole environment.
    cwd : Path
        The kernel's working directory.
    prefix : tuple of str
        What comes before the kernel's command.
    folder : Path, optional
        Where the kernel has its sockets; by default a folder of its own, which is removed.
    start : KernelStart, optional
        How the kernel comes to its process; by default one is started for it.
    parameters : mapping, optional
        Values for names of the cell tagged ``parameters``.
    skip_blocking, skip_installs : bool
        Leave out lines that start servers, or that install packages.
    pass_on_interrupt : bool
        Whether Ctrl-C interrupts the cell that runs, as it does a script, and what was run until then is the result. A
        second one ends the kernel and is raised, as the first one is without this.
    timeout_s : float, optional
        Seconds for the whole notebook, the start of the kernel included.
    executed_path : Path, optional
        Where to write the notebook with its outputs, also after a failure.
    on_cell : callable, optional
        Called with the position of each cell before it runs, and the number of cells.
    on_output : callable, optional
        Called with the stream (``stdout`` or ``stderr``) and each piece of text that a cell prints, as it comes.

    Returns
    -------
    NotebookResult
        What was run until the end or the first failure.

    Raises
    ------
    UsageError
        The notebook, a parameter or `executed_path` is invalid.
    EnvironmentBuildError
        There is no such interpreter, or it has no ipykernel.
    MissingExtra
        The packages that run notebooks are not installed.
    """
    for name in REQUIRED:
        require(name)
    if isinstance(path_or_node, (str, os.PathLike)):
        name = str(path_or_node)
        _refuse_overwriting(Path(path_or_node), executed_path)
        notebook = read_notebook(path_or_node)
    else:
        name = "the notebook"
        notebook = copy.deepcopy(path_or_node)
        check_language(notebook, name)
    added = inject_parameters(notebook, parameters or {}, name=name)
    grounds = {Ground.BLOCKING: skip_blocking, Ground.INSTALL: skip_installs}
    redactor = CellChanger(frozenset(ground for ground, wanted in grounds.items() if wanted))
    from bis.launch.kernel import Kernel  # extra: notebook

    started = time.monotonic()
    execution = _Execution(
        notebook,
        Kernel(python, env, cwd, prefix=prefix, folder=folder, start=start),
        added=added,
        timeout_s=timeout_s,
    )
    execution.prepare(redactor)
    try:
        execution.run(on_cell, on_output, interrupts=int(pass_on_interrupt))
    finally:
        if executed_path is not None:
            write_notebook(notebook, executed_path)
    return NotebookResult(
        cells=tuple(execution.cells),
        outputs=execution.outputs(),
        failure=execution.failure,
        skipped=tuple(execution.skipped),
        duration_s=time.monotonic() - started,
    )


def _refuse_overwriting(source: Path, executed_path: Path | None) -> None:
    if executed_path is None:
        return
    same = executed_path.resolve() == source.resolve()
    if same or (executed_path.exists() and source.exists() and executed_path.samefile(source)):
        raise UsageError(
            f"the executed notebook would overwrite {source}, which is the input",
            hint="Name another file for it.",
        )


class _Execution:
    """One run of one notebook.

    The kernel is driven by an event loop in a thread of its own, and the caller's callbacks are called in the caller's
    thread: this works where a loop runs already (in Jupyter), and an interrupt does not arrive amid the protocol.
    """

    def __init__(self, notebook: NotebookNode, kernel: Kernel, *, added: int | None, timeout_s: float | None) -> None:
        self.notebook = notebook
        self.kernel = kernel
        self.added = added
        self.timeout_s = timeout_s
        self.deadline: float | None = None
        self.cells: list[Cell] = []
        self.skipped: list[CellSkip] = []
        self.failure: Failure | None = None
        self._whole: set[int] = set()
        self._ran: list[int] = []
        self._events: queue.Queue[tuple[str, Any]] = queue.Queue()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._given_up = threading.Event()
        self._answers = True  # false once a cell did not heed an interrupt
        self._left = False  # true once a cell has ended the notebook, and well

    def position(self, index: int) -> int | None:
        """The place in the notebook as given of the cell at `index` of the notebook as run."""
        if self.added is None or index < self.added:
            return index
        return None if index == self.added else index - 1

    def prepare(self, redactor: CellChanger) -> None:
        """Clear saved outputs and take out what is not to be run."""
        for index, cell in enumerate(self.notebook.cells):
            if cell.cell_type != "code":
                continue
            cell["outputs"], cell["execution_count"] = [], None
            position = self.position(index)
            if position is None:
                continue
            if _SKIP_TAG in cell_tags(cell):
                self._whole.add(index)
                self.skipped.append(CellSkip(position, f"the cell is tagged {_SKIP_TAG}", cell.source))
                continue
            redaction = redactor.redact(cell.source)
            self.skipped += [CellSkip(position, s.why, s.source, s.line) for s in redaction.skipped]
            if redaction.source is None:
                self._whole.add(index)
            elif redaction.skipped:
                cell["source"] = redaction.source

    def outputs(self) -> tuple[CellOutput, ...]:
        """Texts of the cells that ran."""
        return tuple(
            output
            for index in self._ran
            if (position := self.position(index)) is not None
            for output in cell_outputs(position, self.notebook.cells[index].outputs)
        )

    def run(
        self,
        on_cell: Callable[[int, int], None] | None,
        on_output: Callable[[str, str], None] | None,
        *,
        interrupts: int = 0,
    ) -> None:
        """Run the notebook; an exception (Ctrl-C, or one of a callback) ends the kernel and is raised again.

        So many interrupts are passed on to the cell that runs.
        """
        total = len(self.notebook.cells) - (self.added is not None)
        worker = threading.Thread(target=self._work, name="bis-notebook")
        worker.start()
        try:
            while True:
                try:
                    kind, value = self._events.get()
                except KeyboardInterrupt as interrupt:
                    # Only Ctrl-C itself is meant for the program, and not what is made of other signals.
                    if not interrupts or not self._ran or type(interrupt) is not KeyboardInterrupt:
                        raise
                    interrupts -= 1
                    self.kernel.interrupt()
                    continue
                if kind == "done":
                    break
                if kind == "cell" and on_cell is not None:
                    on_cell(value, total)
                elif kind == "output" and on_output is not None:
                    on_output(*value)
        except BaseException:
            self._cancel()
            worker.join()
            raise
        worker.join()
        if value is not None:
            raise value

    def _cancel(self) -> None:
        self._given_up.set()
        loop, task = self._loop, self._task
        if loop is not None and task is not None and not loop.is_closed():
            loop.call_soon_threadsafe(task.cancel)

    def _work(self) -> None:
        error: BaseException | None = None
        try:
            asyncio.run(self._run())
        except BaseException as exc:  # noqa: BLE001 - handed to the caller's thread, which raises it
            error = exc
        self._events.put(("done", error))

    async def _run(self) -> None:
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        if self._given_up.is_set():  # an interrupt that came before there was a task to cancel
            return
        self.deadline = None if self.timeout_s is None else time.monotonic() + self.timeout_s
        try:
            if await self._start():
                await self._run_cells()
                left_s = self._left_s()
                grace_s = EXIT_TIME_S if left_s is None else min(EXIT_TIME_S, max(left_s, INTERRUPT_TIME_S))
                if self._answers:
                    await self.kernel.shut_down(grace_s)
        finally:
            self.kernel.kill()
            await self.kernel.dispose()

    async def _start(self) -> bool:
        from bis.launch.kernel import KernelDied  # extra: notebook

        start = asyncio.ensure_future(self.kernel.start(START_TIME_S))
        done, _ = await asyncio.wait({start}, timeout=self._left_s())
        if not done:
            start.cancel()
            await asyncio.wait({start}, timeout=INTERRUPT_TIME_S)
            self.failure = self._timeout(None)
            return False
        try:
            await start
        except KernelDied as exc:
            code, number = exit_of(self.kernel.exit_status)
            message = f"the kernel of {self.kernel.python} ended while starting"
            self.failure = Failure("env", message, exit_code=code, signal=number, traceback=str(exc))
            return False
        return True

    async def _run_cells(self) -> None:
        client = _client(self.notebook, self.kernel, lambda *text: self._events.put(("output", text)), self.heed)
        for index, cell in enumerate(self.notebook.cells):
            if cell.cell_type != "code" or index in self._whole or not cell.source.strip():
                continue
            position = self.position(index)
            if position is not None:
                self._events.put(("cell", position))
            self.cells.append(Cell(len(self.cells), cell.source, position))
            self._ran.append(index)
            self.failure = await self._run_cell(client, cell, index)
            if self.failure is not None or self._left:
                break
        client.set_widgets_metadata()

    async def _run_cell(self, client: Any, cell: NotebookNode, index: int) -> Failure | None:
        from nbclient.exceptions import CellExecutionError, DeadKernelError  # extra: notebook

        position = self.position(index)
        task = asyncio.ensure_future(client.async_execute_cell(cell, index, execution_count=len(self.cells)))
        try:
            done, _ = await asyncio.wait({task}, timeout=self._left_s())
            if not done:
                self.kernel.interrupt()
                done, _ = await asyncio.wait({task}, timeout=INTERRUPT_TIME_S)
                self._answers = bool(done)
                return self._timeout(position)
            task.result()
        except CellExecutionError as exc:
            return await self._raised(exc, cell, position)
        except DeadKernelError:
            return None if self._left else death(self.kernel, position)
        finally:
            task.cancel()
            await asyncio.wait({task}, timeout=INTERRUPT_TIME_S)
            if task.done() and not task.cancelled():
                task.exception()  # after an interrupt, its errors are caused by bis
        return None

    async def _raised(self, error: Any, cell: NotebookNode, position: int | None) -> Failure | None:
        if not is_exit(error):
            return exception_failure(error, cell, position)
        failure = exit_failure(error, await self.kernel.evaluate(EXIT_CODE, ANSWER_TIME_S), position)
        self._left = failure is None
        return failure

    def heed(self, reply: Mapping[str, Any]) -> None:
        """Note from a cell's reply that it has asked the kernel to end."""
        self._left = self._left or leaves(reply)

    def _left_s(self) -> float | None:
        return None if self.deadline is None else max(0.0, self.deadline - time.monotonic())

    def _timeout(self, position: int | None) -> Failure:
        where = "while the kernel started" if position is None else f"in cell {position}"
        return Failure("timeout", f"the time limit of {self.timeout_s:g} s ended {where}", cell=position)


def _client(
    notebook: NotebookNode,
    kernel: Kernel,
    on_output: Callable[[str, str], None],
    on_reply: Callable[[Mapping[str, Any]], None],
) -> Any:
    """An nbclient that passes on printed text and replies as they come, and keeps a stream's pieces together."""
    from nbclient.client import NotebookClient  # extra: notebook

    class Client(NotebookClient):  # type: ignore[misc]  # nbclient is not analysed
        def output(self, outs: list[Any], msg: Any, display_id: str | None, cell_index: int) -> Any:
            out = super().output(outs, msg, display_id, cell_index)
            if out is None or out["output_type"] != "stream":
                return out
            on_output(out["name"], out["text"])
            if len(outs) > 1 and outs[-2].get("output_type") == "stream" and outs[-2]["name"] == out["name"]:
                outs.pop()
                outs[-1]["text"] += out["text"]
            return out

    client = Client(notebook, km=kernel.manager, timeout=None, iopub_timeout=IOPUB_TIME_S, record_timing=False)
    client.kc = kernel.client
    client.on_cell_executed = lambda execute_reply, **_: on_reply(execute_reply)
    return client
