"""A VLAN device on a kernel that has none: vlan.py PARENT DEVICE ID READY-FILE, in the namespace of both.

DEVICE is a tap; what is sent to it leaves PARENT with the tag, and what comes to PARENT with the tag, comes out of it.
"""
import fcntl
import os
import select
import socket
import struct
import sys

SOL_PACKET, AUXDATA, TAGGED, OUTGOING = 263, 8, 0x10, 4
parent, device, vid, ready = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
tap = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
fcntl.ioctl(tap, 0x400454CA, struct.pack("16sH22x", device.encode(), 0x1002))
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
wire.setsockopt(SOL_PACKET, AUXDATA, 1)
wire.bind((parent, 0))
open(ready, "w").close()
poll = select.poll()
poll.register(tap, select.POLLIN)
poll.register(wire, select.POLLIN)
while True:
    for fd, event in poll.poll():
        if fd == tap:
            try:
                frame = os.read(tap, 65536)
            except BlockingIOError:
                continue
            wire.send(frame[:12] + struct.pack("!HH", 0x8100, vid) + frame[12:])
            continue
        frame, aux, _, address = wire.recvmsg(65536, 256)
        tags = [body for level, kind, body in aux if (level, kind) == (SOL_PACKET, AUXDATA)]
        tagged = [tag for tag in tags if int.from_bytes(tag[:4], sys.byteorder) & TAGGED]
        if address[2] != OUTGOING and tagged and int.from_bytes(tagged[0][16:18], sys.byteorder) & 0xFFF == vid:
            try:
                os.write(tap, frame)
            except OSError:
                pass  # It is down.
