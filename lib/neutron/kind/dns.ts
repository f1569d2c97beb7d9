/** Names of the DNS. Source: neutron_lib/api/validators/dns.py. */
import { Invalid, type Kind, show } from "./kind.ts";

const FQDN_SIZE = 255;
const LABEL = /^[a-z0-9-]{1,63}$/i;

/** Why a text is no partly or fully qualified name. */
function formatReason(text: string): string | undefined {
  const trimmed = text.endsWith(".") ? text.slice(0, -1) : text;
  const because = (reason: string) => `'${text}' not a valid PQDN or FQDN. Reason: ${reason}`;
  if (trimmed.length > FQDN_SIZE) return because(`'${trimmed}' exceeds the ${FQDN_SIZE} character FQDN limit`);
  const labels = trimmed.split(".");
  for (const label of labels) {
    if (label === "") return because("Encountered an empty component");
    if (label.startsWith("-") || label.endsWith("-"))
      return because(`Name '${label}' must not start or end with a hyphen`);
    if (!LABEL.test(label))
      return because(
        `Name '${label}' must be 1-63 characters long, each of which can only be alphanumeric or a hyphen`,
      );
  }
  const last = labels.at(-1) ?? "";
  if (labels.length > 1 && /^\d+$/.test(last)) return because(`TLD '${last}' must not be all numeric`);
  return undefined;
}

function lowerText(value: unknown): string {
  if (typeof value !== "string") throw new Invalid(`'${show(value)}' is not a valid string`);
  return value.toLowerCase();
}

/** type:dns_host_name: of a port. */
export const dnsHostName: Kind<string> = {
  parse(value) {
    const text = lowerText(value);
    const reason = text === "" ? undefined : formatReason(text);
    if (reason) throw new Invalid(reason);
    return text;
  },
};

/** type:fip_dns_host_name: of a floating IP, below its domain. */
export const relativeDnsName: Kind<string> = {
  parse(value) {
    const text = lowerText(value);
    if (text.endsWith(".")) throw new Invalid(`'${text}' is a FQDN. It should be a relative domain name`);
    return dnsHostName.parse(text);
  },
};

/** type:dns_domain_name: of a network; fully qualified. */
export const dnsDomainName: Kind<string> = {
  parse(value) {
    const text = lowerText(value);
    if (text === "") return text;
    if (!text.endsWith(".")) throw new Invalid(`'${text}' is not a FQDN`);
    const reason = formatReason(text);
    if (reason) throw new Invalid(reason);
    if (text.length > FQDN_SIZE - 2)
      throw new Invalid(
        `'${text}' contains ${text.length} characters. Adding a sub-domain will cause it to exceed the maximum length of a FQDN of '${FQDN_SIZE}'`,
      );
    return text;
  },
};
