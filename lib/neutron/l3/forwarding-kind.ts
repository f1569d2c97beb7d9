/** Ports and protocols of port forwardings. Source: neutron_lib/api/validators, converters.py, constants.py. */
import { invalidInput } from "../errors.ts";
import { Invalid, integer, type Kind, nullable, oneOf, repr, show } from "../kind/kind.ts";
import type { PortRange } from "./model.ts";

const [MIN, MAX] = [1, 65_535];

export const forwardedPort = nullable(integer(MIN, MAX));

/** type:port_range: `80` or `80:90`. */
export const portRange: Kind<PortRange | null> = {
  parse(value) {
    if (value === null) return null;
    const parts = show(value).split(":");
    if (parts.length > 2 || parts.includes(""))
      throw new Invalid("Port range must be two integers separated by a colon");
    const [start = MIN, end = start] = parts.map(portNumber);
    if (start > end) throw new Invalid("First port in a port range must be lower than the second port");
    return { start, end };
  },
};

function portNumber(text: string): number {
  const number = /^\d+$/.test(text) ? Number(text) : -1;
  if (number < 0 || number > MAX) throw new Invalid(`Invalid port: ${text}`);
  if (number < MIN) throw new Invalid(`Invalid port: ${text}, the port must be in the range [${MIN}, ${MAX}]`);
  return number;
}

/** IPTABLES_PROTOCOL_MAP. */
const PROTOCOLS = ["dccp", "icmp", "ipv6-icmp", "sctp", "tcp", "udp"];

const known = oneOf(PROTOCOLS, `dict_keys(${repr(PROTOCOLS)})`);

/** type:values after convert_to_protocol, which lets any number pass. */
export const protocol: Kind<string> = {
  parse(value) {
    const text = show(value);
    if (!PROTOCOLS.includes(text.toLowerCase()) && !(/^\d+$/.test(text) && Number(text) <= 255))
      throw invalidInput(
        `IP protocol '${text}' is not supported. Only protocol names and their integer representation (0 to 255) are supported`,
      );
    return known.parse(value);
  },
};
