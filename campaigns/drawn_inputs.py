"""What Hypothesis draws: any JSON in any place of a real document, and any text for readers of lines."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from campaigns import examples
from campaigns.fuzzing import breaches_of, shown, watch_of
from campaigns.mutations import places
from campaigns.readers import READERS, Reader
from campaigns.trials import Trial

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from campaigns.fuzzing import Watch
    from campaigns.scenes import Scene

KIND = "drawn"
PER_GROUP = 1000
_DOCUMENTS = {
    "record": "bis/record.json",
    "replay": "bis/replay.json",
    "written JSON": "code.json",
}
_LINES = ("lock", "study.toml", "pyproject.toml", "published table", "HTML table", "printed text", "list of projects")
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
_WORDS = st.sampled_from(
    ("=", "==", "[", "]", "{", "}", '"', "\n", ",", "a", "1.5", "-e ", " @ ", "<td>", "</table>", "#")
)


def trials(scene: Scene, group: int, *, only: int | None = None, per_group: int = PER_GROUP) -> Iterator[Trial]:
    """The inputs of a group; those that were read well are counted in one trial."""
    watch = watch_of(scene)
    found: list[Trial] = []
    counted = [0]

    @seed(group)
    @settings(
        max_examples=per_group, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.data())
    def run(data: st.DataObject) -> None:
        index, counted[0] = counted[0], counted[0] + 1
        reader, content = _drawn(data)
        if only is None or index == only:
            found.extend(_tried(reader, content, scene.base / "input", watch, f"{KIND}:{group}:{index}"))

    run()
    yield from found
    held = counted[0] - len(found)
    if held:
        yield Trial(KIND, f"{KIND}:{group}:0", f"{held} inputs", count=held)


def _tried(reader: Reader, content: bytes, folder: Path, watch: Watch, name: str) -> Iterator[Trial]:
    breaches = tuple(breaches_of(reader, content, folder, watch))
    if breaches:
        yield Trial(KIND, name, f"{reader.name}: {shown(content)}", breaches)


def _drawn(data: st.DataObject) -> tuple[Reader, bytes]:
    name = data.draw(st.sampled_from((*_DOCUMENTS, *_LINES)))
    reader = next(r for r in READERS if r.name == name)
    if name in _LINES:
        text = data.draw(st.text(max_size=200) | st.lists(_WORDS, max_size=60).map("".join))
        return reader, text.encode("utf-8", "surrogatepass")
    document: Any = json.loads(data.draw(st.sampled_from(examples.named(_DOCUMENTS[name]))))
    spots = list(places(document))
    holder, key = spots[data.draw(st.integers(0, len(spots) - 1))]
    holder[key] = deepcopy(data.draw(_JSON))
    return reader, json.dumps(document).encode("utf-8", "surrogatepass")
