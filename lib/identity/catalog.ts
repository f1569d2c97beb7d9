/**
 * The service catalogue. It is built in: what this server serves, where the client reached it. Names and types are those of a
 * real cloud (`lib/demo/legacy/api/keystone-catalog.json`).
 */
import { createHash } from "node:crypto";
import { notFound } from "./error.ts";

export const REGION = "RegionOne";

export interface Region {
  readonly id: string;
  readonly description: string;
  readonly parent_region_id: null;
}
export interface Service {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly enabled: true;
}
export interface Endpoint {
  readonly id: string;
  readonly interface: "public" | "internal" | "admin";
  readonly region: string;
  readonly region_id: string;
  readonly service_id: string;
  readonly url: string;
  readonly enabled: true;
}

const SERVICES = [
  { type: "identity", name: "keystone", path: "/identity" },
  { type: "network", name: "neutron", path: "/networking" },
  { type: "compute", name: "nova", path: "/compute/v2.1" },
  { type: "image", name: "glance", path: "/image" },
] as const;
const INTERFACES = ["public", "internal", "admin"] as const;

/** The same in every process and after every start. */
const fixedId = (name: string) => createHash("sha256").update(`underlay ${name}`).digest("hex").slice(0, 32);

export function regions(): Region[] {
  return [{ id: REGION, description: "", parent_region_id: null }];
}

export function services(): Service[] {
  return SERVICES.map(({ type, name }) => ({ id: fixedId(type), type, name, enabled: true }));
}

/** @param origin where clients reach this server, without a slash at its end */
export function endpoints(origin: string): Endpoint[] {
  return SERVICES.flatMap(({ type, path }) =>
    INTERFACES.map((side) => ({
      id: fixedId(`${type} ${side}`),
      interface: side,
      region: REGION,
      region_id: REGION,
      service_id: fixedId(type),
      url: `${origin}${path}`,
      enabled: true as const,
    })),
  );
}

/** As it stands in tokens. */
export function catalog(origin: string) {
  const all = endpoints(origin);
  return services().map(({ id, type, name }) => ({
    endpoints: all
      .filter((endpoint) => endpoint.service_id === id)
      .map((one) => ({
        id: one.id,
        interface: one.interface,
        region_id: one.region_id,
        url: one.url,
        region: one.region,
      })),
    id,
    type,
    name,
  }));
}

export function find<T extends { readonly id: string }>(
  kind: "region" | "service" | "endpoint",
  all: T[],
  id: string,
): T {
  const found = all.find((one) => one.id === id);
  if (!found) throw notFound(kind, id);
  return found;
}
