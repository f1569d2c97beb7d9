"""Machines of a test cloud: copies frames between guests and their taps, and captures on every device.

The first line of standard input is {"taps": [[netns, device, mac, guest netns, guest mac], ...], "capture": [netns, ...]},
each namespace by its name or the path of a file.
Each tap gets a device eth0 in its guest's namespace; what one end sends, the other receives, as a hypervisor would have
it. Each later line ends a capture: once nothing has moved for a while, one line of JSON tells all frames since the last
one, as [[time, netns, device, direction, hex], ...] in the order of the kernel's time.
"""
import ctypes
import fcntl
import json
import os
import select
import socket
import struct
import sys

QUIET_MS = 60
SOL_PACKET, AUXDATA, TAGGED = 263, 8, 0x10
TUNSETIFF, IFF_TAP_NO_PI, SIOCSIFHWADDR, SO_TIMESTAMPNS, OUTGOING = 0x400454CA, 0x1002, 0x8924, 35, 4
libc = ctypes.CDLL(None, use_errno=True)


def enter(name):
    fd = os.open(os.path.join("/run/netns", name), os.O_RDONLY)
    if libc.setns(fd, 0x40000000) != 0:
        raise OSError(ctypes.get_errno(), "setns " + name)
    os.close(fd)


def tap(netns, device, mac):
    enter(netns)
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", device.encode(), IFF_TAP_NO_PI))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        address = bytes.fromhex(mac.replace(":", ""))
        fcntl.ioctl(control, SIOCSIFHWADDR, struct.pack("16sH14s8x", device.encode(), 1, address))
    return fd


def sniffer(netns):
    enter(netns)
    # Of every device, and not promiscuous: a bridge that is hands every frame up.
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    s.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    s.setsockopt(SOL_PACKET, AUXDATA, 1)
    return s


def read(s, name, frames):
    while True:
        try:
            data, aux, _, address = s.recvmsg(65536, 256, socket.MSG_DONTWAIT)
        except (BlockingIOError, OSError):
            return
        when = next(struct.unpack("qq", body[:16]) for _, kind, body in aux if kind == SO_TIMESTAMPNS)
        for level, kind, body in aux:
            # A VLAN tag is taken out of the frame and told beside it.
            if (level, kind) == (SOL_PACKET, AUXDATA) and int.from_bytes(body[:4], sys.byteorder) & TAGGED:
                tag = struct.pack("!HH", 0x8100, int.from_bytes(body[16:18], sys.byteorder))
                data = data[:12] + tag + data[12:]
        if address[0] != "lo":
            way = "out" if address[2] == OUTGOING else "in"
            frames.append([when[0] * 10**9 + when[1], name, address[0], way, data.hex()])


def copy(source, target):
    while True:
        try:
            frame = os.read(source, 65536)
        except OSError:
            return
        try:
            os.write(target, frame)
        except OSError:
            pass  # The other end is down.


def main():
    order = json.loads(sys.stdin.readline())
    other = {}
    for netns, device, mac, guest, guest_mac in order["taps"]:
        a, b = tap(netns, device, mac), tap(guest, "eth0", guest_mac)
        other[a], other[b] = b, a
    sniffers = {s.fileno(): (s, name) for name in order["capture"] for s in [sniffer(name)]}
    poll = select.poll()
    for fd in [0, *other, *sniffers]:
        poll.register(fd, select.POLLIN)
    print(json.dumps([]), flush=True)
    frames, asked = [], False
    while True:
        events = poll.poll(QUIET_MS if asked else None)
        if not events:
            print(json.dumps(sorted(frames, key=lambda f: f[0])), flush=True)
            frames, asked = [], False
        for fd, event in events:
            if fd in other and event & select.POLLIN:
                copy(fd, other[fd])
            elif fd in sniffers:
                read(*sniffers[fd], frames)
            elif fd == 0:
                if not os.read(0, 4096):
                    return
                asked = True


main()
