/** The value of `external_gateway_info`. Source: neutron_lib/api/definitions/{l3,l3_ext_gw_mode,qos_gateway_ip}.py, validate_dict_or_nodata. */
import { type FixedIpRequest, fixedIps } from "../kind/address-lists.ts";
import { bool, Invalid, type Kind, nullable, repr, show, uuid } from "../kind/kind.ts";

export interface GatewayInfo {
  readonly network_id: string;
  readonly enable_snat?: boolean;
  readonly external_fixed_ips?: readonly FixedIpRequest[];
  readonly qos_policy_id?: string | null;
}

const KEYS: { readonly [K in keyof Required<GatewayInfo>]: Kind<Required<GatewayInfo>[K]> } = {
  network_id: uuid,
  enable_snat: bool,
  external_fixed_ips: fixedIps,
  qos_policy_id: nullable(uuid),
};

/** null: no gateway; so is an empty dictionary. */
export const gatewayInfo: Kind<GatewayInfo | null> = {
  parse(value) {
    if (value === null || value === "" || value === false || value === 0) return null;
    if (typeof value !== "object") throw new Invalid(`'${show(value)}' is not a dictionary`);
    const keys = Object.keys(value);
    if (keys.length === 0) return null;
    if (Array.isArray(value)) throw new Invalid(`'${show(value)}' is not a dictionary`);
    if (!keys.includes("network_id"))
      throw new Invalid(
        `Validation of dictionary's keys failed. Expected keys: {'network_id'} Provided keys: {${keys.map(repr).join(", ")}}`,
      );
    const unknown = keys.filter((key) => !Object.hasOwn(KEYS, key));
    if (unknown.length > 0) throw new Invalid(`Unexpected keys supplied: ${unknown.join(", ")}`);
    const parsed = Object.entries(KEYS).flatMap(([key, kind]) => {
      const one: unknown = Reflect.get(value, key);
      return one === undefined ? [] : [[key, kind.parse(one)] as const];
    });
    return Object.fromEntries(parsed) as unknown as GatewayInfo; // Each key was read by its own kind.
  },
};
