import { beforeAll, describe, expect, it } from "vitest";
import { readBundle } from "../collect/bundle.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import { destination, EndError, resolveEnd } from "./end.ts";

let cloud: CollectedCloud;
beforeAll(async () => {
  cloud = await readBundle(new URL("../demo/legacy", import.meta.url).pathname);
});

const VM1_PORT = "cb9bcee4-5d53-4cd7-ac44-f7ad67ec3c06";

describe("ends of a trace", () => {
  it.each([
    "cirros-vm1",
    VM1_PORT,
    "cb9bcee4",
    "cb9b",
    "cb9bcee4-5",
    "CB9BCEE4-5D53-4cd7-ac44-f7ad67ec3c06",
    "0a3c64a0-bf46-4145-96a3-2dbbd050d8b1",
    "0A3C64A0-BF46-4145-96A3-2DBBD050D8B1",
    "fa:16:3e:5f:49:6f",
    "FA-16-3E-5F-49-6F",
    "tapcb9bcee4-5d",
    "TAPCB9BCEE4-5D",
    "qbrcb9bcee4-5d",
    "qvbcb9bcee4-5d",
    "qvocb9bcee4-5d",
    "172.16.10.237",
    "172.24.4.97",
  ])("%s is cirros-vm1", (text) => {
    const end = resolveEnd(cloud, text, "from");
    expect(end.guest?.portId).toBe(VM1_PORT);
    expect(end.origin).toMatchObject({ kind: "guest" });
  });
  it("knows hosts, namespaces, routers and DHCP ports", () => {
    expect(resolveEnd(cloud, "outside", "from").origin).toEqual({ kind: "netns", host: "outside", netns: "root" });
    expect(resolveEnd(cloud, "172.16.10.2", "from").origin).toMatchObject({
      host: "network1",
      netns: expect.stringMatching(/^qdhcp-6f12/),
    });
    for (const text of ["router10_11", "qr-4af8330d-85"])
      expect(resolveEnd(cloud, text, "from").origin).toMatchObject({ netns: expect.stringMatching(/^qrouter-/) });
  });
  it("sends to the address of a router that is on the sender's network", () => {
    const from = resolveEnd(cloud, "cirros-vm3", "from");
    expect(destination(from, resolveEnd(cloud, "router10_11", "to"))).toBe("172.16.11.1");
  });
  it("takes any address as a destination, and none that nobody has as a sender", () => {
    expect(resolveEnd(cloud, "8.8.8.8", "to").addresses).toEqual(["8.8.8.8"]);
    expect(() => resolveEnd(cloud, "8.8.8.8", "from")).toThrow(EndError);
  });
  it("takes no fewer than four characters for the beginning of an id", () => {
    expect(() => resolveEnd(cloud, "cb9", "from")).toThrow(/nothing in legacy is named "cb9"$/);
  });
  it("says that the answers which would name it are not there", () => {
    const gap = { host: "api", file: "api", reason: "the bundle has no API answers" };
    const bare = { ...cloud, api: { ...cloud.api, ports: [] }, world: { ...cloud.world, guests: [] }, gaps: [gap] };
    expect(() => resolveEnd(bare, "cirros-vm1", "from")).toThrow(
      /is named "cirros-vm1": api\/ \(ports.json, .* not in the bundle/,
    );
  });
  it("lists the candidates of an ambiguous name", () => {
    const [first, ...rest] = cloud.world.guests;
    const twin = {
      ...cloud,
      world: { ...cloud.world, guests: [first!, { ...rest[0]!, name: first!.name }, ...rest.slice(1)] },
    };
    expect(() => resolveEnd(twin, first!.name, "from")).toThrow(/is ambiguous: server .*, server /);
  });
  it("cuts what it quotes", () => {
    expect(() => resolveEnd(cloud, "x".repeat(10_000), "to")).toThrow(/^.{1,200}$/);
  });
});
