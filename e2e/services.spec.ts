/** The OpenStack services behind the web server: what it would answer itself, were it let. */
import { get } from "node:http";
import { type APIRequestContext, expect, test } from "@playwright/test";

async function login(request: APIRequestContext): Promise<string> {
  const domain = { id: "default" };
  const identity = { methods: ["password"], password: { user: { name: "admin", password: "underlay", domain } } };
  const scope = { project: { name: "admin", domain } };
  const answer = await request.post("/identity/v3/auth/tokens", { data: { auth: { identity, scope } } });
  return answer.headers()["x-subject-token"] ?? "";
}

test("an address that is no UTF-8 under its percent signs names nothing that is there", async ({ request }) => {
  const headers = { "x-auth-token": await login(request) };
  for (const address of [
    "/networking/v2.0/networks/%ff",
    "/networking/v2.0/networks/%",
    "/compute/v2.1/servers/%zz",
    "/image/v2/images/%ff",
    "/identity/v3/users/%ff",
    "/api/clouds/%zz/topology",
  ])
    expect([address, (await request.get(address, { headers })).status()]).toEqual([address, 404]);
});

test("a body past the limit is refused by each service in its own shape", async ({ request }) => {
  const headers = { "x-auth-token": await login(request) };
  const data = { network: { name: "x".repeat(5 * 2 ** 20) } };
  const answer = await request.post("/networking/v2.0/networks", { headers, data });
  expect([answer.status(), (await answer.json()).NeutronError.type]).toEqual([413, "HTTPRequestEntityTooLarge"]);
  const servers = await request.post("/compute/v2.1/servers", { headers, data });
  expect([servers.status(), (await servers.json()).overLimit.code]).toEqual([413, 413]);
});

test("pages call the services with the session, and nothing else does so by its cookie alone", async ({ page }) => {
  await page.goto("/clouds");
  const ask = (headers: Record<string, string>) =>
    page.evaluate(async (sent) => (await fetch("/networking/v2.0/networks", { headers: sent })).status, headers);
  expect([await ask({ "X-Underlay-Request": "1" }), await ask({})]).toEqual([200, 401]);
});

test("an offer to speak another protocol is passed over", async ({ baseURL }) => {
  const { hostname, port } = new URL(String(baseURL));
  const headers = {
    connection: "Upgrade, HTTP2-Settings",
    upgrade: "h2c",
    "http2-settings": "AAMAAABkAAQCAAAAAAIAAAAA",
  };
  const answered = await new Promise((done, fail) => {
    get({ hostname, port, path: "/networking", headers }, (answer) => done(answer.resume().statusCode)).on(
      "error",
      fail,
    );
  });
  expect(answered).toBe(200);
});
