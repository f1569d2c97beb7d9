import { expect, test } from "vitest";
import type { CheckDifference, DeviceNode, HostGraph } from "../../lib/api/http.ts";
import { withDrift } from "./drift.ts";

const node = (id: string, marks: DeviceNode["marks"] = []): DeviceNode => {
  const [netns = "", name = ""] = id.split("/");
  return { id, netns, name, kind: "other", up: true, marks };
};
const graph: HostGraph = {
  host: { name: "h", roles: [], agents: [], links: 0, namespaces: 1, bridges: 1, flows: 0, guests: 0, gaps: 0 },
  nodes: [node("root/br-int"), node("root/qvo1"), node("root/stray", ["unknown-to-neutron"]), node("qdhcp-1/tap2")],
  edges: [],
  gaps: [],
  networks: [],
};
const difference = (kind: CheckDifference["kind"], part: string, place: CheckDifference["place"]): CheckDifference => ({
  id: `${kind} ${part}`,
  kind,
  part,
  place,
  name: "n",
});
const marked = (...differences: CheckDifference[]) =>
  Object.fromEntries(
    withDrift(graph, differences).nodes.flatMap((one) => (one.marks.length > 0 ? [[one.id, one.marks]] : [])),
  );
const before = { "root/stray": ["unknown-to-neutron"] };

test("a graph whose host differs in nothing stays the same object", () => {
  expect(withDrift(graph, [])).toBe(graph);
});

test("devices and bridges that differ are marked", () => {
  expect(marked(difference("different", "port", { bridge: "br-int", device: "qvo1" }))).toEqual({
    ...before,
    "root/qvo1": ["differs"],
  });
  expect(marked(difference("missing", "flow", { bridge: "br-int", table: "60" }))).toEqual({
    ...before,
    "root/br-int": ["differs"],
  });
  expect(marked(difference("missing", "address", { netns: "qdhcp-1", device: "tap2" }))).toEqual({
    ...before,
    "qdhcp-1/tap2": ["differs"],
  });
});

test("an unexpected device is unknown to Neutron, once", () => {
  expect(marked(difference("unexpected", "link", { netns: "root", device: "stray" }))).toEqual(before);
});

test("a device that the host lacks is drawn as missing, and what else it lacks with it says no more", () => {
  const changes = [
    difference("missing", "link", { netns: "root", device: "qvo9" }),
    difference("missing", "port", { bridge: "br-int", device: "qvo9" }),
    difference("missing", "address", { netns: "root", device: "qvo9" }),
    difference("missing", "address", { netns: "gone", device: "qr-1" }),
  ];
  expect(marked(...changes)).toEqual({ ...before, "root/qvo9": ["expected-missing"] });
  expect(withDrift(graph, changes).nodes.filter((one) => one.id === "root/qvo9")).toHaveLength(1);
});
