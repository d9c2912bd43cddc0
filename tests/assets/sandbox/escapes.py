"""Tries to write outside of its folder, to reach what listens outside, and to harm another process, in many ways.

Started with a document (JSON) that names what it may try: `victim` (a folder outside), `tcp` and `udp` (ports of this
machine), `socket` (a path), `abstract` (a name), `pid` (of another process). Whether anything came of it is judged
outside; what each attempt said goes to ``said.json`` in its own folder.
"""

import ctypes
import json
import os
import socket
import sqlite3
import subprocess
import sys
import urllib.request

with open(sys.argv[1], encoding="utf-8") as document:
    given = json.load(document)
victim = given["victim"]
inside = os.path.join(victim, "folder")
said = {}
CLIB = ctypes.CDLL(None, use_errno=True)
WRITE = "import sys; open(sys.argv[1], 'w').write('x')"


def attempt(function):
    try:
        said[function.__name__] = str(function())
    except Exception as error:  # noqa: BLE001 (whatever it is, the next attempt follows)
        said[function.__name__] = f"{type(error).__name__}: {error}"
    return function


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False, **options)


def native(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return result


@attempt
def program_removes():
    return run("rm", "-rf", inside)


@attempt
def program_copies():
    return run("cp", sys.argv[0], os.path.join(victim, "copied"))


@attempt
def shell_redirects():
    return os.system(f"echo x > '{victim}/redirected' 2>/dev/null")  # noqa: S605 (a shell is what is tried)


@attempt
def program_moves():
    return run("mv", os.path.join(victim, "kept"), os.path.join(victim, "moved"))


@attempt
def program_truncates():
    return run("truncate", "-s", "0", os.path.join(victim, "kept"))


@attempt
def program_changes_mode():
    return run("chmod", "777", os.path.join(victim, "kept"))


@attempt
def program_touches():
    return run("touch", "-d", "2001-01-01", os.path.join(victim, "kept"))


@attempt
def git_writes():
    return run("git", "init", os.path.join(victim, "repository"))


@attempt
def isolated_child():
    return run(sys.executable, "-I", "-c", WRITE, os.path.join(victim, "isolated"))


@attempt
def child_without_site():
    return run(sys.executable, "-S", "-c", WRITE, os.path.join(victim, "without-site"))


@attempt
def child_without_environment():
    return run(sys.executable, "-c", WRITE, os.path.join(victim, "without-environment"), env={})


@attempt
def open_in_folder():
    folder = os.open(victim, os.O_RDONLY)
    return os.write(os.open("in-folder", os.O_WRONLY | os.O_CREAT, 0o600, dir_fd=folder), b"x")


@attempt
def change_mode_of_descriptor():
    return os.fchmod(os.open(os.path.join(victim, "kept"), os.O_RDONLY), 0o777)


@attempt
def make_pipe():
    return os.mkfifo(os.path.join(victim, "pipe"))


@attempt
def through_devices():
    return open("/dev/.." + victim + "/through-devices", "w").write("x")


@attempt
def as_bytecode():
    os.makedirs(os.path.join(victim, "__pycache__"), exist_ok=True)
    return open(os.path.join(victim, "__pycache__", "evil.cpython-311.pyc"), "w").write("x")


@attempt
def as_bytecode_that_is_there():
    return open(os.path.join(inside, "__pycache__", "evil.pyc"), "w").write("x")


@attempt
def attached_database():
    connection = sqlite3.connect(":memory:")
    connection.execute("ATTACH ? AS other", (os.path.join(victim, "attached.db"),))
    connection.execute("CREATE TABLE other.t (x)")
    return connection.commit()


@attempt
def vacuum_into():
    connection = sqlite3.connect("own.db")
    connection.execute("CREATE TABLE IF NOT EXISTS t (x)")
    connection.commit()
    return connection.execute("VACUUM INTO ?", (os.path.join(victim, "vacuumed.db"),))


@attempt
def native_open():
    number = native(CLIB.open(os.path.join(victim, "native").encode(), os.O_WRONLY | os.O_CREAT, 0o600))
    return native(CLIB.write(number, b"x", 1))


@attempt
def native_unlink():
    return native(CLIB.unlink(os.path.join(victim, "kept").encode()))


@attempt
def native_link():
    native(CLIB.link(os.path.join(victim, "kept").encode(), b"second-name"))
    number = native(CLIB.open(b"second-name", os.O_WRONLY | os.O_TRUNC))
    return native(CLIB.write(number, b"changed", 7))


@attempt
def native_attribute():
    return native(CLIB.setxattr(os.path.join(victim, "kept").encode(), b"user.bis", b"x", 1, 0))


@attempt
def through_a_link():
    os.symlink(victim, "link")
    return run("sh", "-c", "echo x > link/through-link")


@attempt
def arrow_writes():
    import pyarrow  # noqa: ICN001

    with pyarrow.OSFile(os.path.join(victim, "arrow"), "wb") as file:
        return file.write(b"x")


@attempt
def remount():
    return run(
        "unshare", "-Urm", "sh", "-c", f"mount -o remount,rw / ; umount -l '{victim}'; echo x > '{victim}/remounted'"
    )


@attempt
def post():
    return urllib.request.urlopen(f"http://127.0.0.1:{given['tcp']}/", data=b"secret", timeout=5)


@attempt
def shell_connects():
    return run("bash", "-c", f"echo secret > /dev/tcp/127.0.0.1/{given['tcp']}")


@attempt
def connect_natively():
    number = native(CLIB.socket(2, 1, 0))
    address = b"\x02\x00" + given["tcp"].to_bytes(2, "big") + bytes([127, 0, 0, 1]) + bytes(8)
    return native(CLIB.connect(number, address, 16))


@attempt
def datagram():
    return socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"secret", ("127.0.0.1", given["udp"]))


@attempt
def socket_with_a_path():
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(given["socket"])
    return connection.send(b"secret")


@attempt
def abstract_socket():
    connection = socket.socket(socket.AF_UNIX)
    connection.connect("\0" + given["abstract"])
    return connection.send(b"secret")


@attempt
def signal_another_process():
    return os.kill(given["pid"], 15)


@attempt
def read_variables_of_another_process():
    with open(f"/proc/{given['pid']}/environ", "rb") as file:
        text = file.read()
    return "SECRET" if b"BIS_TEST_SECRET" in text else "nothing"


with open("said.json", "w", encoding="utf-8") as document:
    json.dump(said, document, indent=1)
