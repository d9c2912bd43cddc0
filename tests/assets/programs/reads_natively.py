"""Reads a database, and files that libraries open without Python; prints what is in them."""

from __future__ import annotations

import os
import sqlite3
import sys

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.dataset as pa_dataset
import pyarrow.parquet as pq

if not os.path.exists("made"):
    os.mkdir("made")
    sqlite3.connect("made/table.db").executescript("CREATE TABLE t AS SELECT 5 AS x;")
    pq.write_table(pa.table({"x": [1, 2]}), "made/one.parquet")
    os.mkdir("made/many")
    pq.write_table(pa.table({"x": [1, 2, 3]}), "made/many/part.parquet")
    pa_csv.write_csv(pa.table({"x": [1, 2, 3, 4]}), "made/x.csv")
    with h5py.File("made/x.h5", "w") as made:
        made["x"] = np.arange(6)
print(sqlite3.connect("file:made/table.db?mode=ro", uri=True).execute("SELECT x FROM t").fetchone())
print(pq.read_table("made/one.parquet").num_rows, pa_dataset.dataset("made/many").count_rows())
print(pa_csv.read_csv("made/x.csv").num_rows)
with h5py.File("made/x.h5") as file:
    print(len(file["x"]))
print(sqlite3.connect(sys.argv[1]).execute("SELECT x FROM t").fetchone())
