"""Carries state over from one run to the next in each way that there is, and prints what it found."""

from __future__ import annotations

import json
import mmap
import os
import pickle
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

CHILD = """
import pathlib
path = pathlib.Path("child.txt")
number = int(path.read_text()) if path.exists() else 0
path.write_text(str(number + 1))
print(number)
"""


def counter() -> int:
    """A number in a file."""
    path = Path("counter.txt")
    number = int(path.read_text()) if path.exists() else 0
    path.write_text(str(number + 1))
    return number


def study() -> int:
    """Rows of a database, as Optuna has its trials."""
    with closing(sqlite3.connect("study.db")) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS trials (x)")
        connection.execute("INSERT INTO trials VALUES (1)")
        connection.commit()
        return int(connection.execute("SELECT count(*) FROM trials").fetchone()[0])


def checkpoint() -> int:
    """A checkpoint in a folder, which is moved away as a whole."""
    state = {"epoch": 0}
    if os.path.exists("checkpoint/last.pkl"):
        with open("checkpoint/last.pkl", "rb") as file:
            state = pickle.load(file)  # noqa: S301 (its own)
        shutil.rmtree("checkpoint.old", ignore_errors=True)
        os.rename("checkpoint", "checkpoint.old")
    os.mkdir("checkpoint")
    with open("checkpoint/last.pkl", "wb") as file:
        pickle.dump({"epoch": state["epoch"] + 1}, file)
    return state["epoch"]


def replaced() -> int:
    """A JSON file that is written beside and put into its place."""
    try:
        with open("state.json") as file:
            number = json.load(file)
    except FileNotFoundError:
        number = 0
    handle, name = tempfile.mkstemp(dir=".")
    os.write(handle, str(number + 1).encode())
    os.close(handle)
    os.replace(name, "state.json")
    return number


def history() -> int:
    """Lines that are appended."""
    with open("history.csv", "a+") as file:
        file.write("1\n")
        file.seek(0)
        return len(file.readlines())


def in_place() -> int:
    """Bytes that are changed where they are."""
    if not os.path.exists("bytes.dat"):
        Path("bytes.dat").write_bytes(bytes(8))
    with open("bytes.dat", "r+b") as file, mmap.mmap(file.fileno(), 0) as content:
        content[0] += 1
        return content[0]


def flag() -> bool:
    """Whether a file is there that is never read."""
    there = os.path.exists("flag")
    Path("flag").write_text("")
    return there


def link() -> int:
    """A link that is moved on."""
    number = int(Path("latest.dat").read_text()) if os.path.exists("latest.dat") else 0
    if number:
        os.remove("latest.dat")
    Path(f"version{number + 1}.dat").write_text(str(number + 1))
    os.symlink(f"version{number + 1}.dat", "latest.dat")
    return number


def numbered() -> int:
    """The number of the next folder, by how many there are."""
    os.makedirs("runs", exist_ok=True)
    number = len(os.listdir("runs"))
    os.mkdir(f"runs/version_{number}")
    return number


def child() -> int:
    """The same in another process."""
    return int(subprocess.run([sys.executable, "-c", CHILD], stdout=subprocess.PIPE, check=True).stdout)


for kind in (counter, study, checkpoint, replaced, history, in_place, flag, link, numbered, child):
    print(kind.__name__, kind())
