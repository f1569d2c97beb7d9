/** The guests of a host, as far as its script makes them: a namespace for each, and a stand-in for its hypervisor. */
import { quoteWord } from "../host/command/words.ts";
import type { Guest } from "../host/world.ts";
import { familyOf, networkBase } from "../net/address.ts";

/** Of a name: with the lab's before it, a namespace is a file, and files have at most 255. */
const LONGEST = 60;

/** A guest's cards, each with its port's tap. */
interface Machine {
  readonly name: string;
  readonly cards: readonly Guest[];
}

/** The name of a guest's namespace, without that of the lab before it. */
export function guestNamespaces(guests: readonly Guest[]): Map<Guest, string> {
  const out = new Map<Guest, string>();
  for (const { name, cards } of machinesOf(guests)) for (const card of cards) out.set(card, name);
  return out;
}

function machinesOf(guests: readonly Guest[]): Machine[] {
  const byServer = Map.groupBy(guests, (one) => one.serverId ?? one.portId);
  const names = new Set<string>();
  return [...byServer].map(([id, cards]) => {
    const plain = (cards[0]?.name ?? "")
      .replaceAll(/[^A-Za-z0-9._-]+/g, "-")
      .replace(/^[-.]+/, "")
      .slice(0, LONGEST);
    const name = plain === "" || names.has(plain) ? `${plain || "guest"}-${id.slice(0, 8)}` : plain;
    names.add(name);
    return { name, cards };
  });
}

/**
 * @param guests of all the cloud, whose names must differ
 * @param subports VLAN devices on cards that are trunks
 */
export function guestsShell(guests: readonly Guest[], subports: readonly Guest[], host: string): string {
  const machines = machinesOf(guests)
    .map(({ name, cards }) => ({ name, cards: cards.filter((card) => card.host === host) }))
    .filter(({ cards }) => cards.length > 0);
  if (machines.length === 0) return "guests() { :; }\n";
  const ends = machines.flatMap(({ name, cards }) =>
    cards.map((card, i) => `${quoteWord(card.tap)} "$lab-${name}" eth${i}`),
  );
  return `guests() {
  say "${machines.length === 1 ? "a guest" : `${machines.length} guests`}"
${machines.map(({ name }) => `  guest ${name}\n`).join("")}
  # Their taps have no carrier until a hypervisor holds them: this stands in for it.
  cat >"$home/guests.py" <<'EOF'
${HYPERVISOR}EOF
  setsid python3 "$home/guests.py" "$pid" "$home/guests.ready" \\
    ${ends.join(" \\\n    ")} </dev/null >"$home/guests.log" 2>&1 &
  echo $! >"$home/guests.pid"
  soon "$home/guests.ready" "the guests could not be plugged in: $(cat "$home/guests.log")"

  # What each would be told by DHCP.
${machines.map((machine) => machineShell(machine, subports)).join("")}}
`;
}

function machineShell({ name, cards }: Machine, subports: readonly Guest[]): string {
  const devices = cards.flatMap((card, i) => {
    const parent = `eth${i}`;
    const own = subports.filter((one) => one.host === card.host && one.tap === card.tap);
    const vlans = own.map((one) => {
      const mtu = Math.min(one.mtu, card.mtu);
      return { guest: { ...one, mtu }, device: `${parent}.${one.vlan}`, parent };
    });
    return [{ guest: card, device: parent, parent: undefined }, ...vlans];
  });
  return devices.map(({ guest, device, parent }, i) => insideOf(guest, name, { device, parent, i })).join("");
}

function insideOf(
  guest: Guest,
  name: string,
  { device, parent, i }: { device: string; parent: string | undefined; i: number },
): string {
  const { mac, mtu, fixedIps, vlan } = guest;
  const ip = `  ip -n "$lab-${name}"`;
  // Of routes that lead to the same there may not be two alike: the first card's is the one that is taken.
  const later = i === 0 ? [] : ["metric", String(2000 + i)];
  const commands = [
    ...(parent === undefined
      ? []
      : [["link", "add", "link", parent, "name", device, "type", "vlan", "id", String(vlan)]]),
    ["link", "set", device, "address", mac, "mtu", String(mtu), "up"],
    ...fixedIps.map(({ address, prefix }) => {
      const words = ["addr", "add", `${address}/${prefix}`, "dev", device];
      return address.includes(":") ? [...words, "nodad"] : words;
    }),
  ];
  const line = (words: readonly string[]) => `${ip} ${words.map(quoteWord).join(" ")}`;
  const routes = routesOf(guest).map(({ dst, via }) => {
    const words = [dst, ...(via === undefined ? [] : ["via", via]), "dev", device];
    // Neutron takes gateways and next hops that a guest cannot reach, and guests go without them.
    return `${line(["route", "add", ...words, ...later])} 2>/dev/null || say "${name} goes without its route ${words.join(" ")}"`;
  });
  return [...commands.map(line), ...routes].map((one) => `${one}\n`).join("");
}

interface GuestRoute {
  readonly dst: string;
  /** Absent: on the link. */
  readonly via?: string;
}

/** As a DHCP client adds them: the first of those that lead to the same, and none to what its addresses lead to. */
function routesOf({ fixedIps, hostRoutes }: Guest): GuestRoute[] {
  const near = fixedIps.map(
    ({ address, prefix }) => `${networkBase({ family: familyOf(address), address, prefix })}/${prefix}`,
  );
  const defaults = fixedIps.flatMap(({ gateway: via }) => (via === undefined ? [] : [{ dst: "default", via }]));
  const known = new Set(near);
  return [...defaults, ...hostRoutes].flatMap(({ dst, via }) => {
    const key = dst === "default" ? `${dst} ${familyOf(via)}` : dst;
    if (known.has(key)) return [];
    known.add(key);
    return [via === "0.0.0.0" || via === "::" ? { dst } : { dst, via }];
  });
}

const HYPERVISOR = `"""Stands in for the hypervisor: copies frames between the guests' cards and their taps on the host.

guests.py PID-OF-HOST READY-FILE [TAP NAMESPACE DEVICE]...
"""
import ctypes
import fcntl
import os
import select
import struct
import sys

NET, TUNSETIFF, TAP_WITHOUT_HEADER = 0x40000000, 0x400454CA, 0x1002
libc = ctypes.CDLL(None, use_errno=True)


def enter(path):
    fd = os.open(path, os.O_RDONLY)
    if libc.setns(fd, NET) != 0:
        raise OSError(ctypes.get_errno(), "setns " + path)
    os.close(fd)


def tap(namespace, device):
    enter(namespace)
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", device.encode(), TAP_WITHOUT_HEADER))
    return fd


host, ready, *ends = sys.argv[1:]
other = {}
poll = select.poll()
for name, guest, device in zip(ends[0::3], ends[1::3], ends[2::3]):
    a, b = tap("/proc/" + host + "/ns/net", name), tap("/run/netns/" + guest, device)
    other[a], other[b] = b, a
    poll.register(a, select.POLLIN)
    poll.register(b, select.POLLIN)
open(ready, "w").close()
while True:
    for fd, event in poll.poll():
        if event & select.POLLIN:
            try:
                os.write(other[fd], os.read(fd, 65536))
            except OSError:
                pass  # The other end is down.
`;
