/** Extension drivers in the configured order. Source: neutron/plugins/ml2/managers.py ExtensionManager. */
import type { Attributes, Json } from "../attribute.ts";
import type { NeutronConfig } from "../config/config.ts";
import type { Network, Port } from "../core/model.ts";
import type { Call, Change, Extension, Resource } from "../resource.ts";
import type { ExtensionDriver, ExtensionDriverFactory } from "./extension-driver.ts";
import { EXTENSION_DRIVERS } from "./extension-drivers/table.ts";
import { loadDrivers } from "./load.ts";

export class ExtensionManager {
  private readonly drivers: readonly ExtensionDriver[];

  /** @param more drivers that the table does not have */
  constructor(config: NeutronConfig, more: Readonly<Record<string, ExtensionDriverFactory>> = {}) {
    const table = { ...EXTENSION_DRIVERS, ...more };
    const found = loadDrivers("[ml2] extension_drivers", config.ml2.extension_drivers, table);
    this.drivers = found.map(([, make]) => make(config));
  }

  get extensions(): readonly Extension[] {
    return this.drivers.flatMap((driver) => driver.extensions);
  }

  /** Networks, ports and floating IPs with the drivers' attributes; any other resource as it is. */
  extend(resource: Resource): Resource {
    const added: readonly Attributes[] =
      resource.name === "network"
        ? this.drivers.map((driver) => driver.networkAttributes)
        : resource.name === "port"
          ? this.drivers.map((driver) => driver.portAttributes)
          : resource.name === "floatingip"
            ? this.drivers.map((driver) => driver.floatingIpAttributes ?? {})
            : [];
    if (added.length === 0) return resource;
    return { ...resource, attributes: Object.assign({}, resource.attributes, ...added) };
  }

  async processNetwork(change: Change, values: Json, network?: Network): Promise<Partial<Network>> {
    const row: Partial<Network> = {};
    for (const driver of this.drivers) Object.assign(row, await driver.processNetwork(change, values, network));
    return row;
  }

  async processPort(change: Change, values: Json, network: Network, port?: Port): Promise<Partial<Port>> {
    const row: Partial<Port> = {};
    for (const driver of this.drivers) Object.assign(row, await driver.processPort(change, values, network, port));
    return row;
  }

  extendNetwork(view: Record<string, unknown>, network: Network): void {
    for (const driver of this.drivers) Object.assign(view, driver.extendNetwork(network));
  }

  async extendPorts(call: Call, ports: readonly Port[]): Promise<(view: Record<string, unknown>, port: Port) => void> {
    const extend = await Promise.all(this.drivers.map((driver) => driver.extendPorts(call, ports)));
    return (view, port) => {
      for (const one of extend) Object.assign(view, one(port));
    };
  }
}
