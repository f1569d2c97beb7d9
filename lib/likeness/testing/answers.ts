/** What the services answer an administrator, against what the real ones answered. */
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import type { EmbeddedCloud } from "../../embedded.ts";
import { isChance } from "../differences.ts";
import { Client, type Json } from "./client.ts";
import type { Renaming } from "./rename.ts";

const SERVERS = { file: "nova-servers-detail", key: "servers", path: "compute/v2.1/servers/detail?all_tenants=1" };
const LISTS = [
  ...["networks", "subnets", "ports", "routers", "floatingips", "agents", "security-groups"].map((file) => ({
    file,
    key: file.replaceAll("-", "_"),
    path: `networking/v2.0/${file}`,
  })),
  SERVERS,
];

/** Attribute by attribute: `ports cirros-vm1 status: DOWN, really ACTIVE`. */
export async function differingAnswers(cloud: EmbeddedCloud, recorded: string, renamed: Renaming): Promise<string[]> {
  const client = await Client.login(cloud, "admin");
  const out: string[] = [];
  for (const { file, key, path } of LISTS) {
    const url = new URL(`../../demo/${recorded}/api/${file}.json`, import.meta.url);
    const real: Json[] = renamed.data(JSON.parse(readFileSync(url, "utf8")))[key];
    const [service = "", ...rest] = path.split("/");
    const ours: Json[] = (await client.call(service as "networking", "GET", rest.join("/")))[key]; // Of the list above.
    for (const one of ours) out.push(...differing(key, one, real.find((other) => other.id === one.id) ?? {}));
  }
  return out;
}

function differing(kind: string, is: Json, really: Json): string[] {
  const [one, other] = [flat(is), flat(really)];
  const name = is.name || `${is.device_owner ?? is.agent_type} ${is["binding:host_id"] ?? is.host}`;
  return [...new Set([...Object.keys(one), ...Object.keys(other)])]
    .filter((key) => !isChance(kind, key) && !isDeepStrictEqual(one[key], other[key]))
    .map((key) => `${kind} ${name} ${key}: ${JSON.stringify(one[key])}, really ${JSON.stringify(other[key])}`);
}

/** With an agent's configurations beside its attributes, and a group's rules as a set of what they say. */
function flat(one: Json): Record<string, unknown> {
  const { configurations, security_group_rules: rules, ...rest } = one;
  const texts = rules?.map((rule: Json) => JSON.stringify(sorted(rule)));
  return { ...rest, ...configurations, ...(texts && { rules: texts.sort() }) };
}

function sorted(rule: Json): Json {
  const kept = Object.entries(rule).filter(([key]) => !isChance("security_group_rules", key));
  return Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1)));
}
