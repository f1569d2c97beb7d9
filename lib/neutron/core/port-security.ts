/** How port security, security groups and address pairs go together. Source: plugin.py _portsec_ext_port_{create,update}_processing. */
import { conflict, NeutronError } from "../errors.ts";
import { isTrusted } from "../ml2/trusted.ts";
import type { Change } from "../resource.ts";
import { groupsForPort } from "../security/port-groups.ts";
import type { Port } from "./model.ts";
import { pairsNeedSecurity } from "./port-pairs.ts";
import type { PortValues } from "./port-values.ts";

/** Groups of a new port. */
export async function groupsOfNew(change: Change, values: PortValues, secured: boolean): Promise<readonly string[]> {
  if (!secured) {
    if ((values.allowed_address_pairs ?? []).length > 0) throw pairsNeedSecurity();
    if ((values.security_groups ?? []).length > 0 && !isTrusted(values.device_owner)) throw groupsNeedSecurity();
    return [];
  }
  if (isTrusted(values.device_owner)) return [];
  return groupsForPort(change, values.project_id, values.security_groups);
}

/** Groups of a changed port, once what would be left open is refused. @param pairs that the port has afterwards */
export async function groupsOfChanged(
  change: Change,
  port: Port,
  values: Partial<PortValues>,
  secured: boolean,
  pairs: readonly unknown[],
): Promise<readonly string[]> {
  const requested = values.security_groups;
  if (!secured) {
    if (pairs.length > 0) throw pairsNeedSecurity();
    if (requested && requested.length > 0) throw groupsNeedSecurity();
    if (!requested && port.security_groups.length > 0)
      throw conflict(
        "PortSecurityPortHasSecurityGroup",
        "Port has security group associated. Cannot disable port security or IP address until security group is removed.",
      );
    return [];
  }
  if (requested === undefined) return port.security_groups;
  if (isTrusted(values.device_owner ?? port.device_owner)) return [];
  return requested.length === 0 ? [] : groupsForPort(change, port.project_id, requested);
}

function groupsNeedSecurity(): NeutronError {
  const message = "Port security must be enabled and port must have an IP address in order to use security groups.";
  return new NeutronError("bad-request", "PortSecurityAndIPRequiredForSecurityGroups", message);
}
