"""Makes a whole cloud forget whom it has heard: forget.py, told by the first line of standard input, does it for each later one.

{"namespaces": [path, ...], "bridges": [path of bridge/flush in sysfs, ...], "switches": [control socket of ovs-vswitchd, ...]}
"""
import ctypes
import json
import os
import socket
import struct
import sys

GETNEIGH, DELNEIGH, ERROR, DONE, REQUEST, DUMP = 30, 29, 2, 3, 1, 0x300
STAYS = 0x80 | 0x40  # NUD_PERMANENT, NUD_NOARP
libc = ctypes.CDLL(None, use_errno=True)


def rtnetlink(path):
    fd = os.open(path, os.O_RDONLY)
    if libc.setns(fd, 0x40000000) != 0:
        raise OSError(ctypes.get_errno(), "setns " + path)
    os.close(fd)
    return socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)


def messages(s):
    while True:
        data = s.recv(1 << 16)
        while data:
            length, kind = struct.unpack_from("IH", data)
            if kind in (DONE, ERROR):
                return
            yield kind, data[16:length]
            data = data[(length + 3) & ~3 :]


def forget_neighbours(s):
    s.send(struct.pack("IHHII", 28, GETNEIGH, REQUEST | DUMP, 0, 0) + bytes(12))
    known = [body for kind, body in messages(s) if kind == 28]
    for body in known:
        if not struct.unpack_from("H", body, 8)[0] & STAYS:
            # Without an answer asked for, only an error would be one: of an entry that has gone by itself.
            s.send(struct.pack("IHHII", 16 + len(body), DELNEIGH, REQUEST | 4, 0, 0) + body)
            list(messages(s))


def flush_switch(path):
    # Flows that the datapath keeps at hand first: what passed by them is learned later, or never.
    for method in ("revalidator/purge", "fdb/flush"):
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(path)
            s.send(json.dumps({"id": 0, "method": method, "params": []}).encode())
            s.recv(4096)


order = json.loads(sys.stdin.readline())
links = [rtnetlink(path) for path in order["namespaces"]]
print("ready", flush=True)
for _ in sys.stdin:
    for s in links:
        forget_neighbours(s)
    for path in order["bridges"]:
        with open(path, "w") as file:
            file.write("1")
    for path in order["switches"]:
        flush_switch(path)
    print("done", flush=True)
