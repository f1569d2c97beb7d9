/** What a recorded host's console prints is what the real tools printed when it was recorded, up to counters, ids and order. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { readBundle } from "../collect/bundle.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import { runLine } from "./shell.ts";

const DEMO = new URL("../demo/", import.meta.url).pathname;

const sorted = (text: string) => text.split("\n").sort().join("\n");

/** Blocks of a listing, each with what is indented below it, in the order of their names. */
function blocks(text: string, start: RegExp): string {
  const out: string[] = [];
  for (const line of text.trimEnd().split("\n")) {
    if (start.test(line) || out.length === 0) out.push(line);
    else out[out.length - 1] += `\n${line}`;
  }
  return out.sort().join("\n");
}

describe.each(["legacy", "dvr"])("the recorded %s cloud", (name) => {
  let cloud: CollectedCloud;
  beforeAll(async () => {
    cloud = await readBundle(path.join(DEMO, name));
  });

  const hosts = readdirSync(path.join(DEMO, name)).filter((one) => one !== "api");
  const run = (host: string, line: string) => runLine({ cloud, host, frames: [], now: 0 }, line, {}).output;
  const file = (host: string, ...parts: string[]) => readFileSync(path.join(DEMO, name, host, ...parts), "utf8");
  const list = (host: string, ...parts: string[]) => {
    try {
      return readdirSync(path.join(DEMO, name, host, ...parts));
    } catch {
      return [];
    }
  };
  const spaces = (host: string) => [
    { dir: "root", prefix: "" },
    ...list(host, "netns").map((ns) => ({ dir: `netns/${ns}`, prefix: `ip netns exec ${ns} ` })),
  ];
  const switches = hosts.filter((host) => list(host, "ovs").length > 0);
  const bridges = (host: string) => list(host, "ovs").filter((one) => one.startsWith("br-"));

  test.each(hosts)("bridges, namespaces and the host's name on %s", (host) => {
    expect(run(host, "brctl show")).toBe(file(host, "root/brctl-show.txt"));
    expect(run(host, "hostname")).toBe(file(host, "hostname.txt"));
    const plain = (text: string) => sorted(text.replace(/ \(id: \d+\)/g, "").trim());
    expect(plain(run(host, "ip netns"))).toBe(plain(file(host, "ip-netns.txt")));
    for (const one of list(host, "root/brctl").filter((f) => f.endsWith("-showmacs.txt"))) {
      const still = (text: string) => text.replace(/ +\d+\.\d+$/gm, "");
      expect(still(run(host, `brctl showmacs ${one.replace("-showmacs.txt", "")}`))).toBe(
        still(file(host, "root/brctl", one)),
      );
    }
  });

  test.each(hosts)("flags of devices on %s", (host) => {
    for (const { dir, prefix } of spaces(host))
      for (const { ifname, flags } of JSON.parse(file(host, dir, "ip-j-d-link.json")))
        expect(run(host, `${prefix}ip link show ${ifname}`)).toContain(`<${flags.join(",")}>`);
  });

  test.each(hosts)("rules, sets and connections on %s", (host) => {
    for (const { dir, prefix } of spaces(host)) {
      for (const v6 of ["", "6"]) {
        const real = file(host, dir, `ip${v6}tables-save-c.txt`).replace(/ on .* \d{4}$/gm, "");
        expect(run(host, `${prefix}ip${v6}tables-save -c`).replace(/ on .* \d{4}$/gm, "")).toBe(real);
      }
      expect(run(host, `${prefix}ipset save`)).toBe(file(host, dir, "ipset-save.txt"));
      const still = (text: string) => text.replace(/ use=\d+/g, "").replace(/^conntrack v.*\n/m, "");
      expect(still(run(host, `${prefix}conntrack -L`))).toBe(still(file(host, dir, "conntrack-L.txt")));
    }
  });

  test.each(switches)("the switch of %s", (host) => {
    const real = file(host, "ovs/ovs-vsctl-show.txt").replace(/^.*\n {4}Manager .*\n.*\n/, "");
    const own = run(host, "ovs-vsctl show").replace(/^.*\n/, "");
    const ports = (text: string) =>
      text
        .split(/^(?= {4}\S)/m)
        .map((bridge) => {
          const [head = "", ...rest] = bridge.split(/^(?= {8}\S)/m);
          return [head, ...rest.sort()].join("");
        })
        .sort()
        .join("");
    expect(ports(own)).toBe(ports(real));
    expect(run(host, "ovs-appctl ovs/route/show")).toBe(file(host, "ovs/route-show.txt"));
    expect(run(host, "ovs-appctl tnl/neigh/show")).toBe(file(host, "ovs/tnl-neigh-show.txt"));
    for (const bridge of bridges(host)) {
      const recorded = (what: string) => file(host, "ovs", bridge, what);
      expect(run(host, `ovs-vsctl list-ports ${bridge}`)).toBe(recorded("list-ports.txt"));
      expect(run(host, `ovs-appctl fdb/show ${bridge}`)).toBe(recorded("fdb-show.txt"));
      const of = "ovs-ofctl -O OpenFlow13";
      expect(run(host, `${of} dump-flows ${bridge} | cat`)).toBe(recorded("ovs-ofctl-O-OpenFlow13-dump-flows.txt"));
      expect(run(host, `${of} dump-groups ${bridge}`)).toBe(recorded("ovs-ofctl-O-OpenFlow13-dump-groups.txt"));
      const counted = (text: string) =>
        blocks(text.replace(/=\d+/g, "=?").replace(/^ +duration=.*\n/gm, ""), /^ {2}port/);
      expect(counted(run(host, `${of} dump-ports ${bridge} | cat`))).toBe(
        counted(recorded("ovs-ofctl-O-OpenFlow13-dump-ports.txt")),
      );
      const blocksOf = (text: string) => blocks(text.replace(/^ {5}(speed|current):.*\n/gm, ""), /^ \S/);
      expect(blocksOf(run(host, `${of} show ${bridge}`))).toBe(blocksOf(recorded("ovs-ofctl-O-OpenFlow13-show.txt")));
    }
  });

  test.each(switches)("interfaces of %s in the database", (host) => {
    const read = (text: string) =>
      new Map(
        text
          .trim()
          .split("\n\n")
          .map((block) => [/^name +: (.*)$/m.exec(block)?.[1] ?? "", block.split("\n")] as const),
      );
    const real = read(file(host, "ovs/ovs-vsctl-list-Interface.txt"));
    const own = read(run(host, "ovs-vsctl list Interface"));
    expect([...own.keys()].sort()).toEqual([...real.keys()].sort());
    const wrong = [...own].flatMap(([key, all]) =>
      all
        .filter((line) => !/^(_uuid|mac_in_use) /.test(line) && !real.get(key)?.includes(line))
        .map((line) => `${key}: ${line}`),
    );
    expect(wrong).toEqual([]);
  });

  test.each(hosts)("processes and files of %s", (host) => {
    const agents = (text: string) => text.match(/neutron-[a-z0-9-]+-agent/g)?.sort();
    expect(agents(run(host, "ps"))).toEqual(agents(file(host, "ps-ef.txt")));
    for (const network of list(host, "dnsmasq"))
      for (const one of ["host", "opts", "addn_hosts"])
        expect(run(host, `cat /var/lib/neutron/dhcp/${network}/${one}`).trimEnd()).toBe(
          file(host, "dnsmasq", network, one).trimEnd(),
        );
  });
});
