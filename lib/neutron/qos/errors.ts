/** What QoS refuses. Source: neutron_lib/exceptions/qos.py. */
import { conflict, NeutronError } from "../errors.ts";
import type { RuleType } from "./model.ts";

export const policyNotFound = (id: string) =>
  new NeutronError("not-found", "QosPolicyNotFound", `QoS policy ${id} could not be found.`);

export const ruleNotFound = (policyId: string, id: string) =>
  new NeutronError("not-found", "QosRuleNotFound", `QoS rule ${id} for policy ${policyId} could not be found.`);

export const defaultExists = (projectId: string) =>
  conflict("QoSPolicyDefaultAlreadyExists", `A default QoS policy exists for project ${projectId}.`);

export const policyInUse = (id: string, by: string, user: string) =>
  conflict("QosPolicyInUse", `QoS Policy ${id} is used by ${by} ${user}.`);

export const ruleNotSupported = (type: RuleType, portId: string) =>
  conflict("QosRuleNotSupported", `Rule ${type} is not supported by port ${portId}`);

export const ruleNotSupportedByNetwork = (type: RuleType, networkId: string) =>
  conflict("QosRuleNotSupportedByNetwork", `Rule ${type} is not supported by network ${networkId}`);

export const rulesConflict = (type: RuleType, otherId: string, policyId: string) =>
  conflict(
    "QoSRulesConflict",
    `Rule ${type} conflicts with rule ${otherId} which already exists in QoS Policy ${policyId}.`,
  );

export const parameterConflict = (
  value: number | string,
  policyId: string,
  type: RuleType,
  existing: number | string,
) =>
  conflict(
    "QoSRuleParameterConflict",
    `Unable to add the rule with value ${value} to the policy ${policyId} as the existing rule of type ${type} has value ${existing}.`,
  );

export const mayNotRemovePolicy = (id: string) =>
  new NeutronError(
    "forbidden",
    "PolicyRemoveAuthorizationError",
    `Failed to remove provided policy ${id} because you are not authorized.`,
  );

/** Nova has reserved what these rules promise; nobody would tell it. */
export const reserved = () =>
  new NeutronError(
    "not-implemented",
    "NotImplementedError",
    "Cannot update QoS policies/rules backed by resources tracked in Placement",
  );
