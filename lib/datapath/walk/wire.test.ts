/** The wire between hosts as a VLAN-aware switch. */
import { describe, expect, it } from "vitest";
import type { SegmentAttachment, World } from "../../host/world.ts";
import type { StepEvent, TraceEvent, VerdictEvent } from "../event.ts";
import { address, emptyNamespace, hostOf, link } from "../testing/world.ts";
import { walk } from "../walk.ts";

/** Hosts with one NIC each on the wire, 10.0.0.<n>; `access` is the VLAN of their port, where it has one. */
function world(access: (number | undefined)[], trunk?: { vlan: number }): World {
  const hosts = access.map((_, i) => {
    const nic = link(`nic${i + 1}`, "physical", { ifindex: 2 });
    const tagged = trunk && i === 0;
    const links = tagged
      ? [nic, link("nic1.v", "vlan", { ifindex: 3, vlan: { id: trunk.vlan, protocol: "802.1Q" }, linkName: "nic1" })]
      : [nic];
    return hostOf(`h${i + 1}`, [emptyNamespace("root", links, [address(links.at(-1)!.name, `10.0.0.${i + 1}`)])]);
  });
  const attachments: SegmentAttachment[] = access.map((vid, i) => ({
    host: `h${i + 1}`,
    netns: "root",
    dev: `nic${i + 1}`,
    ...(vid === undefined ? {} : { accessVlan: vid }),
  }));
  return { hosts, guests: [], segments: [{ name: "wire", attachments, assumed: false, reason: "" }], gaps: [] };
}

function ping(w: World): { verdict: VerdictEvent; frames: string[] } {
  const events: TraceEvent[] = [
    ...walk(w, { from: { kind: "netns", host: "h1", netns: "root" }, to: "10.0.0.2", proto: "icmp" }),
  ];
  const frames = events
    .filter((e): e is StepEvent & { kind: "frame" } => e.kind === "frame")
    .map((e) => `${e.leg} ${e.device} ${e.dir}${e.packet.vlan === undefined ? "" : ` vlan ${e.packet.vlan}`}`);
  return { verdict: events.at(-1) as VerdictEvent, frames };
}

describe("access ports", () => {
  it("join a trunk's VLAN with untagged frames", () => {
    const { verdict, frames } = ping(world([undefined, 10, 20], { vlan: 10 }));
    expect(verdict.code, JSON.stringify(verdict)).toBe("DELIVERED");
    expect(frames.filter((f) => f.startsWith("request"))).toEqual([
      "request nic1.v out",
      "request nic1 out vlan 10",
      "request nic2 in",
    ]);
    expect(frames.filter((f) => f.startsWith("reply"))).toEqual([
      "reply nic2 out",
      "reply nic1 in vlan 10",
      "reply nic1.v in",
    ]);
    // A broadcast reaches the members of its VLAN alone.
    expect(frames.some((f) => f.includes("nic3"))).toBe(false);
  });
  it("keep VLANs apart", () => {
    const { verdict, frames } = ping(world([10, 20]));
    expect(verdict.outcome).not.toBe("delivered");
    expect(frames.some((f) => f.includes("nic2"))).toBe(false);
  });
  it("take no tagged frames", () => {
    const { verdict } = ping(world([20, 10], { vlan: 10 }));
    expect([verdict.code, verdict.device]).toEqual(["VLAN_MISMATCH", "nic1"]);
    expect(verdict.element?.text).toContain("access port of VLAN 20");
  });
});
