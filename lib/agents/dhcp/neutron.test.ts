/**
 * dnsmasq's files and command line against those of Neutron's own class (neutron/agent/linux/dhcp.py Dnsmasq, Zed), which was
 * given the same subnets and ports: testing/neutron-dnsmasq.json.
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { NeutronPort, NeutronSubnet } from "../../api/neutron.ts";
import { writeDhcpFile } from "../../host/command/dhcp-files.ts";
import { hostViews } from "../../intent/views.ts";
import { baseline } from "../baseline/baseline.ts";
import { SETTINGS } from "../firewall/testing/view.ts";
import { dhcpConfig } from "./config.ts";
import { dnsmasqInstance } from "./instance.ts";

interface Case {
  readonly subnets: readonly NeutronSubnet[];
  readonly ports: readonly NeutronPort[];
  readonly files: { readonly host: string; readonly addn_hosts: string; readonly opts: string };
  readonly command: string;
}

const text = readFileSync(new URL("./testing/neutron-dnsmasq.json", import.meta.url), "utf8");
const cases = Object.entries(JSON.parse(text) as Record<string, Case>);
const settings = { ...SETTINGS, agents: ["openvswitch", "dhcp"] as const };

function planned({ subnets, ports }: Case) {
  const [first] = subnets;
  const id = first?.network_id ?? "";
  const network = { id, name: "", project_id: "p", admin_state_up: true, status: "ACTIVE", mtu: 1450, shared: false };
  const more = { subnets: [], "router:external": false, port_security_enabled: true };
  const bound = ports.map((port) => ({
    ...{ name: "", project_id: "p", status: "ACTIVE", security_groups: [], allowed_address_pairs: [], device_id: "" },
    ...port,
    port_security_enabled: true,
    // Of two servers the first is ours.
    "binding:host_id": port === ports[0] ? settings.name : "elsewhere",
  }));
  const api = {
    ...{ networks: [{ ...network, ...more }], subnets: subnets.map((one) => ({ ...one, name: "", project_id: "p" })) },
    ...{ ports: bound, routers: [], floatingIps: [], securityGroups: [], agents: [], servers: [], projects: [] },
  };
  const view = hostViews(api, { settings: [settings], dvrMacs: [] }).get(settings.name)?.dhcpNetworks[0];
  if (!view) throw new Error("not served");
  return dnsmasqInstance(view, dhcpConfig(settings, baseline(settings)), "tap0", undefined);
}

test.each(cases)("%s", (_, real) => {
  const instance = planned(real);
  const lines = (of: string) => of.trim().split("\n").filter(Boolean);
  for (const file of ["host", "addn_hosts", "opts"] as const)
    expect(lines(writeDhcpFile(file, instance)), file).toEqual(lines(real.files[file]));
  // Options of the host's own files, which the real class was not given.
  expect(instance.command.split(" ").filter((word) => word !== "--no-resolv")).toEqual(
    real.command.split(" ").filter((word) => word !== "--no-resolv"),
  );
});
