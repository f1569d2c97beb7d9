/** Two server processes on one PostgreSQL, as behind a load balancer. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PostgresServer } from "../store/testing/postgres.ts";

const CLIENTS = 20;
const PORTS = 500;

let postgres: PostgresServer;
let data: string;
const children: ChildProcess[] = [];
/** Of the servers. */
let urls: readonly string[];

beforeAll(async () => {
  postgres = await PostgresServer.start();
  data = mkdtempSync(path.join(tmpdir(), "two-servers-"));
  const database = await postgres.createDatabase();
  urls = await Promise.all([serve(database, "one"), serve(database, "other")]);
}, 180_000);
afterAll(async () => {
  for (const child of children) {
    const ended = new Promise((done) => child.once("close", done));
    child.kill("SIGKILL");
    await ended;
  }
  await postgres.stop();
  rmSync(data, { recursive: true, force: true });
});

function serve(database: string, name: string): Promise<string> {
  const script = path.join(import.meta.dirname, "../testing/openstack-server.ts");
  const child = spawn(process.execPath, [script, "0", path.join(data, name)], {
    env: { ...process.env, UNDERLAY_DATABASE_URL: database, UNDERLAY_EMPTY_CLOUD: "1" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  return new Promise((done, fail) => {
    child.once("close", (status) => fail(new Error(`the server ended with ${status}`)));
    createInterface({ input: child.stdout }).once("line", done);
  });
}

async function login(url: string): Promise<string> {
  const domain = { id: "default" };
  const identity = { methods: ["password"], password: { user: { name: "admin", password: "underlay", domain } } };
  const answer = await fetch(`${url}/identity/v3/auth/tokens`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ auth: { identity, scope: { project: { name: "admin", domain } } } }),
  });
  return answer.headers.get("x-subject-token") ?? "";
}

interface Port {
  readonly id: string;
  readonly mac_address: string;
  readonly fixed_ips: readonly { readonly ip_address: string }[];
}

test("500 ports that 20 clients ask two servers for at once have 500 addresses, and both servers list them", async () => {
  const [one = "", other = ""] = urls;
  const token = await login(one); // Good for both.
  const call = async <T>(url: string, method: string, where: string, body?: unknown): Promise<T> => {
    const answer = await fetch(`${url}/networking/v2.0/${where}`, {
      method,
      headers: { "x-auth-token": token, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T; // What the test asked for.
  };
  const made = await call<{ network: { id: string; project_id: string } }>(one, "POST", "networks", {
    network: { name: "crowded" },
  });
  const { id: network_id, project_id } = made.network;
  await call(other, "PUT", `quotas/${project_id}`, { quota: { port: -1 } });
  const subnet = { network_id, ip_version: 4, cidr: "10.88.0.0/22", enable_dhcp: false };
  await call(other, "POST", "subnets", { subnet });

  const ports: Port[] = [];
  let left = PORTS;
  const client = async (_: unknown, n: number) => {
    const url = n % 2 === 0 ? one : other;
    while (left-- > 0) ports.push((await call<{ port: Port }>(url, "POST", "ports", { port: { network_id } })).port);
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));

  const different = (of: (port: Port) => string) => new Set(ports.map(of)).size;
  const address = (port: Port) => port.fixed_ips.map((ip) => ip.ip_address).join();
  expect([different((port) => port.id), different((port) => port.mac_address)]).toEqual([PORTS, PORTS]);
  expect(different(address)).toBe(PORTS);
  for (const url of urls) {
    const listed = await call<{ ports: Port[] }>(url, "GET", `ports?network_id=${network_id}`);
    expect(new Set(listed.ports.map((port) => `${port.id} ${address(port)}`))).toEqual(
      new Set(ports.map((port) => `${port.id} ${address(port)}`)),
    );
  }
});
