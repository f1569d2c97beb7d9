/** The wires between hosts: one learning, VLAN-aware Ethernet switch for each segment. */
import type { Segment } from "../../host/world.ts";
import { isGroupMac } from "../../net/address.ts";
import type { Packet, VlanTag } from "../../net/packet.ts";
import { assume, drop, exit, placeOf, type Walk } from "./context.ts";
import { type Branch, fork } from "./flight.ts";
import type { Device, WorldIndex } from "./index.ts";
import { outerOf, outerVlan, popVlan, pushVlan } from "./outer.ts";

/** A NIC's place on the wire: the VLAN of its port where that is an access port. */
interface Jack {
  readonly accessVlan?: number;
}

interface Jacks {
  readonly all: ReadonlyMap<Device, Jack>;
  readonly byHost: ReadonlyMap<Device["host"], readonly Device[]>;
}

/** A frame leaves a host by a NIC. On an access port it gets that port's tag, and loses it where it leaves by one. */
export function sendWire(w: Walk, device: Device, packet: Packet, branch: Branch): undefined {
  const segment = w.index.segmentOf(device);
  const place = placeOf(device);
  if (!segment) return exit(w, place, branch, packet, `behind ${device.host.name} ${device.link.name}`);
  if (segment.assumed) assume(w, place, branch, `wire ${segment.name}`, segment.reason);
  const jacks = jacksOf(w, segment);
  const access = jacks.all.get(device)?.accessVlan;
  const tag = outerVlan(packet)?.vid || undefined;
  if (access !== undefined && tag !== undefined && tag !== access)
    return drop(w, place, branch, packet, "VLAN_MISMATCH", {
      type: "link",
      text: `${device.link.name}: access port of VLAN ${access}, frame in VLAN ${tag}`,
    });
  const vid = tag ?? access;
  const carried = access !== undefined && tag === undefined ? pushVlan(packet, dot1q(access)) : packet;
  const outer = outerOf(packet);
  const macs = w.wires.get(segment.name) ?? new Map<string, Device>();
  w.wires.set(segment.name, macs);
  macs.set(fdbKey(vid, outer.ethSrc), device);
  const isOther = (d: Device) => {
    const jack = d === device ? undefined : jacks.all.get(d);
    return jack !== undefined && (jack.accessVlan === undefined || jack.accessVlan === vid);
  };
  const others = () => [...jacks.all.keys()].filter(isOther);
  const learned = macs.get(fdbKey(vid, outer.ethDst));
  let targets: Device[];
  if (isGroupMac(outer.ethDst)) targets = others();
  else targets = learned && isOther(learned) ? [learned] : ownersOnWire(w, jacks, isOther, outer.ethDst);
  // A switch forgets what was behind a port that lost its link: the frame goes everywhere.
  const lost = targets.length === 1 && targets[0] && !targets[0].link.up;
  if (lost) targets = others();
  if (targets.length === 0) return exit(w, place, branch, packet, segment.name);
  const branches = fork(branch, targets.length);
  for (const [i, target] of targets.entries()) {
    const b = branches[i] ?? branch;
    const untag = jacks.all.get(target)?.accessVlan !== undefined;
    if (target.link.up && !target.link.carrier && target.link.kind === "physical")
      drop(w, placeOf(target), b, packet, "LINK_DOWN", { type: "link", text: `${target.link.name}: NO-CARRIER` });
    else w.parts.receive(w, target, untag ? popVlan(carried) : carried, b);
  }
}

const known = new WeakMap<WorldIndex, Map<Segment, Jacks>>();

/** A wire may have hundreds of them, and is asked often. */
function jacksOf({ index }: Walk, segment: Segment): Jacks {
  const all = known.get(index) ?? new Map<Segment, Jacks>();
  known.set(index, all);
  const jacks = all.get(segment) ?? findJacks(index, segment);
  all.set(segment, jacks);
  return jacks;
}

function findJacks(index: WorldIndex, segment: Segment): Jacks {
  const all = new Map<Device, Jack>();
  for (const { host, netns, dev, accessVlan } of segment.attachments) {
    const device = index.hosts.get(host)?.namespaces.get(netns)?.devices.get(dev);
    if (device && !all.has(device)) all.set(device, accessVlan === undefined ? {} : { accessVlan });
  }
  return { all, byHost: Map.groupBy(all.keys(), ({ host }) => host) };
}

const dot1q = (vid: number): VlanTag => ({ tpid: 0x8100, vid, pcp: 0 });
/** A switch learns for each VLAN apart; untagged frames have one of their own. */
const fdbKey = (vid: number | undefined, mac: string): string => `${vid ?? ""} ${mac}`;

/** Where a unicast frame comes out that was learned on no port: the hosts that have this MAC on any device or guest. */
function ownersOnWire(w: Walk, jacks: Jacks, isOther: (d: Device) => boolean, mac: string): Device[] {
  const owners = w.index.byMac.get(mac) ?? [];
  const direct = owners.filter(isOther);
  if (direct.length > 0) return direct;
  const own = new Set(owners.map((d) => d.host));
  const of = (hosts: Iterable<Device["host"]>) =>
    [...hosts].flatMap((host) => jacks.byHost.get(host) ?? []).filter(isOther);
  const there = of(own);
  // A bridge that has forgotten its own machine's address has not heard it for as long as the wire has not (both 300 s).
  if (there.some((d) => hasForgotten(d, mac))) return of(jacks.byHost.keys());
  const guests = (w.index.guestByMac.get(mac) ?? []).flatMap((one) => w.index.hosts.get(one.host) ?? []);
  return of(new Set([...own, ...guests]));
}

function hasForgotten(nic: Device, mac: string): boolean {
  const bridge = nic.host.plugs.get(nic.link.name)?.bridge;
  return bridge !== undefined && bridge.fdb.length > 0 && !bridge.fdb.some((e) => e.mac === mac);
}
