/** Schemas of the API answers: what Underlay reads of each object. Other attributes pass; an attribute that some policies hide has a default. */
import { z } from "zod";
import type {
  KeystoneProject,
  NeutronAddressGroup,
  NeutronAgent,
  NeutronFloatingIp,
  NeutronNetwork,
  NeutronPort,
  NeutronRouter,
  NeutronSecurityGroup,
  NeutronSubnet,
  NeutronTrunk,
  NovaServer,
} from "../api/neutron.ts";

const id = z.string().min(1);
const text = z
  .string()
  .nullish()
  .transform((v) => v ?? "");
const flag = (value: boolean) =>
  z
    .boolean()
    .nullish()
    .transform((v) => v ?? value);
const optional = z
  .string()
  .nullish()
  .transform((v) => v ?? undefined);
const nullable = z
  .string()
  .nullish()
  .transform((v) => v ?? null);
const list = <T extends z.ZodType>(of: T) =>
  z
    .array(of)
    .nullish()
    .transform((v) => v ?? []);

const base = {
  id,
  name: text,
  project_id: z.string().nullish(),
  tenant_id: z.string().nullish(),
  description: optional,
  created_at: optional,
  updated_at: optional,
};

/** `tenant_id` is what older releases call the project. */
function project<T extends { project_id?: string | null | undefined; tenant_id?: string | null | undefined }>(
  object: T,
) {
  return { ...object, project_id: object.project_id ?? object.tenant_id ?? "" };
}

const route = z.looseObject({ destination: z.string(), nexthop: z.string() });
const fixedIp = z.looseObject({ subnet_id: z.string(), ip_address: z.string() });

export const networkSchema = z
  .looseObject({
    ...base,
    admin_state_up: flag(true),
    status: text,
    mtu: z.number().int(),
    shared: flag(false),
    subnets: list(z.string()),
    "router:external": flag(false),
    port_security_enabled: flag(true),
    "provider:network_type": z.string().nullish(),
    "provider:physical_network": z.string().nullish(),
    "provider:segmentation_id": z.number().nullish(),
  })
  .transform(project) as unknown as z.ZodType<NeutronNetwork>;

export const subnetSchema = z
  .looseObject({
    ...base,
    network_id: id,
    cidr: z.string(),
    ip_version: z.union([z.literal(4), z.literal(6)]),
    gateway_ip: nullable,
    enable_dhcp: flag(true),
    dns_nameservers: list(z.string()),
    host_routes: list(route),
    allocation_pools: list(z.looseObject({ start: z.string(), end: z.string() })),
  })
  .transform(project) as unknown as z.ZodType<NeutronSubnet>;

export const portSchema = z
  .looseObject({
    ...base,
    network_id: id,
    mac_address: z.string(),
    admin_state_up: flag(true),
    status: text,
    fixed_ips: list(fixedIp),
    device_id: text,
    device_owner: text,
    security_groups: list(z.string()),
    allowed_address_pairs: list(z.looseObject({ ip_address: z.string(), mac_address: optional })),
    port_security_enabled: flag(true),
    "binding:host_id": optional,
    "binding:vif_type": optional,
    "binding:vnic_type": optional,
    "binding:vif_details": z
      .record(z.string(), z.unknown())
      .nullish()
      .transform((v) => v ?? {}),
  })
  .transform(project) as unknown as z.ZodType<NeutronPort>;

export const routerSchema = z
  .looseObject({
    ...base,
    admin_state_up: flag(true),
    status: text,
    distributed: flag(false),
    ha: flag(false),
    routes: list(route),
    external_gateway_info: z
      .looseObject({ network_id: id, enable_snat: flag(true), external_fixed_ips: list(fixedIp) })
      .nullish()
      .transform((v) => v ?? null),
  })
  .transform(project) as unknown as z.ZodType<NeutronRouter>;

export const floatingIpSchema = z
  .looseObject({
    ...base,
    floating_ip_address: z.string(),
    floating_network_id: id,
    fixed_ip_address: nullable,
    port_id: nullable,
    router_id: nullable,
    status: text,
  })
  .transform(project) as unknown as z.ZodType<NeutronFloatingIp>;

const ruleSchema = z.looseObject({
  id,
  security_group_id: z.string(),
  direction: z.enum(["ingress", "egress"]),
  ethertype: z.enum(["IPv4", "IPv6"]),
  protocol: z
    .union([z.string(), z.number().transform(String)])
    .nullish()
    .transform((v) => v ?? null),
  port_range_min: z
    .number()
    .nullish()
    .transform((v) => v ?? null),
  port_range_max: z
    .number()
    .nullish()
    .transform((v) => v ?? null),
  remote_ip_prefix: nullable,
  remote_group_id: nullable,
  remote_address_group_id: nullable.optional(),
  description: optional,
});

export const securityGroupSchema = z
  .looseObject({ ...base, security_group_rules: list(ruleSchema) })
  .transform(project) as unknown as z.ZodType<NeutronSecurityGroup>;

export const addressGroupSchema = z
  .looseObject({ ...base, addresses: list(z.string()) })
  .transform(project) satisfies z.ZodType<NeutronAddressGroup>;

export const trunkSchema = z
  .looseObject({
    ...base,
    admin_state_up: flag(true),
    status: text,
    port_id: id,
    sub_ports: list(z.looseObject({ port_id: id, segmentation_type: text, segmentation_id: z.number().int() })),
  })
  .transform(project) as unknown as z.ZodType<NeutronTrunk>;

export const agentSchema = z.looseObject({
  id,
  agent_type: text,
  binary: text,
  host: z.string(),
  alive: flag(false),
  admin_state_up: flag(true),
  heartbeat_timestamp: optional,
  configurations: z
    .record(z.string(), z.unknown())
    .nullish()
    .transform((v) => v ?? {}),
}) as unknown as z.ZodType<NeutronAgent>;

export const serverSchema = z.looseObject({
  id,
  name: text,
  status: text,
  tenant_id: optional,
  "OS-EXT-SRV-ATTR:host": z.string().nullish(),
}) as unknown as z.ZodType<NovaServer>;

export const projectSchema = z.looseObject({ id, name: text }) as unknown as z.ZodType<KeystoneProject>;
