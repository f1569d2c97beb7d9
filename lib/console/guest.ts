/** An instance's own console, as far as its port tells: addresses, routes, ping. Nobody looks inside. */
import { CommandError } from "../host/command/command.ts";
import type { Namespace } from "../host/state.ts";
import type { Guest } from "../host/world.ts";
import { networkBase, parseCidr } from "../net/address.ts";
import { type Answer, lines, NOTHING } from "./answer.ts";
import { showIp } from "./show/ip.ts";
import type { Call, Terminal } from "./terminal.ts";
import { arping } from "./traffic/arping.ts";
import { ping } from "./traffic/ping.ts";
import { traceroute } from "./traffic/traceroute.ts";

export function guestProgram(terminal: Terminal, call: Call): Answer {
  const guest = terminal.guest as Guest;
  switch (call.program) {
    case "ip": {
      const answer = showIp({ ...terminal.host, ovs: { ...EMPTY_SWITCH } }, insideOf(guest), call.words);
      if (!answer) throw new CommandError("ip: an instance is its owner's: nothing can be changed in it from here", 1);
      return answer;
    }
    case "ping":
    case "ping6":
      return ping(terminal, call);
    case "arping":
      return arping(terminal, call);
    case "traceroute":
      return traceroute(terminal, call);
    case "hostname":
      return lines([guest.name]);
    case "whoami":
      return lines(["root"]);
    case "clear":
      terminal.clear = true;
      return NOTHING;
    case "exit":
    case "logout":
      terminal.session = {};
      return NOTHING;
    case "help":
      return lines([
        "In an instance: ip address, ip link, ip route (as its port says), ping, arping, traceroute, hostname, exit.",
      ]);
    default:
      throw new CommandError(
        `${call.program}: not found in an instance; ip, ping, arping, traceroute, hostname and exit are`,
        127,
      );
  }
}

const EMPTY_SWITCH = { otherConfig: {}, externalIds: {}, bridges: [], routes: [], tunnelNeighbours: [] };

/** What DHCP, and cloud-init, would have set up. */
function insideOf(guest: Guest): Namespace {
  const link = { operstate: "UP", promisc: false, altnames: [], up: guest.adminUp, carrier: true };
  const networks = guest.fixedIps.map(({ address, prefix, gateway }) => {
    const family = address.includes(":") ? (6 as const) : (4 as const);
    const cidr = parseCidr(`${address}/${prefix}`);
    return { address, prefix, gateway, family, base: cidr ? `${networkBase(cidr)}/${prefix}` : address };
  });
  return {
    name: `guest:${guest.name}`,
    links: [
      {
        ...link,
        name: "lo",
        ifindex: 1,
        kind: "loopback",
        mac: "00:00:00:00:00:00",
        mtu: 65536,
        operstate: "UNKNOWN",
        up: true,
      },
      { ...link, name: "eth0", ifindex: 2, kind: "physical", mac: guest.mac, mtu: guest.mtu },
    ],
    addresses: [
      { dev: "lo", family: 4, address: "127.0.0.1", prefix: 8, scope: "host", secondary: false },
      ...networks.map(({ family, address, prefix }) => ({
        dev: "eth0",
        family,
        address,
        prefix,
        scope: "global",
        secondary: false,
      })),
    ],
    routes: [
      ...networks.map(({ family, base, address }) => ({
        ...{
          family,
          type: "unicast" as const,
          dst: base,
          table: "main",
          dev: "eth0",
          scope: "link",
          metric: family === 6 ? 256 : 0,
        },
        ...{ protocol: "kernel", prefSrc: address, flags: [] },
      })),
      ...networks.flatMap(({ family, gateway }) =>
        gateway === undefined
          ? []
          : [
              {
                family,
                type: "unicast" as const,
                dst: family === 4 ? "0.0.0.0/0" : "::/0",
                table: "main",
                via: gateway,
                dev: "eth0",
                metric: family === 6 ? 1024 : 0,
                flags: [],
              },
            ],
      ),
      ...guest.hostRoutes.map(({ dst, via }) => ({
        family: dst.includes(":") ? (6 as const) : (4 as const),
        type: "unicast" as const,
        dst,
        table: "main",
        via,
        dev: "eth0",
        metric: 0,
        flags: [],
      })),
    ],
    rules: [
      { family: 4, priority: 32766, action: "lookup", table: "main" },
      { family: 6, priority: 32766, action: "lookup", table: "main" },
    ],
    ...{ neighbours: [], proxies: [], fdb: [], ipsets: [], conntrack: [], sysctls: {}, listeners: [] },
  };
}
