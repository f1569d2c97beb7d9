/** Flows of each port, made once for as long as nothing that they depend on changes. */
import type { Flow } from "../../../net/openflow/ast.ts";
import type { PortView, SecurityRuleView } from "../../view.ts";
import { type Groups, groupsOf, rulesOf } from "../group-rules.ts";
import { BASE } from "./base.ts";
import { flow, type Line } from "./flow.ts";
import type { FlowGroup } from "./install.ts";
import type { OfPort } from "./port.ts";
import { filteredPort, passedPort } from "./port-flows.ts";
import type { RemoteRules } from "./remote-plan.ts";
import { remoteRuleFlows } from "./remote-rules.ts";
import { ruleFlows } from "./rule-flows.ts";
import { INVALID, trackedPort } from "./tracked.ts";

const bases = new Map<string, FlowGroup>();

/** Flows that do not depend on ports. @param filters whether any port is filtered */
export function baseFlows(cookie: string, filters: boolean): FlowGroup {
  const key = `${cookie} ${filters}`;
  const flows = bases.get(key) ?? [...BASE, ...(filters ? INVALID : [])].map((line) => flow(line, cookie));
  bases.set(key, flows);
  return flows;
}

interface Made {
  readonly numbers: string;
  readonly rules: readonly (readonly SecurityRuleView[])[];
  readonly flows: readonly Flow[];
}

const made = new WeakMap<PortView, Made>();

export function passedFlows(port: OfPort, cookie: string): FlowGroup {
  return once(port, cookie, "passed", [], () => passedPort(port));
}

export function filteredFlows(port: OfPort, cookie: string, all: Groups, remote: RemoteRules): FlowGroup {
  const rules = groupsOf(port.view, all).map(rulesOf);
  return once(port, cookie, remote.key, rules, () => [
    ...filteredPort(port),
    ...trackedPort(port),
    ...rules.flat().flatMap((rule) => (rule.remoteGroupId === null ? ruleFlows(rule, port) : [])),
    ...remoteRuleFlows(remote.rules, port),
  ]);
}

function once(port: OfPort, cookie: string, more: string, rules: Made["rules"], make: () => Line[]): FlowGroup {
  const numbers = `${cookie} ${port.ofport} ${port.vlan} ${port.physical} ${more}`;
  const last = made.get(port.view);
  if (last?.numbers === numbers && last.rules.length === rules.length && last.rules.every((one, i) => one === rules[i]))
    return last.flows;
  // Two rules may ask for the same packets: the flow of the later one is in the place of the earlier one's.
  const flows = make().map((line) => flow(line, cookie));
  made.set(port.view, { numbers, rules, flows });
  return flows;
}
