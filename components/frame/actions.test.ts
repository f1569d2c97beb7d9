import { expect, test } from "vitest";
import { actionsFor, matching } from "./actions.ts";

const clouds = [
  { id: "embedded", name: "Embedded cloud" },
  { id: "dvr", name: "DVR lab" },
];
const labels = (admin: boolean, cloud = "embedded", question = "") =>
  matching(actionsFor({ cloud, admin, dark: false, clouds: admin ? clouds : [] }), question).map((one) => one.label);

test("tenants are offered nothing that is administrators'", () => {
  const own = labels(false).join("\n");
  expect(own).toContain("Go to Networks");
  expect(own).not.toMatch(/Hosts|Check|Agents|Faults|bundle|clouds|DVR/);
  const all = labels(true).join(" · ");
  expect(all).toMatch(/Hosts.*Check.*Agents.*Faults.*DVR lab.*bundle/);
});

test("a recording has no faults to inject, and is not switched to from itself", () => {
  const own = labels(true, "dvr").join("\n");
  expect(own).not.toContain("Faults");
  expect(own).not.toContain("DVR");
  expect(own).toContain("Switch to Embedded cloud");
});

test("the embedded cloud can be built in, a recording cannot", () => {
  expect(labels(false, "embedded", "new net")).toEqual(["Create network"]);
  expect(labels(true, "dvr", "create")).toEqual([]);
});

test("words are found by their beginnings, and by what else people call it", () => {
  expect(labels(true, "embedded", "go sec gr")).toEqual(["Go to Security groups"]);
  expect(labels(true, "embedded", "docs")).toEqual(["Handbook"]);
  expect(labels(true, "embedded", "router1")).toEqual([]);
});
