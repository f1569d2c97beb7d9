/** `api/` of a bundle: raw answers of Neutron, Nova and Keystone. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { z } from "zod";
import type { CloudApi, Schedules } from "../api/neutron.ts";
import type { Gap } from "../host/state.ts";
import {
  addressGroupSchema,
  agentSchema,
  floatingIpSchema,
  networkSchema,
  portSchema,
  projectSchema,
  routerSchema,
  securityGroupSchema,
  serverSchema,
  subnetSchema,
  trunkSchema,
} from "./api-schema.ts";
import { GapLog } from "./gaps.ts";
import { isObject, message } from "./parse/json.ts";

/** The name that gaps of the API answers carry as host, after the directory they are in. */
export const API = "api";

interface Answer {
  /** File, and the key of the list in it. */
  file: string;
  key: string;
  /** What a bundle made by hand may call the file. */
  also?: string[];
}

const ANSWERS: Record<Exclude<keyof CloudApi, "schedules">, Answer> = {
  trunks: { file: "trunks.json", key: "trunks" },
  addressGroups: { file: "address-groups.json", key: "address_groups", also: ["address_groups.json"] },
  networks: { file: "networks.json", key: "networks" },
  subnets: { file: "subnets.json", key: "subnets" },
  ports: { file: "ports.json", key: "ports" },
  routers: { file: "routers.json", key: "routers" },
  floatingIps: { file: "floatingips.json", key: "floatingips" },
  securityGroups: { file: "security-groups.json", key: "security_groups", also: ["security_groups.json"] },
  agents: { file: "agents.json", key: "agents" },
  servers: { file: "nova-servers-detail.json", key: "servers", also: ["servers-detail.json", "servers.json"] },
  projects: { file: "keystone-projects.json", key: "projects", also: ["projects.json"] },
};

/** Never throws: an answer that is missing or damaged is an empty list and a gap; a broken object is a gap, and the others stay. */
export async function readApi(dir: string): Promise<{ api: CloudApi; gaps: Gap[] }> {
  const log = new GapLog(API);
  let present: Set<string>;
  try {
    present = new Set(await readdir(dir));
  } catch {
    log.add("", "the bundle has no API answers: networks, ports and names are unknown");
    return { api: empty(), gaps: log.gaps };
  }
  const read = async <T>(name: keyof typeof ANSWERS, schema: z.ZodType<T>): Promise<T[]> => {
    const { file: usual, key, also } = ANSWERS[name];
    const file = present.has(usual) ? usual : (also?.find((other) => present.has(other)) ?? usual);
    if (!present.has(file)) {
      log.add(file, "not in the bundle");
      return [];
    }
    try {
      return parseAnswer(await readFile(join(dir, file), "utf8"), key, schema, log, file);
    } catch (error) {
      log.add(file, `cannot be read: ${message(error)}`);
      return [];
    }
  };
  const api: CloudApi = {
    networks: await read("networks", networkSchema),
    subnets: await read("subnets", subnetSchema),
    ports: await read("ports", portSchema),
    routers: await read("routers", routerSchema),
    floatingIps: await read("floatingIps", floatingIpSchema),
    securityGroups: await read("securityGroups", securityGroupSchema),
    agents: await read("agents", agentSchema),
    servers: await read("servers", serverSchema),
    projects: await read("projects", projectSchema),
  };
  // Releases before Wallaby have none.
  if ([ANSWERS.addressGroups.file, ...(ANSWERS.addressGroups.also ?? [])].some((file) => present.has(file)))
    api.addressGroups = await read("addressGroups", addressGroupSchema);
  if (present.has(ANSWERS.trunks.file)) api.trunks = await read("trunks", trunkSchema);
  const schedules = await readSchedules(dir, present);
  if (schedules) api.schedules = schedules;
  return { api, gaps: log.gaps };
}

/**
 * `network-ID-dhcp-agents.json` and `router-ID-l3-agents.json`. undefined: nothing is known, because the bundle has none, or one cannot
 * be read. That is no gap: a cloud may have no such schedulers, and only the check asks for them.
 */
async function readSchedules(dir: string, present: ReadonlySet<string>): Promise<Schedules | undefined> {
  const log = new GapLog(API);
  const found = [...present].flatMap((file) => {
    const [, type, id] = /^(network|router)-(.+)-(?:dhcp|l3)-agents\.json$/.exec(file) ?? [];
    return id === undefined ? [] : [{ file, type, id }];
  });
  if (found.length === 0) return undefined;
  const schedules: Schedules = { networks: [], routers: [] };
  for (const { file, type, id } of found) {
    const text = await readFile(join(dir, file), "utf8").catch(() => "");
    for (const { id: agent } of parseAnswer(text, "agents", agentSchema, log, file))
      if (type === "network") schedules.networks.push({ network: id, agent });
      else schedules.routers.push({ router: id, agent });
  }
  return log.gaps.length > 0 ? undefined : schedules;
}

function empty(): CloudApi {
  return {
    networks: [],
    subnets: [],
    ports: [],
    routers: [],
    floatingIps: [],
    securityGroups: [],
    agents: [],
    servers: [],
    projects: [],
  };
}

/** The list under a key of the answer; exported for tests. */
export function parseAnswer<T>(text: string, key: string, schema: z.ZodType<T>, log: GapLog, file: string): T[] {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch (error) {
    log.add(file, `not valid JSON: ${message(error)}`, undefined, text.slice(0, 200));
    return [];
  }
  if (isObject(answer) && answer.error !== undefined) {
    log.add(file, "the API answered with an error", undefined, String(answer.error));
    return [];
  }
  const list = isObject(answer) ? answer[key] : undefined;
  if (!Array.isArray(list)) {
    log.add(file, `no list "${key}" in the answer`, undefined, text.slice(0, 200));
    return [];
  }
  const out: T[] = [];
  const seen = new Set<string>();
  for (const object of list) {
    const result = schema.safeParse(object);
    const id = isObject(object) && typeof object.id === "string" ? object.id : undefined;
    if (!result.success) {
      const issue = result.error.issues[0];
      log.add(
        file,
        `object ${id ?? "without id"}: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? "invalid"}`,
        undefined,
        JSON.stringify(object),
      );
    } else if (id !== undefined && seen.has(id)) log.add(file, `object ${id} is listed twice; the first one counts`);
    else {
      if (id !== undefined) seen.add(id);
      out.push(result.data);
    }
  }
  return out;
}
