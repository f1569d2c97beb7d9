/** What the real Neutron answered, and what this one does: the same attributes of the same types. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { prepareAgents } from "../agent/hosts.ts";
import { DEFAULT_CONFIG } from "../config/config.ts";
import { testService } from "../testing/service.ts";

type View = Record<string, unknown>;

const recorded = (cloud: string, plural: string): View[] =>
  JSON.parse(readFileSync(new URL(`../../demo/${cloud}/api/${plural}.json`, import.meta.url), "utf8"))[plural];

const typeOf = (value: unknown) => (value === null ? "null" : Array.isArray(value) ? "list" : typeof value);

const shape = (view: View) =>
  Object.fromEntries(
    Object.keys(view)
      .sort()
      .map((name) => [name, typeOf(view[name])]),
  );

/** The recorded cloud had no DNS names. */
const config = { ...DEFAULT_CONFIG, ml2: { ...DEFAULT_CONFIG.ml2, extension_drivers: ["port_security", "qos"] } };

test.each(["legacy", "dvr"])("networks and ports look as those of the %s cloud", async (name) => {
  const cloud = await testService(config);
  await cloud.neutron.change(cloud.admin, prepareAgents);
  const make = async (kind: string, values: object): Promise<View> => {
    const { status, body } = await cloud.call(cloud.admin, "POST", `${kind}s`, { [kind]: values });
    expect([status, body]).toEqual([201, body]);
    return (await cloud.call(cloud.admin, "GET", `${kind}s/${body[kind].id}`)).body[kind];
  };
  for (const real of recorded(name, "networks")) {
    const provider = Object.entries(real).filter(([key, value]) => key.startsWith("provider:") && value !== null);
    const external = real["router:external"] === true;
    const network = await make("network", { "router:external": external, ...Object.fromEntries(provider) });
    expect(shape(network)).toEqual(shape(real));
    for (const key of ["admin_state_up", "mtu", "port_security_enabled", "shared", "status", "provider:network_type"])
      expect([key, network[key]]).toEqual([key, real[key]]);
  }
  const network_id = String((await make("network", {})).id);
  await make("subnet", { network_id, ip_version: 4, cidr: "10.0.0.0/24" });
  for (const real of recorded(name, "ports")) {
    if (!String(real.device_owner).startsWith("compute:")) continue;
    const host = real["binding:host_id"];
    const port = await make("port", { network_id, device_owner: real.device_owner, "binding:host_id": host });
    expect(shape(port)).toEqual(shape(real));
    expect(port["binding:vif_details"]).toEqual({ ...Object(real["binding:vif_details"]), datapath_type: "system" });
    for (const key of ["admin_state_up", "binding:vif_type", "binding:vnic_type", "resource_request"])
      expect([key, port[key]]).toEqual([key, real[key]]);
  }
  await cloud.close();
});
