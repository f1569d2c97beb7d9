/** Of those who answered for one address, the one that Neutron did not give it to. */
import type { VerdictEvent } from "../datapath/event.ts";
import type { Case, Refined } from "./intent.ts";

export function claimant(c: Case, v: VerdictEvent): Refined | undefined {
  if (v.code !== "DUPLICATE_ADDRESS" || v.element?.type !== "neighbour") return undefined;
  const address = v.element.text.split(" ")[0] ?? "";
  const ports = c.catalog.portsByAddress.get(address) ?? [];
  const answer = c.frames.find(
    ({ packet }) =>
      packet.arp_op === 2 && packet.arp_spa === address && !ports.some((one) => one.mac_address === packet.arp_sha),
  );
  return answer && { code: v.code, place: { host: answer.host, netns: answer.netns, device: answer.device } };
}
