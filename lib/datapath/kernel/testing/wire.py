"""Raw Ethernet ends for tests against the real kernel.

Usage: wire.py NETNS:DEVICE... ; each gets a packet socket. For every line of standard input, a JSON object
{"end": n, "frame": hex, "sentinel": hex, "until": [n, hex]}, the frame and then the sentinel are sent at that end, and
frames are read everywhere until the one that begins with "until" has come; one line {"frames": [[n, hex], ...]} answers.
The kernel handles frames of one processor in order, so by then all that the first frame caused has been seen.
"""
import ctypes
import json
import os
import select
import socket
import sys
import time

libc = ctypes.CDLL(None, use_errno=True)


def enter(name):
    fd = os.open("/run/netns/" + name, os.O_RDONLY)
    if libc.setns(fd, 0x40000000) != 0:
        raise OSError(ctypes.get_errno(), "setns " + name)
    os.close(fd)


def main():
    # The first allowed processor only: its queue keeps the order of frames.
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    ends = []
    for arg in sys.argv[1:]:
        name, device = arg.split(":")
        enter(name)
        end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        # PACKET_AUXDATA: a VLAN tag is taken out of the frame and told beside it.
        end.setsockopt(263, 8, 1)
        end.bind((device, 0))
        ends.append(end)
    print(json.dumps({"ready": len(ends)}), flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        ends[order["end"]].send(bytes.fromhex(order["frame"]))
        ends[order["end"]].send(bytes.fromhex(order["sentinel"]))
        at, prefix = order["until"]
        frames = []
        done = False
        deadline = time.monotonic() + 5
        while not done and time.monotonic() < deadline:
            ready, _, _ = select.select(ends, [], [], 1)
            for i, end in enumerate(ends):
                if end not in ready:
                    continue
                while True:
                    try:
                        data, aux, _, address = end.recvmsg(65536, 256, socket.MSG_DONTWAIT)
                    except BlockingIOError:
                        break
                    if address[2] == 4:
                        continue
                    for _, kind, body in aux:
                        if kind == 8 and int.from_bytes(body[0:4], sys.byteorder) & 0x10:
                            data = data[:12] + b"\x81\x00" + int.from_bytes(body[16:18], sys.byteorder).to_bytes(2, "big") + data[12:]
                    text = data.hex()
                    if text.startswith(prefix):
                        done = done or i == at
                    else:
                        frames.append([i, text])
        print(json.dumps({"frames": frames} if done else {"error": "the sentinel was lost"}), flush=True)


main()
