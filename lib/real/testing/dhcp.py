"""Asks for an address as a guest's client does: dhcp.py DEVICE MAC, in the guest's namespace. Prints the lease as JSON.

{"address": ..., "options": {number: hexadecimal}}, or nothing when no server gives one within two seconds.
"""
import json
import socket
import struct
import sys

device, mac = sys.argv[1], bytes.fromhex(sys.argv[2].replace(":", ""))
XID = b"real"
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800))
s.bind((device, 0))
s.settimeout(2)
# The kernel's own answer to what comes for a client would be that there is none.
client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
client.bind(("", 68))


def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def send(kind, more=b""):
    bootp = struct.pack("!BBBB4sHH16s", 1, 1, 6, 0, XID, 0, 0, bytes(16)) + mac.ljust(16, b"\0") + bytes(192)
    options = b"\x63\x82\x53\x63" + bytes([53, 1, kind]) + more + bytes([55, 5, 1, 3, 6, 26, 121, 255])
    body = (bootp + options).ljust(300, b"\0")
    udp = struct.pack("!HHHH", 68, 67, 8 + len(body), 0) + body
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, bytes(4), b"\xff" * 4)
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    s.send(b"\xff" * 6 + mac + b"\x08\x00" + head + udp)


def answer(kind):
    while True:
        frame = s.recv(4096)
        message = frame[42:]
        if frame[23] != 17 or message[4:8] != XID or message[0] != 2:
            continue
        options, rest = {}, message[240:]
        while rest and rest[0] != 255:
            options[rest[0]] = rest[2 : 2 + rest[1]]
            rest = rest[2 + rest[1] :] if rest[0] else rest[1:]
        if options.get(53) == bytes([kind]):
            return message[16:20], options


try:
    send(1)
    address, options = answer(2)
    send(3, bytes([50, 4]) + address + bytes([54, 4]) + options[54])
    address, options = answer(5)
    text = {number: value.hex() for number, value in options.items()}
    print(json.dumps({"address": socket.inet_ntoa(address), "options": text}))
except TimeoutError:
    pass
