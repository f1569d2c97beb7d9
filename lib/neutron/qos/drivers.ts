/** Which rules the mechanisms can keep, with which values. Source: neutron/services/qos/drivers/{openvswitch,linuxbridge}/driver.py. */
import type { Network, Port } from "../core/model.ts";
import type { Call } from "../resource.ts";
import type { QosRule, RuleType } from "./model.ts";

type Values = { readonly start: number; readonly end: number } | readonly (string | number)[];

export interface QosDriver {
  /** The mechanism driver's. */
  readonly name: string;
  readonly vifTypes: readonly string[];
  readonly vnicTypes: readonly string[];
  readonly rules: Partial<Record<RuleType, Readonly<Record<string, Values>>>>;
}

/** neutron_lib/db/constants.py DB_INTEGER_MAX_VALUE. */
export const MAX = 2 ** 31 - 1;
/** neutron_lib/constants.py VALID_DSCP_MARKS. */
export const DSCP_MARKS = [0, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38, 40, 46, 48, 56] as const;
export const DIRECTIONS = ["ingress", "egress"] as const;
export const DIRECTIONS_AND_ANY = ["any", ...DIRECTIONS] as const;
export const RULE_TYPES: readonly RuleType[] = [
  "bandwidth_limit",
  "dscp_marking",
  "minimum_bandwidth",
  "minimum_packet_rate",
  "packet_rate_limit",
];

const amount = { start: 0, end: MAX };
const BANDWIDTH_LIMIT = { max_kbps: amount, max_burst_kbps: amount, direction: DIRECTIONS };
const DSCP_MARKING = { dscp_mark: DSCP_MARKS };

const DRIVERS: readonly QosDriver[] = [
  {
    name: "openvswitch",
    vifTypes: ["ovs", "vhostuser"],
    vnicTypes: ["normal", "direct"],
    rules: {
      bandwidth_limit: BANDWIDTH_LIMIT,
      packet_rate_limit: { max_kpps: amount, max_burst_kpps: amount, direction: DIRECTIONS },
      dscp_marking: DSCP_MARKING,
      minimum_bandwidth: { min_kbps: amount, direction: DIRECTIONS },
      minimum_packet_rate: { min_kpps: amount, direction: DIRECTIONS_AND_ANY },
    },
  },
  {
    name: "linuxbridge",
    vifTypes: ["bridge", "tap"],
    vnicTypes: ["normal"],
    rules: { bandwidth_limit: BANDWIDTH_LIMIT, dscp_marking: DSCP_MARKING },
  },
];

/** Those of the configured mechanisms. */
export function qosDrivers(call: Call): QosDriver[] {
  const { mechanism_drivers } = call.neutron.config.ml2;
  return DRIVERS.filter((driver) => mechanism_drivers.includes(driver.name));
}

/** Whether a driver of those that bind this port, or may bind it, keeps the rule. */
export function portKeeps(call: Call, rule: QosRule, port: Port, network: Network | undefined): boolean {
  const { vif_type, vnic_type } = port.binding;
  const bound = vif_type !== "unbound" && vif_type !== "binding_failed";
  return qosDrivers(call).some(
    (driver) =>
      (bound ? driver.vifTypes.includes(vif_type) : driver.vnicTypes.includes(vnic_type)) &&
      keeps(driver, rule, network),
  );
}

export function networkKeeps(call: Call, rule: QosRule, network: Network): boolean {
  return qosDrivers(call).some((driver) => keeps(driver, rule, network));
}

/** A minimum of bandwidth can be promised on a physical network only. */
function keeps(driver: QosDriver, rule: QosRule, network: Network | undefined): boolean {
  if (driver.rules[rule.type] === undefined) return false;
  return rule.type !== "minimum_bandwidth" || (network?.segments[0]?.physical_network ?? null) !== null;
}
