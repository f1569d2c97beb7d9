import { describe, expect, it } from "vitest";
import type { Packet } from "../../net/packet.ts";
import { type Branch, fork, type Leaf, settle, startFlight } from "./flight.ts";

const packet: Packet = { ethSrc: "", ethDst: "", ethType: 0, vlans: [], l3Length: 0 };

function ends(branch: Branch, device: string): void {
  branch.flight.leaves.push({
    branch,
    packet,
    place: { host: "h", netns: "root", device },
    ending: { kind: "ignored" },
  });
}

describe("branches of a flight", () => {
  it("keeps the parent's name on the way that came nearest to the goal", () => {
    const flight = startFlight("request", (leaf: Leaf) => (leaf.place.device === "goal" ? 10 : 1));
    const [a, b, c] = fork(flight.root, 3);
    const [d, e] = fork(b!, 2);
    ends(a!, "x");
    ends(d!, "y");
    ends(e!, "goal");
    ends(c!, "z");
    expect(settle(flight)?.place.device).toBe("goal");
    expect([a, b, c, d, e].map((x) => x?.name)).toEqual(["0.1", "0", "0.2", "0.3", "0"]);
  });
  it("does not fork for a single way", () => {
    const flight = startFlight("request", () => 0, "r1");
    expect(fork(flight.root, 1)).toEqual([flight.root]);
    expect(settle(flight)).toBeUndefined();
    expect(flight.root.name).toBe("r1");
  });
});
