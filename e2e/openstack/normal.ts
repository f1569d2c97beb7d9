/**
 * What differs between two clouds that behave alike: identifiers, times, and addresses that a cloud chose itself. Recordings hold a
 * placeholder in their place, and a placeholder matches anything of its kind. An address or id that the script itself names is no
 * choice of the cloud's: it stays.
 */
const KINDS: readonly { readonly name: string; readonly like: string }[] = [
  { name: "long", like: "x{60,}" },
  { name: "url", like: String.raw`https?://[^\s"',|)<>]+` },
  { name: "request", like: "req-[0-9a-f-]{36}" },
  { name: "uuid", like: "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}" },
  { name: "hex", like: String.raw`\b[0-9a-f]{32}\b` },
  { name: "mac", like: String.raw`\b[0-9a-f]{2}(?::[0-9a-f]{2}){5}\b` },
  { name: "time", like: String.raw`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:?00)?` },
  { name: "ip", like: String.raw`\b(?:\d{1,3}\.){3}\d{1,3}\b` },
  { name: "ip6", like: String.raw`\b(?:2001:db8:|fe80:)[0-9a-f:]*[0-9a-f]\b` },
];

/** The first and last addresses of a network are chosen by rule, not at random: its gateway, DHCP server and the ends of its pool. In
 * external networks any address may be a router's or a floating one. */
const BY_RULE = /^(?!172\.24\.4\.|203\.0\.113\.).*(?:\.(?:0|1|2|254|255)|::[0-9a-f]?|ffff:fff[ef])$/;

/** @returns what of a script's own text may stand in answers as it is */
export function givenIn(script: string): ReadonlySet<string> {
  return new Set(KINDS.flatMap(({ like }) => script.match(new RegExp(like, "g")) ?? []));
}

/** @returns the text with placeholders: `<uuid>`, `<mac>`, … */
export function normalise(text: string, given: ReadonlySet<string>): string {
  return KINDS.reduce(
    (result, { name, like }) =>
      result.replaceAll(new RegExp(like, "g"), (found) =>
        given.has(found) || BY_RULE.test(found) ? found : `<${name}>`,
      ),
    text,
  );
}

/** Segments that nobody asked for are allocated at random. */
const SEGMENT = /(segmentation_id(?:" *[:|] *| +\| +)|standard_attr_id=')(\d+)/g;

/** @param script its segmentation ids stay */
export function normaliseSegments(text: string, script: string): string {
  const asked = new Set(script.match(/(?<=segment(?:ation_id)?[" :=]+)\d+/g));
  return text.replaceAll(SEGMENT, (found, label: string, id: string) =>
    asked.has(id) ? found : `${label}${label.includes('"') ? '"<number>"' : "<number>"}`,
  );
}

const PLACEHOLDER = new RegExp(`<(number|${KINDS.map(({ name }) => name).join("|")})>`);

/** @returns whether a text may stand where a recording has this one */
export function matches(recorded: string, actual: string): boolean {
  if (recorded === actual) return true;
  const parts = recorded.split(PLACEHOLDER);
  if (parts.length === 1) return false;
  const source = parts.map((part, index) => (index % 2 === 0 ? literally(part) : `(?:${likeOf(part)})`)).join("");
  return new RegExp(`^${source}$`, "s").test(actual);
}

function likeOf(name: string): string {
  return KINDS.find((kind) => kind.name === name)?.like ?? String.raw`\d+`;
}

function literally(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}
