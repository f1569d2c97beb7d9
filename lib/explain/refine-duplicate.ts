/** Addresses that somebody has whom Neutron did not give them to. */
import type { VerdictEvent } from "../datapath/event.ts";
import type { Case, Refined } from "./intent.ts";

export function secondOwner(c: Case, v: VerdictEvent): Refined | undefined {
  return claimant(c, v) ?? taker(c, v);
}

/** Of those who answered for one address, the one with another MAC than its port. */
function claimant(c: Case, v: VerdictEvent): Refined | undefined {
  if (v.code !== "DUPLICATE_ADDRESS" || v.element?.type !== "neighbour") return undefined;
  const address = v.element.text.split(" ")[0] ?? "";
  const ports = c.catalog.portsByAddress.get(address) ?? [];
  const answer = c.frames.find(
    ({ packet }) =>
      packet.arp_op === 2 && packet.arp_spa === address && !ports.some((one) => one.mac_address === packet.arp_sha),
  );
  return answer && { code: v.code, place: { host: answer.host, netns: answer.netns, device: answer.device } };
}

/** Who took what was sent to a guest's own address, and is not that guest: one with its MAC, too. */
function taker(c: Case, v: VerdictEvent): Refined | undefined {
  const { delivered: at, probe } = c;
  const guest = c.to?.guest;
  if (v.outcome !== "delivered" && v.code !== "GUEST_REFUSED") return undefined;
  if (!at || !guest?.fixedIps.some((one) => one.address === probe.to)) return undefined;
  if (at.host === guest.host && at.netns === `guest:${guest.name}`) return undefined;
  return {
    code: "DUPLICATE_ADDRESS",
    element: { type: "neighbour", text: `${probe.to} is of ${guest.name}, and ${at.netns} on ${at.host} has it, too` },
    place: { host: at.host, netns: at.netns, device: at.device },
  };
}
