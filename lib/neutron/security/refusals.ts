/** What security groups refuse. Source: neutron/extensions/securitygroup.py. */
import { conflict, NeutronError } from "../errors.ts";

export function invalidValue(type: string, message: string, field?: string): NeutronError {
  return new NeutronError("bad-request", type, message, field);
}

export function groupNotFound(id: string): NeutronError {
  return new NeutronError("not-found", "SecurityGroupNotFound", `Security group ${id} does not exist`);
}

export function ruleNotFound(id: string): NeutronError {
  return new NeutronError("not-found", "SecurityGroupRuleNotFound", `Security group rule ${id} does not exist`);
}

export function addressGroupNotFound(id: string): NeutronError {
  return new NeutronError("not-found", "AddressGroupNotFound", `Address group ${id} could not be found.`);
}

export function groupInUse(id: string): NeutronError {
  return conflict("SecurityGroupInUse", `Security Group ${id} in use.`);
}
