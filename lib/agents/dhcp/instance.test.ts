/** What the plan writes for dnsmasq, against what a real DHCP agent wrote for the same networks and ports. */
import { describe, expect, test } from "vitest";
import { readBundle } from "../../collect/bundle.ts";
import { settingsOf } from "../../intent/settings.ts";
import { hostViews } from "../../intent/views.ts";
import { dhcpConfig } from "./config.ts";
import { dnsmasqInstance } from "./instance.ts";

describe.each(["legacy", "dvr"])("the %s recording's network1", async (name) => {
  const cloud = await readBundle(`lib/demo/${name}`);
  const host = cloud.world.hosts.find((one) => one.name === "network1");
  if (!host) throw new Error("the recording has no network1");
  const view = hostViews(cloud.api, { settings: settingsOf(cloud.api.agents, new Set()), dvrMacs: [] }).get("network1");
  if (!view) throw new Error("no agents on network1");
  const config = dhcpConfig(view.settings, host);

  test("has as many networks as the agent served", () => {
    expect(view.dhcpNetworks.map((one) => one.network.id).sort()).toEqual(
      host.dnsmasq.map((one) => one.networkId).sort(),
    );
    expect(host.dnsmasq).toHaveLength(3);
  });

  test.each(host.dnsmasq.map((one) => [one.networkId, one] as const))("%s: files and command line", (id, real) => {
    const network = view.dhcpNetworks.find((one) => one.network.id === id);
    if (!network) throw new Error("not served");
    const planned = dnsmasqInstance(network, config, `tap${network.port.id.slice(0, 11)}`, undefined);
    const sorted = (lines: readonly { line: string }[]) => lines.map((one) => one.line).sort();
    const names = (lines: readonly { address: string; names: string[] }[]) =>
      lines.map((one) => `${one.address} ${one.names.join(" ")}`).sort();
    expect(sorted(planned.hosts)).toEqual(sorted(real.hosts));
    expect(planned.options).toEqual(real.options);
    expect(names(planned.addnHosts)).toEqual(names(real.addnHosts));
    expect(planned.command).toBe(real.command);
    expect(planned.interface).toBe(real.interface);
    expect(planned.netns).toBe(real.netns);
    const byLine = (lines: typeof real.hosts) => lines.toSorted((a, b) => a.line.localeCompare(b.line));
    expect(byLine(planned.hosts)).toEqual(byLine(real.hosts));
  });
});
