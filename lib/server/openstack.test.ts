/** The services behind HTTP as clients misuse it. */
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { request as send } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type OpenstackServer, openstackServer } from "../testing/openstack-server.ts";

let dir: string;
let server: OpenstackServer;
let token: string;

beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), "door-"));
  server = await openstackServer(dir);
  token = (await login()).headers.get("x-subject-token") ?? "";
});
afterAll(async () => {
  await server.close();
  rmSync(dir, { recursive: true });
});

function login(password = "underlay", name = "admin"): Promise<Response> {
  const domain = { id: "default" };
  const identity = { methods: ["password"], password: { user: { name, password, domain } } };
  const auth = { identity, scope: { project: { name, domain } } };
  return fetch(`${server.url}/identity/v3/auth/tokens`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ auth }),
  });
}

interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
}

/** fetch refuses some of what is tried here. */
function call(method: string, where: string, headers: Record<string, string> = { "x-auth-token": token }) {
  return new Promise<Answer>((done, fail) => {
    const { hostname, port } = new URL(server.url);
    const sent = send({ method, hostname, port, path: where, headers }, async (answer) => {
      let text = "";
      for await (const chunk of answer) text += chunk;
      done({ status: answer.statusCode ?? 0, headers: answer.headers, text });
    });
    sent.on("error", fail).end();
  });
}

test.each([
  "/networking/v2.0/networks/%ff",
  "/networking/v2.0/networks/%",
  "/compute/v2.1/servers/%zz",
  "/image/v2/images/%ff",
  "/identity/v3/users/%ff",
])("%s is no UTF-8 under its percent signs, and names nothing that is there", async (where) => {
  expect((await call("GET", where)).status).toBe(404);
});

test.each([
  ["TRACE", "/networking/v2.0/networks"],
  ["PROPFIND", "/networking/v2.0/networks/x"],
  ["OPTIONS", "/compute/v2.1/servers"],
  ["TRACE", "/identity/v3/users"],
])("%s %s is a method that the service does not have", async (method, where) => {
  const answer = await call(method, where);
  expect([answer.status, Object.keys(JSON.parse(answer.text))]).toEqual([405, [expect.any(String)]]);
});

test("an absolute address is the same as its path", async () => {
  expect((await call("GET", `${server.url}/networking/v2.0/networks?name=x`)).text).toBe('{"networks":[]}');
});

test("what only begins like a service is none", async () => {
  expect((await call("GET", "/networking2/v2.0/networks")).status).toBe(404);
  expect(JSON.parse((await call("GET", "/networking")).text)).toHaveProperty("versions");
});

test("HEAD says what GET would, without the body", async () => {
  const [head, get] = [await call("HEAD", "/compute/v2.1/flavors"), await call("GET", "/compute/v2.1/flavors")];
  expect(head.text).toBe("");
  for (const name of ["content-type", "content-length", "cache-control"])
    expect([name, head.headers[name]]).toEqual([name, get.headers[name]]);
});

test("a body past the limit is refused by each service in its own shape, whether its length is said or not", async () => {
  const body = JSON.stringify({ network: { name: "x".repeat(5 * 2 ** 20) } });
  const post = (where: string, whole: BodyInit) =>
    fetch(`${server.url}${where}`, { method: "POST", headers: { "x-auth-token": token }, body: whole, ...HALF });
  const parts = () => new Blob([body]).stream();
  for (const whole of [body, parts()]) {
    const answer = await post("/networking/v2.0/networks", whole);
    expect([answer.status, (await answer.json()).NeutronError.type]).toEqual([413, "HTTPRequestEntityTooLarge"]);
  }
  for (const whole of [body, parts()]) {
    const answer = await post("/compute/v2.1/servers", whole);
    expect([answer.status, (await answer.json()).overLimit.code]).toEqual([413, 413]);
  }
  const answer = await post("/identity/v3/projects", body);
  expect([answer.status, (await answer.json()).error.code]).toEqual([413, 413]);
});
/** fetch wants to be told, where a body is a stream. */
const HALF = { duplex: "half" } as RequestInit;

test.each(["networking/v2.0/networks", "compute/v2.1/servers", "image/v2/images", "identity/v3/projects"])(
  "a body for %s that is nested deeper than any stack is refused",
  async (where) => {
    const body = `${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`;
    const answer = await fetch(`${server.url}/${where}`, { method: "POST", headers: { "x-auth-token": token }, body });
    expect(answer.status).toBe(400);
  },
);

test("the data of an image may be of any size: it is counted, and hashed as it comes", async () => {
  const headers = { "x-auth-token": token };
  const made = await fetch(`${server.url}/image/v2/images`, { method: "POST", headers, body: '{"name":"large"}' });
  const where = `${server.url}/image/v2/images/${(await made.json()).id}`;
  const body = Buffer.alloc(70 * 2 ** 20, "x");
  expect((await fetch(`${where}/file`, { method: "PUT", headers, body })).status).toBe(204);
  const checksum = createHash("md5").update(body).digest("hex");
  const image = await (await fetch(where, { headers })).json();
  expect(image).toMatchObject({ status: "active", size: body.byteLength, checksum });
  expect((await fetch(`${where}/file`, { method: "PUT", headers, body: "again" })).status).toBe(409);
});

test("a client that leaves before it has sent its body changes nothing, and others are served", async () => {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  const lines = ["POST /networking/v2.0/networks HTTP/1.1", "Host: localhost", `X-Auth-Token: ${token}`];
  socket.write(`${[...lines, "Content-Length: 100"].join("\r\n")}\r\n\r\n{"network": {"name": "half"`);
  await new Promise<void>((sent) => socket.end(sent));
  expect(JSON.parse((await call("GET", "/networking/v2.0/networks")).text).networks).toEqual([]);
});

test("the session's cookie is a token for our own pages alone", async () => {
  const cookie = `underlay-session=${token}`;
  expect((await call("GET", "/networking/v2.0/networks", { cookie })).status).toBe(401);
  const page = { cookie, "x-underlay-request": "1" };
  expect((await call("GET", "/networking/v2.0/networks", page)).status).toBe(200);
  expect((await call("GET", "/networking/v2.0/networks", { ...page, "x-auth-token": "another" })).status).toBe(401);
});

test("failed logins are counted by the connection's address, whatever headers name", async () => {
  const { hostname, port } = new URL(server.url);
  const password = { user: { name: "demo", password: "a guess", domain: { id: "default" } } };
  const body = JSON.stringify({ auth: { identity: { methods: ["password"], password } } });
  const guess = (localAddress: string, forwarded: string) =>
    new Promise<number | undefined>((done, fail) => {
      const headers = { "x-forwarded-for": forwarded, forwarded: `for=${forwarded}`, "x-real-ip": forwarded };
      const where = { method: "POST", hostname, port, path: "/identity/v3/auth/tokens", localAddress, headers };
      send(where, (answer) => done(answer.resume().statusCode))
        .on("error", fail)
        .end(body);
    });
  for (let n = 0; n < 10; n++) expect(await guess("127.0.0.1", `192.0.2.${n}`)).toBe(401);
  expect(await guess("127.0.0.1", "192.0.2.99")).toBe(429);
  expect(await guess("127.0.0.2", "192.0.2.1")).toBe(401);
});

test("another site's name for this address is refused", async () => {
  const headers = { "x-auth-token": token, host: "rebound.example" };
  const answer = await call("GET", "/networking/v2.0/networks", headers);
  expect([answer.status, JSON.parse(answer.text).error.title]).toEqual([403, "Forbidden"]);
});

test("links begin with the address that the client used", async () => {
  const answer = await call("GET", "/networking", { host: "localhost:1234" });
  expect(JSON.parse(answer.text).versions[0].links[0].href).toMatch(/^http:\/\/localhost:1234\/networking\//);
});
