"""What honest programs do: pools of all kinds, workers of a loader, files and sockets of their own."""

import multiprocessing
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading


def square(x):
    return x * x


def pools():
    for method in ("fork", "spawn", "forkserver"):
        with multiprocessing.get_context(method).Pool(2) as pool:
            assert pool.map(square, range(5)) == [0, 1, 4, 9, 16], method
    from joblib import Parallel, delayed

    assert Parallel(n_jobs=2)(delayed(square)(i) for i in range(5)) == [0, 1, 4, 9, 16]


def loader():
    import torch

    data = torch.utils.data.TensorDataset(torch.arange(8))
    found = [int(x) for (batch,) in torch.utils.data.DataLoader(data, batch_size=2, num_workers=2) for x in batch]
    assert found == list(range(8))


def files():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "a")
        with open(path, "w") as file:
            file.write("x")
        shutil.copy2(path, path + "2")
        os.chmod(path, 0o600)
        os.rename(path, os.path.join(os.getcwd(), "moved"))
    connection = sqlite3.connect("own.db")
    connection.execute("CREATE TABLE t (x)")
    connection.execute("VACUUM INTO 'copy.db'")
    assert subprocess.run([sys.executable, "-c", "open('child', 'w')"], check=True).returncode == 0
    with open(os.devnull, "w") as null:
        null.write("x")


def own_server():
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=lambda: listener.accept()[0].sendall(b"answer"))
    thread.start()
    with socket.create_connection(listener.getsockname()) as connection:
        assert connection.recv(10) == b"answer"
    thread.join()


if __name__ == "__main__":
    for name in sys.argv[1:]:
        globals()[name]()
    print("done")
