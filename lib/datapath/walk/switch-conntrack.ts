/** Connection tracking as Open vSwitch's `ct()` sees it, over the same tables as the namespaces'. */
import { type Conntrack, type PacketCt, translate } from "../kernel/conntrack.ts";
import { CT, type CtAnswer, type CtRequest, type SwitchConntrack } from "../openflow/switch.ts";

const STATE_BITS = { new: CT.new, established: CT.est, related: CT.rel, invalid: CT.inv, untracked: 0 } as const;

export function switchConntrack(table: Conntrack): SwitchConntrack {
  return { track: (request) => track(table, request) };
}

function track(table: Conntrack, request: CtRequest): CtAnswer {
  let ct = table.track(request.packet, request.zone);
  if (request.force && ct.connection?.confirmed && ct.direction === "reply") {
    table.forget(ct.connection);
    ct = table.track(request.packet, request.zone);
  }
  const { connection } = ct;
  let packet = request.packet;
  const { nat } = request;
  if (nat && connection) {
    const side = nat.kind;
    if (side && nat.addrMin !== undefined && !connection.confirmed && request.commit)
      table.bind(ct, side, {
        min: nat.addrMin,
        ...(nat.addrMax ? { max: nat.addrMax } : {}),
        ...(nat.portMin === undefined ? {} : { ports: { from: nat.portMin, to: nat.portMax ?? nat.portMin } }),
      });
    packet = translate(translate(packet, ct, "dst"), ct, "src");
  }
  if (connection && request.commit) {
    if (request.mark)
      connection.mark = ((connection.mark & ~request.mark.mask) | (request.mark.value & request.mark.mask)) >>> 0;
    if (request.label) {
      const mask = BigInt(`0x${request.label.mask}`);
      connection.label = (connection.label & ~mask) | (BigInt(`0x${request.label.value}`) & mask);
    }
    table.confirm(ct);
  }
  return {
    state: bits(ct),
    mark: connection?.mark ?? 0,
    label: (connection?.label ?? 0n).toString(16).padStart(32, "0"),
    packet,
    ...(connection ? { original: connection.original } : {}),
  };
}

function bits(ct: PacketCt): number {
  const c = ct.connection;
  let state = CT.trk | STATE_BITS[ct.state];
  if (!c) return state;
  if (ct.direction === "reply") state |= CT.rpl;
  if (c.snat) state |= CT.snat;
  if (c.dnat) state |= CT.dnat;
  return state;
}
