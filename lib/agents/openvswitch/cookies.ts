/**
 * Cookies: one for all of the agent's flows on a bridge, and one for the qos extension's, drawn when the agent starts. They
 * are read back from the host; a new host's follow from its name.
 * Source: neutron/agent/common/ovs_lib.py OVSBridge._default_cookie, openflow/br_cookie.py.
 */
import type { OvsBridge } from "../../host/state.ts";
import { INTEGRATION } from "../../net/neutron-tables.ts";
import type { Flow } from "../../net/openflow/ast.ts";

const NONE = "0x0";

/** The agent's on this bridge. */
export function bridgeCookie(host: string, bridge: OvsBridge): string {
  return cookieOf(bridge, (flow) => flow.priority === 0) ?? cookieFrom(`${host}/${bridge.name}`);
}

/** The qos extension's on br-int. */
export function queueCookie(host: string, bridge: OvsBridge): string {
  return cookieOf(bridge, (flow) => flow.match.fields[0]?.name === "reg3") ?? cookieFrom(`${host}/${bridge.name}/qos`);
}

function cookieOf(bridge: OvsBridge, is: (flow: Flow) => boolean): string | undefined {
  const table = INTEGRATION.LOCAL_SWITCHING; // 0 on every bridge
  return bridge.flows.find((flow) => flow.table === table && flow.cookie !== NONE && is(flow))?.cookie;
}

/** 64 bits of FNV-1a. */
function cookieFrom(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (let i = 0; i < text.length; i++) hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(i))) * 0x100000001b3n);
  return `0x${hash.toString(16)}`;
}
