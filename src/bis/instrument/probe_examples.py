"""The examples of a probe as bytes: what was passed to a model, packed without pickle.

The first line is JSON and says what there is; the bytes of arrays follow. The same examples give the same bytes, so
that their digest names them. Nothing is imported: what a program has not loaded it did not pass to a model either.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FORMAT = "bis.probe"
VERSION = 1
EVERY_MODEL = "*"  # the name of examples that are meant for each model
MAX_EXAMPLES = 1000
MAX_BYTES = 16 << 20
_PLAIN = (type(None), bool, int, float, str)
_NUMBERS = "biufcMmSU"  # kinds of arrays whose bytes are their values
_ARRAY_LIKE = ("tensorflow", "jax", "jaxlib", "keras")
_SPARSE = ("csr", "csc", "coo")


class Table:
    """Columns with labels, of a process that has no pandas: each an array, or a list of texts and None."""

    def __init__(self, labels: list[str], columns: list[Any]) -> None:
        self.labels = labels
        self.columns = columns


class NoFormError(Exception):
    """Raised for what cannot be kept as an example; the text is its type, or the reason."""


def packed(sets: Mapping[str, Any]) -> bytes:
    """Examples by the name of the model that they are for, as bytes.

    Raises
    ------
    NoFormError
        There is something among them that has no form here, or they are too large.
    """
    packer = _Packer()
    described = {name: packer.described(value) for name, value in sorted(sets.items())}
    head = json.dumps({"format": FORMAT, "version": VERSION, "sets": described}, sort_keys=True)
    content = head.encode("ascii") + b"\n" + b"".join(packer.parts)
    if len(content) > MAX_BYTES:
        raise NoFormError(f"{len(content)} bytes")
    return content


def unpacked(content: bytes) -> dict[str, Any]:
    """The examples by the name of the model that they are for.

    Raises
    ------
    ValueError
        These are not the bytes of a probe.
    """
    head, newline, rest = content.partition(b"\n")
    document = json.loads(head)
    if not newline or not isinstance(document, dict) or document.get("format") != FORMAT:
        raise ValueError(f"expected {FORMAT}")
    if document.get("version", 0) > VERSION:
        raise ValueError(f"{FORMAT} has version {document['version']}; this bis knows {VERSION}")
    return {name: _built(node, rest) for name, node in document["sets"].items()}


def sampled(value: Any, most: int = MAX_EXAMPLES) -> Any:
    """A copy of examples; of more than `most`, so many in equal distances."""
    if isinstance(value, dict):
        return {key: sampled(item, most) for key, item in value.items()}
    if type(value) in (list, tuple) and not _is_batch_of_plain(value):
        return type(value)(sampled(item, most) for item in value)
    count = length(value)
    if count is None:
        return value
    rows = list(range(count)) if count <= most else [i * count // most for i in range(most)]
    return _rows(value, rows)


def _rows(value: Any, rows: list[int]) -> Any:
    if isinstance(value, _loaded("torch", "Tensor")):
        return value.detach()[rows].clone()
    if hasattr(value, "iloc"):
        return value.iloc[rows]
    if isinstance(value, (list, tuple)):
        return type(value)(value[row] for row in rows) if type(value) in (list, tuple) else value
    return (value.tocsr() if _is_sparse(value) else value)[rows]


def length(value: Any) -> int | None:
    """How many examples there are, as the first dimension says it; None where there is none."""
    if isinstance(value, dict):
        return next((n for n in map(length, value.values()) if n is not None), None)
    if isinstance(value, (list, tuple)) and not _is_batch_of_plain(value):
        return next((n for n in map(length, value) if n is not None), None)
    shape = getattr(value, "shape", None)
    if shape is not None:
        return int(shape[0]) if len(shape) else None
    return len(value) if isinstance(value, (list, tuple)) else None


def _is_batch_of_plain(value: Any) -> bool:
    """Whether a list holds examples (texts, numbers, lists of those), and not one array for each input."""
    return not any(hasattr(item, "shape") or isinstance(item, dict) for item in value)


class _Packer:
    """Describes values; the bytes that the descriptions refer to are in `parts`."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self._size = 0

    def described(self, value: Any) -> dict[str, Any]:
        """A value in JSON."""
        if type(value) in _PLAIN:
            return {"kind": "plain", "value": value}
        if type(value) is dict and all(isinstance(key, str) for key in value):
            return {"kind": "dict", "items": {key: self.described(item) for key, item in value.items()}}
        if type(value) in (list, tuple):
            if _all_plain(value):
                return {"kind": "plain", "value": list(value), "tuple": type(value) is tuple}
            return {"kind": type(value).__name__, "items": [self.described(item) for item in value]}
        return self._of_library(value)

    def _of_library(self, value: Any) -> dict[str, Any]:
        numpy: Any = sys.modules.get("numpy")
        kinds = (
            (_loaded("torch", "Tensor"), self._tensor),
            (_loaded("pandas.core.frame", "DataFrame"), self._frame),
            (_loaded("pandas.core.series", "Series"), self._series),
            (Table, self._table),
            (() if numpy is None else (numpy.ndarray, numpy.generic), self._array),
        )
        for kind, describe in kinds:
            if isinstance(value, kind):
                return describe(value)
        if _is_sparse(value):
            return self._sparse(value)
        if numpy is not None and type(value).__module__.partition(".")[0] in _ARRAY_LIKE:
            return self._array(value)
        raise NoFormError(f"{type(value).__module__}.{type(value).__qualname__}")

    def _bytes(self, content: bytes) -> dict[str, int]:
        place = {"at": self._size, "size": len(content)}
        self.parts.append(content)
        self._size += len(content)
        if self._size > MAX_BYTES:
            raise NoFormError(f"more than {MAX_BYTES} bytes")
        return place

    def _array(self, value: Any) -> dict[str, Any]:
        numpy: Any = sys.modules["numpy"]
        value = numpy.asarray(value)
        if value.dtype.hasobject:
            return {"kind": "objects", "shape": list(value.shape), "values": _plain_list(value.ravel().tolist())}
        if value.dtype.kind not in _NUMBERS:
            raise NoFormError(f"array of {value.dtype}")
        little = value.dtype.newbyteorder("<")
        content = numpy.ascontiguousarray(value).astype(little, copy=False).tobytes()
        return {"kind": "array", "dtype": little.str, "shape": list(value.shape), **self._bytes(content)}

    def _tensor(self, value: Any) -> dict[str, Any]:
        torch: Any = sys.modules["torch"]
        if value.layout is not torch.strided or value.is_quantized:
            raise NoFormError(f"tensor of layout {value.layout}")
        flat = value.detach().resolve_conj().resolve_neg().cpu().contiguous().reshape(-1)
        content = flat.view(torch.uint8).numpy().tobytes() if flat.numel() else b""
        name = str(value.dtype).removeprefix("torch.")
        return {"kind": "tensor", "dtype": name, "shape": list(value.shape), **self._bytes(content)}

    def _sparse(self, value: Any) -> dict[str, Any]:
        layout = value.format if value.format in _SPARSE[:2] else "csr"
        found = value.asformat(layout)
        arrays = {name: self._array(getattr(found, name)) for name in ("data", "indices", "indptr")}
        matrix = "matrix" if type(value).__name__.endswith("_matrix") else "array"
        return {"kind": "sparse", "format": layout, "class": matrix, "shape": list(found.shape), **arrays}

    def _series(self, value: Any) -> dict[str, Any]:
        return {"kind": "series", "name": _label(value.name), "values": self._column(value)}

    def _frame(self, value: Any) -> dict[str, Any]:
        labels = [_label(name) for name in value.columns]
        if len(set(labels)) < len(labels):
            raise NoFormError("table with two columns of the same name")
        columns = [self._column(value.iloc[:, i]) for i in range(len(labels))]
        return {"kind": "frame", "labels": labels, "columns": columns, "rows": len(value)}

    def _table(self, value: Table) -> dict[str, Any]:
        columns = [
            {"kind": "values", "dtype": "object", "values": column} if type(column) is list else self._array(column)
            for column in value.columns
        ]
        rows = max(map(len, value.columns), default=0)
        return {"kind": "frame", "labels": value.labels, "columns": columns, "rows": rows}

    def _column(self, value: Any) -> dict[str, Any]:
        numpy: Any = sys.modules["numpy"]
        if isinstance(value.dtype, _loaded("pandas.core.dtypes.dtypes", "CategoricalDtype")):
            codes = self._array(value.cat.codes.to_numpy())
            categories = _plain_list(value.cat.categories.tolist())
            return {"kind": "categories", "codes": codes, "labels": categories, "ordered": bool(value.cat.ordered)}
        if isinstance(value.dtype, numpy.dtype) and not value.dtype.hasobject:
            return self._array(value.to_numpy())
        missing = value.isna().tolist() if str(value.dtype) != "object" else [False] * len(value)
        values = [None if absent else item for item, absent in zip(value.tolist(), missing, strict=True)]
        return {"kind": "values", "dtype": str(value.dtype), "values": _plain_list(values)}


def _built(node: Mapping[str, Any], rest: bytes) -> Any:
    kind = node["kind"]
    if kind == "plain":
        return tuple(node["value"]) if node.get("tuple") else node["value"]
    if kind == "dict":
        return {key: _built(item, rest) for key, item in node["items"].items()}
    if kind in {"list", "tuple"}:
        items = [_built(item, rest) for item in node["items"]]
        return items if kind == "list" else tuple(items)
    return _BUILDERS.get(kind, _built_array)(node, rest)


def _built_sparse(node: Mapping[str, Any], rest: bytes) -> Any:
    sparse: Any = sys.modules["scipy.sparse"]
    make = getattr(sparse, f"{node['format']}_{node['class']}")
    parts = tuple(_built(node[name], rest) for name in ("data", "indices", "indptr"))
    return make(parts, shape=tuple(node["shape"]))


def _built_array(node: Mapping[str, Any], rest: bytes) -> Any:
    numpy: Any = sys.modules["numpy"]
    if node["kind"] == "objects":
        found = numpy.empty(len(node["values"]), dtype=object)
        found[:] = node["values"]
        return found.reshape(node["shape"])
    content = rest[node["at"] : node["at"] + node["size"]]
    dtype = numpy.dtype(node["dtype"])
    return numpy.frombuffer(content, dtype=dtype).reshape(node["shape"]).astype(dtype.newbyteorder("="))  # writable


def _built_tensor(node: Mapping[str, Any], rest: bytes) -> Any:
    torch: Any = sys.modules["torch"]
    dtype = getattr(torch, node["dtype"])
    content = bytearray(rest[node["at"] : node["at"] + node["size"]])
    return (torch.frombuffer(content, dtype=dtype) if content else torch.empty(0, dtype=dtype)).reshape(node["shape"])


def _built_frame(node: Mapping[str, Any], rest: bytes) -> Any:
    pandas: Any = sys.modules.get("pandas")
    if pandas is None:  # the program knows no tables: columns of numbers are an array to it
        return _stacked(node, rest)
    frame = pandas.DataFrame(
        dict(enumerate(_series(c, rest, None) for c in node["columns"])), index=range(node["rows"])
    )
    frame.columns = node["labels"]
    return frame


def _stacked(node: Mapping[str, Any], rest: bytes) -> Any:
    numpy: Any = sys.modules["numpy"]
    if any(column["kind"] != "array" for column in node["columns"]):
        raise NoFormError("table with texts, in a program without pandas")
    return numpy.stack([_built_array(column, rest) for column in node["columns"]], axis=1)


def _series(node: Mapping[str, Any], rest: bytes, name: Any) -> Any:
    pandas: Any = sys.modules["pandas"]
    if node["kind"] == "categories":
        codes = _built_array(node["codes"], rest)
        values = pandas.Categorical.from_codes(codes, categories=node["labels"], ordered=node["ordered"])
        return pandas.Series(values, name=name)
    if node["kind"] == "values":
        return pandas.Series(node["values"], dtype=node["dtype"], name=name)
    return pandas.Series(_built_array(node, rest), name=name)


def _all_plain(values: Any) -> bool:
    return all(type(v) in _PLAIN or (type(v) is list and _all_plain(v)) for v in values)


def _plain_list(values: list[Any]) -> list[Any]:
    for value in values:
        if type(value) not in _PLAIN:
            raise NoFormError(f"array or column with a {type(value).__qualname__}")
    return values


def _label(name: Any) -> Any:
    if type(name) not in _PLAIN:
        raise NoFormError(f"column whose name is a {type(name).__qualname__}")
    return name


def _is_sparse(value: Any) -> bool:
    return getattr(value, "format", None) is not None and hasattr(value, "tocsr") and hasattr(value, "nnz")


def _loaded(module: str, name: str) -> Any:
    """A class of a module that the program has loaded; an empty tuple, which nothing is an instance of, otherwise."""
    found = vars(sys.modules[module]).get(name) if module in sys.modules else None
    return found if isinstance(found, type) else ()


_BUILDERS: dict[str, Callable[[Mapping[str, Any], bytes], Any]] = {
    "tensor": _built_tensor,
    "frame": _built_frame,
    "sparse": _built_sparse,
    "series": lambda node, rest: _series(node["values"], rest, node["name"]),
}
