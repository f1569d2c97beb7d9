/**
 * Rules of a DHCP namespace: the frame that every agent makes, and one rule that fills in checksums, which a server on the same
 * machine leaves to hardware that is not there. Source: neutron/agent/linux/dhcp.py fill_dhcp_udp_checksums, iptables_manager.py.
 */
import type { IptablesRuleset } from "../../net/iptables/ast.ts";
import { parseIptablesSave } from "../../net/iptables/parse.ts";

/** As much of the agent's name as chains begin with. */
const WRAP = "neutron-dhcp-age";

const HOOKS = {
  mangle: ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"],
  raw: ["PREROUTING", "OUTPUT"],
  filter: ["INPUT", "FORWARD", "OUTPUT"],
} as const;

/** The port that clients hear on, and what only IPv4 has. */
const FAMILIES = { 4: { port: 68, marks: true }, 6: { port: 546, marks: false } } as const;

function text(family: 4 | 6): string {
  const { port, marks } = FAMILIES[family];
  const own: Record<keyof typeof HOOKS, { chains: string[]; rules: string[] }> = {
    mangle: {
      chains: marks ? [`${WRAP}-mark`] : [],
      rules: [
        `-A ${WRAP}-POSTROUTING -p udp -m udp --dport ${port} -j CHECKSUM --checksum-fill`,
        ...(marks ? [`-A ${WRAP}-PREROUTING -j ${WRAP}-mark`] : []),
      ],
    },
    raw: { chains: [], rules: [] },
    filter: {
      chains: [`${WRAP}-local`, "neutron-filter-top"],
      rules: [`-A neutron-filter-top -j ${WRAP}-local`],
    },
  };
  const lines: string[] = [];
  for (const name of ["mangle", "raw", "filter"] as const) {
    const wrapped = HOOKS[name].map((hook) => `${WRAP}-${hook}`);
    lines.push(`*${name}`);
    for (const hook of HOOKS[name]) lines.push(`:${hook} ACCEPT [0:0]`);
    for (const chain of [...wrapped, ...own[name].chains].sort()) lines.push(`:${chain} - [0:0]`);
    for (const hook of HOOKS[name]) {
      if (name === "filter" && hook !== "INPUT") lines.push(`-A ${hook} -j neutron-filter-top`);
      lines.push(`-A ${hook} -j ${WRAP}-${hook}`);
    }
    lines.push(...own[name].rules, "COMMIT");
  }
  return `${lines.join("\n")}\n`;
}

export const DHCP_IPTABLES: IptablesRuleset = parseIptablesSave(text(4), 4).ruleset;
export const DHCP_IP6TABLES: IptablesRuleset = parseIptablesSave(text(6), 6).ruleset;
