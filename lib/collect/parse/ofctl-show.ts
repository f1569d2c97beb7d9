/** `ovs-ofctl show` (Open vSwitch lib/ofp-port.c ofputil_phy_port_format). */
import type { Note } from "../gaps.ts";
import { lines } from "./lines.ts";

export interface OfctlPort {
  /** OpenFlow port number; LOCAL is 65534. */
  ofport: number;
  name: string;
  mac: string;
  config: string[];
  state: string[];
}

export interface OfctlShow {
  datapathId?: string;
  ports: OfctlPort[];
}

export const LOCAL_PORT = 65534;

/** Lines of a port, or of the reply, that say nothing we read. */
const PASSED =
  /^\s+(current|advertised|supported|peer|speed):|^(n_tables|capabilities|actions|OFPST_PORT_DESC|OFPT_GET_CONFIG_REPLY)/;

export function parseOfctlShow(text: string, note: Note): OfctlShow {
  const out: OfctlShow = { ports: [] };
  let port: OfctlPort | undefined;
  let ended = false;
  for (const { number, text: line } of lines(text, note)) {
    const head = /^ (\d+|LOCAL)\((.*)\): addr:([0-9a-f:]+)\s*$/.exec(line);
    if (head) {
      const ofport = head[1] === "LOCAL" ? LOCAL_PORT : Number(head[1]);
      port = { ofport, name: unquote(head[2] as string), mac: head[3] as string, config: [], state: [] };
      out.ports.push(port);
      continue;
    }
    const words = /^\s+(config|state):\s+(.*)$/.exec(line);
    if (words) {
      if (port)
        port[words[1] as "config" | "state"] = words[2]?.trim() === "0" ? [] : (words[2] as string).trim().split(/\s+/);
      else note("a port's state without its port", number, line);
      continue;
    }
    const dpid = /^OFPT_FEATURES_REPLY.*dpid:([0-9a-f]+)/.exec(line)?.[1];
    if (dpid !== undefined) out.datapathId = dpid;
    else if (!PASSED.test(line)) note("not understood", number, line);
    if (line.startsWith("OFPT_GET_CONFIG_REPLY")) ended = true;
  }
  if (!ended) note("the output is cut: its last line is missing");
  return out;
}

/** `--names` quotes a name that is no plain word. */
function unquote(name: string): string {
  if (!name.startsWith('"')) return name;
  try {
    const value: unknown = JSON.parse(name);
    return typeof value === "string" ? value : name;
  } catch {
    return name;
  }
}
