import { type Cloud, login } from "./cloud.ts";
import type { Result } from "./report.ts";

const CLIENTS = 20;
const PORTS = 500;

/** Twenty clients create 500 ports in a /22 at the same time: each gets an address, and no two the same. */
export async function runConcurrency(cloud: Cloud): Promise<Result[]> {
  const session = await login(cloud, { user: "admin", password: cloud.adminPassword, project: "admin" });
  const base = `${session.endpoints.get("network")}/v2.0`;
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await fetch(`${base}/${path}`, {
      method,
      headers: { "X-Auth-Token": session.token, "Content-Type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${answer.status} ${text}`);
    return (text === "" ? undefined : JSON.parse(text)) as T;
  };
  await call("PUT", `quotas/${session.projectId}`, { quota: { port: -1 } });
  const { network } = await call<{ network: { id: string } }>("POST", "networks", { network: { name: "crowded" } });
  const subnet = { network_id: network.id, ip_version: 4, cidr: "10.88.0.0/22", enable_dhcp: false };
  await call("POST", "subnets", { subnet });
  const addresses: string[] = [];
  const errors: string[] = [];
  let left = PORTS;
  const client = async () => {
    while (left-- > 0) {
      try {
        const { port } = await call<{ port: { fixed_ips: { ip_address: string }[] } }>("POST", "ports", {
          port: { network_id: network.id },
        });
        addresses.push(...port.fixed_ips.map(({ ip_address }) => ip_address));
      } catch (error) {
        errors.push(String(error));
      }
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  const { ports } = await call<{ ports: unknown[] }>("GET", `ports?network_id=${network.id}&fields=id`);
  const part = "Concurrency";
  const different = new Set(addresses).size;
  return [
    { name: "500 ports at once are all created", part, reasons: errors.slice(0, 3) },
    {
      name: "500 ports at once have 500 different addresses",
      part,
      reasons: different === PORTS ? [] : [`${different} different addresses`],
    },
    {
      name: "500 ports that were created at once are all listed",
      part,
      reasons: ports.length === PORTS ? [] : [`${ports.length} ports are listed`],
    },
  ];
}
