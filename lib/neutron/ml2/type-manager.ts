/** Segments of networks, through the drivers of their types. Source: neutron/plugins/ml2/managers.py TypeManager. */

import type { Json } from "../attribute.ts";
import type { NeutronConfig } from "../config/config.ts";
import { invalidInput, NeutronError } from "../errors.ts";
import type { Change } from "../resource.ts";
import { noNetworkAvailable } from "./exceptions.ts";
import { ConfigError, loadDrivers } from "./load.ts";
import { segmentPool } from "./segment-pool.ts";
import type { SegmentSpec, TypeDriver, TypeDriverFactory } from "./type-driver.ts";
import { smallest } from "./type-drivers/mtu.ts";
import { TYPE_DRIVERS } from "./type-drivers/table.ts";

const PROVIDER = ["provider:network_type", "provider:physical_network", "provider:segmentation_id"] as const;

export class TypeManager {
  private readonly config: NeutronConfig;
  private readonly drivers = new Map<string, TypeDriver>();

  /** @param more drivers that the table does not have */
  constructor(config: NeutronConfig, more: Readonly<Record<string, TypeDriverFactory>> = {}) {
    this.config = config;
    const table = { ...TYPE_DRIVERS, ...more };
    for (const [, make] of loadDrivers("[ml2] type_drivers", config.ml2.type_drivers, table)) {
      const driver = make(config);
      this.drivers.set(driver.type, driver);
    }
    for (const type of config.ml2.tenant_network_types) this.mustHave("tenant_network_types", type);
    if (config.ml2.external_network_type) this.mustHave("external_network_type", config.ml2.external_network_type);
  }

  /** Segments of a new network: those that the request names, or one of the types for projects. */
  async segmentsFor(change: Change, values: Json): Promise<SegmentSpec[]> {
    const asked = this.asked(values);
    // An empty list asks for nothing. neutron/plugins/ml2/managers.py create_network_segments
    if (!asked || asked.length === 0) return [await this.allocate(change, values["router:external"] === true)];
    const segments: SegmentSpec[] = [];
    for (const one of asked) {
      const segment = await this.driver(one.network_type).reserveProviderSegment(segmentPool(change, segments), one);
      segments.push(segment);
    }
    return segments;
  }

  /** Another tag for a VLAN network. Nothing else of a segment can change. */
  async changeTag(change: Change, segment: SegmentSpec, values: Json): Promise<SegmentSpec> {
    if (segment.network_type !== "vlan") throw invalidInput("Only VLAN type networks can be updated.");
    const id = values["provider:segmentation_id"];
    if (typeof id !== "number" || id === 0)
      throw invalidInput("Only segmentation_id field can be updated in VLAN type networks");
    const wanted = { ...segment, segmentation_id: id };
    const driver = this.driver(segment.network_type);
    driver.validateProviderSegment(wanted);
    const reserved = await driver.reserveProviderSegment(segmentPool(change), wanted);
    await driver.releaseSegment?.(segment);
    return reserved;
  }

  async release(segments: readonly SegmentSpec[]): Promise<void> {
    for (const segment of segments) await this.drivers.get(segment.network_type)?.releaseSegment?.(segment);
  }

  /** The largest packet that all segments take. @param wanted 0: as large as possible. plugin.py _get_network_mtu */
  mtu(segments: readonly SegmentSpec[], wanted: number): number {
    const limits = segments.map((one) => this.drivers.get(one.network_type)?.mtu(one.physical_network) ?? 0);
    const most = smallest(limits) || this.config.DEFAULT.global_physnet_mtu;
    if (wanted > most && most > 0) throw invalidInput(`Requested MTU is too big, maximum is ${most}`);
    return wanted || most;
  }

  /** What a request says of segments; undefined: nothing. */
  private asked(values: Json): SegmentSpec[] | undefined {
    const provider = PROVIDER.some((name) => values[name] !== undefined && values[name] !== null);
    const several = values.segments;
    if (provider) {
      if (Array.isArray(several))
        throw new NeutronError(
          "bad-request",
          "SegmentsSetInConjunctionWithProviders",
          "Segments and provider values cannot both be set.",
        );
      return [this.read(values)];
    }
    if (!Array.isArray(several)) return undefined;
    const segments = several.map((one: Json) => this.read(one));
    const full = segments.filter((one) => !this.driver(one.network_type).isPartialSegment(one));
    if (new Set(full.map((one) => JSON.stringify(one))).size < full.length)
      throw new NeutronError("bad-request", "SegmentsContainDuplicateEntry", "Duplicate segment entry in request.");
    return segments;
  }

  private read(values: Json): SegmentSpec {
    const [network_type, physical_network, segmentation_id] = PROVIDER.map((name) => values[name] ?? null);
    if (typeof network_type !== "string") throw invalidInput("network_type required");
    const segment = {
      network_type,
      physical_network: physical_network === null ? null : String(physical_network),
      segmentation_id: segmentation_id === null ? null : Number(segmentation_id),
    };
    this.driver(network_type).validateProviderSegment(segment);
    return segment;
  }

  private async allocate(change: Change, external: boolean): Promise<SegmentSpec> {
    const forExternal = external && this.config.ml2.external_network_type;
    const types = forExternal ? [forExternal] : this.config.ml2.tenant_network_types;
    for (const type of types) {
      const segment = await this.driver(type).allocateTenantSegment(segmentPool(change));
      if (segment) return segment;
    }
    throw noNetworkAvailable();
  }

  private driver(type: string): TypeDriver {
    const driver = this.drivers.get(type);
    if (!driver) throw invalidInput(`network_type value '${type}' not supported`);
    return driver;
  }

  private mustHave(option: string, type: string): void {
    if (!this.drivers.has(type))
      throw new ConfigError(`[ml2] ${option}: no driver of type_drivers knows networks of type ${type}`);
  }
}
