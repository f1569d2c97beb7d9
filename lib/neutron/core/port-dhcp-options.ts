/** DHCP options of a single port. Source: neutron_lib/api/definitions/extra_dhcp_opt.py, neutron/db/extradhcpopt_db.py. */
import { invalidInput } from "../errors.ts";
import { type Kind, repr, show } from "../kind/kind.ts";
import type { Port } from "./model.ts";

export type DhcpOptions = Port["extra_dhcp_opts"];

export interface DhcpOptionRequest {
  readonly opt_name: string;
  /** null: takes the option away. */
  readonly opt_value: string | null;
  readonly ip_version: 4 | 6;
}

const NAME_SIZE = 64;
const VALUE_SIZE = 255;
/** May be empty: the client is told that there is none. VALID_BLANK_EXTRA_DHCP_OPTS */
const BLANKABLE = new Set(["router", "classless-static-route"]);

export const dhcpOptions: Kind<readonly DhcpOptionRequest[] | null> = {
  parse(value) {
    if (value === null) return null;
    if (!Array.isArray(value)) throw invalidInput(`'${show(value)}' is not a list`);
    const texts = value.map((one) => JSON.stringify(one));
    const twice = value.filter((_, i) => texts.indexOf(texts[i] ?? "") !== i);
    if (twice.length > 0) throw invalidInput(`Duplicate items in the list: '${twice.map(show).join(", ")}'`);
    return value.map(option);
  },
};

function option(item: unknown): DhcpOptionRequest {
  if (typeof item !== "object" || item === null || Array.isArray(item))
    throw invalidInput(`'${show(item)}' is not a dictionary`);
  const given = new Map<string, unknown>(Object.entries(item));
  const name = given.get("opt_name");
  const value = given.get("opt_value");
  const version = given.get("ip_version") ?? 4;
  const fits =
    given.has("opt_value") &&
    isOneLine(name, NAME_SIZE, false) &&
    (value === null || isOneLine(value, VALUE_SIZE, BLANKABLE.has(name))) &&
    ["4", "6"].includes(String(version));
  if (!fits) throw invalidInput(`No valid key specs matched for: ${repr(item)}`);
  return { opt_name: name, opt_value: value, ip_version: Number(version) === 6 ? 6 : 4 };
}

/** type:oneline_not_empty_string. */
function isOneLine(value: unknown, max: number, blank: boolean): value is string {
  if (typeof value !== "string" || value.length > max) return false;
  return blank || (value.trim() !== "" && !/[\n\r]/.test(value));
}

/** What a port has after a request: options of the same name and IP version are replaced or taken away, others stay. */
export function changedOptions(current: DhcpOptions, request: readonly DhcpOptionRequest[]): DhcpOptions {
  const options = [...current];
  for (const { opt_name, opt_value, ip_version } of request) {
    const at = options.findIndex((one) => one.opt_name === opt_name && one.ip_version === ip_version);
    const empty = opt_value === null || (opt_value === "" && !BLANKABLE.has(opt_name));
    if (at >= 0 && opt_value === null) options.splice(at, 1);
    else if (at >= 0 && !empty) options[at] = { opt_name, opt_value, ip_version };
    else if (at < 0 && !empty) options.push({ opt_name, opt_value, ip_version });
  }
  return options;
}
