import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DEFAULT_CONFIG } from "./config.ts";
import { loadConfig } from "./load.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), "config-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

const write = (name: string, text: string) => writeFileSync(path.join(dir, name), text);

test("without files, everything is as the default cloud has it", async () => {
  expect(await loadConfig(dir)).toEqual(DEFAULT_CONFIG);
});

test("a directory that is not there is refused", async () => {
  await expect(loadConfig(path.join(dir, "nowhere"))).rejects.toThrow("nowhere is no directory of configuration files");
});

test("files are read as an installation has them", async () => {
  mkdirSync(path.join(dir, "plugins", "ml2"), { recursive: true });
  write(
    "neutron.conf",
    "# comment\n[DEFAULT]\ncore_plugin = ml2\nrouter_distributed = True\n[quotas]\nquota_port: 7\n",
  );
  write(
    "plugins/ml2/ml2_conf.ini",
    `[ml2]
type_drivers = flat, vlan,vxlan
tenant_network_types = vlan,
  vxlan
[ml2_type_vlan]
network_vlan_ranges = physnet1:1000:1099,physnet2,physnet1:2000:2001
[ml2_type_vxlan]
vni_ranges = 10:100
`,
  );
  write("openvswitch_agent.ini", "[ovs]\nbridge_mappings = a:br-a,b:br-b\nlocal_ip = 10.0.44.31\n");
  const config = await loadConfig(dir);
  expect(config.DEFAULT.router_distributed).toBe(true);
  expect(config.quotas.quota_port).toBe(7);
  expect(config.ml2.type_drivers).toEqual(["flat", "vlan", "vxlan"]);
  expect(config.ml2.tenant_network_types).toEqual(["vlan", "vxlan"]);
  expect(config.ml2_type_vlan.network_vlan_ranges).toEqual({
    physnet1: [
      [1000, 1099],
      [2000, 2001],
    ],
    physnet2: [],
  });
  expect(config.ml2_type_vxlan.vni_ranges).toEqual([[10, 100]]);
  expect(config.openvswitch_agent.ovs.bridge_mappings).toEqual({ a: "br-a", b: "br-b" });
});

test.each([
  ["ml2_conf.ini", "[ml2]\npath_mtu = big\n", ":2: [ml2] path_mtu: big is not a whole number"],
  [
    "ml2_conf.ini",
    "[ml2_type_vxlan]\n\nvni_ranges = 9:1\n",
    ":3: [ml2_type_vxlan] vni_ranges: the range 9:1 ends before it begins",
  ],
  [
    "ml2_conf.ini",
    "[ml2_type_vlan]\nnetwork_vlan_ranges = p:1:5000\n",
    ":2: [ml2_type_vlan] network_vlan_ranges: the range 1:5000 is not within 1 and 4094",
  ],
  ["neutron.conf", "[DEFAULT]\nenable_dvr = maybe\n", ":2: [DEFAULT] enable_dvr: maybe is neither true nor false"],
  ["neutron.conf", "[DEFAULT]\nnonsense\n", ":2: neither a section nor an option"],
  [
    "l3_agent.ini",
    "[DEFAULT]\nagent_mode = both\n",
    ":2: [DEFAULT] agent_mode: both is none of dvr, dvr_snat, legacy, dvr_no_external",
  ],
  [
    "openvswitch_agent.ini",
    "[ovs]\nbridge_mappings = a\n",
    ":2: [ovs] bridge_mappings: a is not of the form key:value",
  ],
])("%s that says %j is refused, with the place", async (name, text, message) => {
  write(name, text);
  await expect(loadConfig(dir)).rejects.toThrow(`${path.join(dir, name)}${message}`);
});
