/** Every kind of fault, at every place of both recorded clouds: a trace names its code and its element, and it can be undone. */
import { beforeAll, describe, expect, test } from "vitest";
import { readBundle } from "../collect/bundle.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import type { VerdictEvent } from "../datapath/event.ts";
import { applyAll } from "../host/run.ts";
import type { HostState } from "../host/state.ts";
import { FAULT_KINDS } from "./catalogue.ts";
import { inject } from "./inject.ts";
import { run, Scene } from "./scene.ts";

/** What a distributed router alone has. */
const DISTRIBUTED = new Set(["floating-ip-route-missing", "floating-proxy-arp-off"]);

const withHosts = (cloud: CollectedCloud, hosts: readonly HostState[]): CollectedCloud => ({
  ...cloud,
  world: { ...cloud.world, hosts: [...hosts] },
});
const said = ({ element, host, netns, device }: VerdictEvent) =>
  `${JSON.stringify(element)} ${host} ${netns} ${device}`;

test("there are at least 40 kinds, each with a name of its own", () => {
  expect(new Set(FAULT_KINDS.map((one) => one.kind)).size).toBe(FAULT_KINDS.length);
  expect(FAULT_KINDS.length).toBeGreaterThanOrEqual(40);
});

describe.each(["legacy", "dvr"])("in the recorded %s cloud", (name) => {
  let cloud: CollectedCloud;
  let scene: Scene;
  beforeAll(async () => {
    cloud = await readBundle(new URL(`../demo/${name}`, import.meta.url).pathname);
    scene = new Scene(cloud);
  });

  test.each(FAULT_KINDS.map((one) => [one.kind, one] as const))("%s is found and named", (_name, kind) => {
    const places = [...kind.places(scene)];
    expect(places.length > 0).toBe(name === "dvr" || !DISTRIBUTED.has(kind.kind));
    for (const place of places) {
      const healthy = run(cloud, place.trace).verdict.code;
      expect(healthy, place.label).not.toBe(kind.code);
      const { hosts, undo } = inject(cloud.world.hosts, place);
      const { verdict } = run(withHosts(cloud, hosts), place.trace);
      expect(verdict.code, `${place.label}: ${verdict.summary}`).toBe(kind.code);
      expect(said(verdict), place.label).toContain(place.names);
      const mended = hosts.map((host) =>
        undo.filter((one) => one.host === host.name).reduce((state, one) => applyAll(state, one.commands), host),
      );
      expect(run(withHosts(cloud, mended), place.trace).verdict.code, `${place.label}, undone`).toBe(healthy);
    }
  });
});
