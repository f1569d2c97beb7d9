/** Logging in and out, and what a tenant is shown: read on the wire, in a cloud where others have their objects, too. */
import { readFileSync } from "node:fs";
import { type APIRequestContext, expect, type Page, test } from "@playwright/test";
import type { Topology, TraceEnd } from "../lib/api/http.ts";
import { expectAccessible, expectAccessibleInBothThemes } from "./support/axe.ts";
import { logIn, NOBODY } from "./support/login.ts";
import { visit } from "./support/visit.ts";

const user = (page: Page) => page.getByRole("textbox", { name: "User", exact: true });
const password = (page: Page) => page.getByRole("textbox", { name: "Password", exact: true });
const enter = (page: Page) => page.getByRole("button", { name: "Log in", exact: true });

async function fill(page: Page, name: string, secret: string): Promise<void> {
  await expect(enter(page)).toBeEnabled();
  await user(page).fill(name);
  await password(page).fill(secret);
  await password(page).press("Enter");
}

test.describe("logging in", () => {
  test.use({ storageState: NOBODY });

  test("a page leads to the log-in, and from there back to the very view", async ({ page }) => {
    await page.goto("/clouds/embedded/networks?q=vxlan");
    await expect(page).toHaveURL(`/login?next=${encodeURIComponent("/clouds/embedded/networks?q=vxlan")}`);
    await expect(user(page)).toBeFocused();
    await fill(page, "demo", "underlay");
    await expect(page).toHaveURL("/clouds/embedded/networks?q=vxlan");
    await expect(page.getByRole("heading", { name: "Networks" })).toBeVisible();
  });

  test("nobody is led to another site", async ({ page }) => {
    for (const next of ["//evil.example", "/\\evil.example", "https://evil.example/"]) {
      await page.context().clearCookies();
      await page.goto(`/login?next=${encodeURIComponent(next)}`);
      await fill(page, "demo", "underlay");
      await expect(page).toHaveURL("/clouds/embedded/topology");
    }
  });

  test("a wrong password is said beside its field, in Keystone’s words", async ({ page }) => {
    await page.goto("/login");
    await fill(page, "demo", "wrong");
    await expect(page.getByText("The request you have made requires authentication.")).toBeVisible();
    await expect(password(page)).toHaveAttribute("aria-invalid", "true");
    await expect(password(page)).toBeFocused();
    await expectAccessible(page);
    await fill(page, "demo", "underlay");
    await expect(page).toHaveURL("/clouds/embedded/topology");
  });

  test("default passwords are told, and offered; of several projects one is chosen", async ({ page }) => {
    await page.goto("/login");
    const offers = page.getByRole("region", { name: "Default passwords" });
    await expect(offers).toContainText("admin and demo have the password underlay");
    await offers.getByRole("button", { name: "Log in as admin" }).click();
    await expect(page.getByRole("heading", { name: "Choose a project" })).toBeVisible();
    await expect(page.getByRole("button", { name: "admin", exact: true })).toBeFocused();
    await expectAccessible(page);
    // A choice that was left open is still open: nothing else is shown yet.
    await page.goto("/clouds");
    await expect(page.getByRole("heading", { name: "Choose a project" })).toBeVisible();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL("/clouds");
    await expect(page.getByRole("button", { name: "Project demo, user admin" })).toBeVisible();
  });

  test("too many wrong passwords close the door for a while", async ({ page, request }) => {
    for (let n = 0; n < 10; n++)
      await request.post("/api/session", { data: { user: "nobody", password: `wrong ${n}` } });
    await page.goto("/login");
    await fill(page, "nobody", "once more");
    await expect(page.getByText(/^Too many failed attempts to log in/)).toBeVisible();
    // Others are not kept out by it.
    await fill(page, "demo", "underlay");
    await expect(page).toHaveURL("/clouds/embedded/topology");
  });

  test("routes answer 401, but health needs nobody", async ({ request }) => {
    for (const address of ["/api/clouds", "/api/clouds/embedded/topology", "/api/events", "/api/session"]) {
      const answer = await request.get(address);
      expect([address, answer.status(), (await answer.json()).error.code]).toEqual([address, 401, "unauthorized"]);
    }
    expect(await (await request.get("/api/health")).json()).toEqual({ status: "ok" });
  });

  for (const width of [1440, 390])
    test(`axe finds nothing on the log-in, ${width} px`, async ({ page }) => {
      await page.setViewportSize({ width, height: 844 });
      await page.goto("/login");
      await expect(enter(page)).toBeEnabled();
      await expectAccessibleInBothThemes(page);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    });
});

test.describe("a session", () => {
  test.use({ storageState: NOBODY });

  test("moves to another project, in all tabs, and ends", async ({ page, context }) => {
    await logIn(page.request, { user: "admin" });
    await visit(page, "/clouds/embedded/topology");
    const other = await context.newPage();
    await visit(other, "/clouds/embedded/instances");
    await page.getByRole("button", { name: "Project admin, user admin" }).click();
    await expectAccessible(page);
    await page.getByRole("menuitem", { name: "demo" }).click();
    await expect(page.getByRole("button", { name: "Project demo, user admin" })).toBeVisible();
    await expect(other.getByRole("button", { name: "Project demo, user admin" })).toBeVisible();

    await page.getByRole("button", { name: "Project demo, user admin" }).click();
    await page.getByRole("menuitem", { name: "Log out" }).click();
    await expect(page).toHaveURL("/login");
    await expect(other).toHaveURL(/\/login\?next=/);
    expect((await page.request.get("/api/clouds")).status()).toBe(401);
  });

  test("that ends while a page is open leads to the log-in and back to what was shown", async ({ page }) => {
    await logIn(page.request, { user: "admin" });
    await visit(page, "/clouds/embedded/topology?view=table");
    await page.request.delete("/api/session");
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Find" }).fill("cirros");
    await expect(page).toHaveURL(/\/login\?next=/);
    await fill(page, "demo", "underlay");
    await expect(page).toHaveURL("/clouds/embedded/topology?view=table");
  });
});

test.describe("a tenant", () => {
  test.use({ storageState: NOBODY });

  test("finds no hosts, no other clouds, and nothing of administrators", async ({ page }) => {
    await logIn(page.request, { user: "demo" });
    await visit(page, "/");
    await expect(page).toHaveURL("/clouds/embedded/topology");
    const rail = page.getByRole("navigation", { name: "Main" });
    await expect(rail.getByRole("link", { name: "Topology" })).toBeVisible();
    for (const name of ["Hosts", "Check", "Agents", "Faults"])
      await expect(rail.getByRole("link", { name, exact: true })).toHaveCount(0);
    await expect(page.getByRole("button", { name: /^Cloud: / })).toHaveCount(0);
    for (const address of [
      "/clouds",
      "/clouds/legacy/topology",
      "/clouds/embedded/hosts",
      "/clouds/embedded/hosts/compute1",
    ])
      expect([address, (await page.goto(address))?.status()]).toEqual([address, 404]);
    for (const address of [
      "legacy/topology",
      "embedded/hosts",
      "embedded/hosts/compute1",
      "embedded/check",
      "embedded/faults",
    ])
      expect([address, (await page.request.get(`/api/clouds/${address}`)).status()]).toEqual([address, 404]);
    const clouds: { id: string }[] = await (await page.request.get("/api/clouds")).json();
    expect(clouds.map((one) => one.id)).toEqual(["embedded"]);
  });

  test("traces his own, and sees the provider’s part as one segment", async ({ page }) => {
    await logIn(page.request, { user: "demo" });
    await visit(page, "/clouds/embedded/topology");
    await page.keyboard.press("t");
    const bar = page.getByRole("region", { name: "Ends of a trace" });
    await expect(bar).toContainText("click where the ping starts");
    await page.getByRole("button", { name: /^Router router10_11 / }).click();
    await expect(bar).toContainText("not shown to a project");
    await page.getByRole("button", { name: "Instance cirros-vm1 " }).click();
    await expect(bar).toContainText("Trace from cirros-vm1");
    await page.getByRole("button", { name: "Instance cirros-vm3 " }).click();
    await expect(page.getByRole("region", { name: "Verdict" })).toContainText("cirros-vm1 reached cirros-vm3");
    const hops = page.getByRole("region", { name: "Hops of the Request" });
    await expect(hops).toContainText("Provider network");
    await expect(hops).toContainText("Router router10_11");
    await expectAccessible(page);
    await page.emulateMedia({ colorScheme: "dark" });
    await expectAccessible(page);
    await visit(page, "/clouds/embedded/trace?from=cirros-vm1&to=cirros-vm5");
    await expect(page.getByRole("region", { name: "Verdict" })).toContainText(
      "No rule of security group noicmp allows",
    );
  });

  test("is told nothing of hosts, devices and other projects, in answers, pages and captures", async ({
    page,
    playwright,
    baseURL,
  }) => {
    const admin = await playwright.request.newContext({ baseURL: String(baseURL) });
    await logIn(admin, { user: "admin" });
    await logIn(page.request, { user: "demo" });
    const mine: Topology = await (await page.request.get("/api/clouds/embedded/topology")).json();
    const secrets = await secretsOf(admin, mine);
    expect(secrets).toEqual(expect.arrayContaining(["compute1", "br-int", "rival-vm", "rival-net"]));

    const ends: TraceEnd[] = await (await page.request.get("/api/clouds/embedded/ends")).json();
    const trace = (to: string) => new URLSearchParams({ from: "cirros-vm1", to, proto: "icmp" });
    const addresses = [
      "/api/session",
      "/api/clouds",
      ...["", "/topology", "/ends", "/search?q=rival", "/search?q=compute", "/search?q=172"].map(
        (part) => `/api/clouds/embedded${part}`,
      ),
      ...[
        "topology",
        "topology?view=table",
        "instances",
        "networks",
        "routers",
        "security-groups",
        "floating-ips",
        "trace",
      ].map((part) => `/clouds/embedded/${part}`),
      ...[...ends.map((one) => one.value), "8.8.8.8"].flatMap((to) => [
        `/api/clouds/embedded/trace?${trace(to)}`,
        `/api/clouds/embedded/trace.pcapng?${trace(to)}`,
      ]),
      "/api/clouds/embedded/trace?from=rival-vm&to=cirros-vm1",
      ...["cirros-vm5", "dvr-vm1", "8.8.8.8"].map((to) => `/api/clouds/embedded/whatif?${trace(to)}`),
      "/clouds/embedded/hosts/compute1",
    ];
    for (const address of addresses) {
      const answer = await page.request.get(address);
      expect([address, answer.status() < 500]).toEqual([address, true]);
      const text = (await answer.body()).toString("latin1");
      // What was asked for may be said again.
      const untold = secrets.filter((one) => !address.includes(one));
      expect([address, leaks(text, untold)]).toEqual([address, []]);
    }

    // What is drawn may be more than what was told: a PNG is painted from the same file as the SVG.
    const files = [
      ["topology", "As SVG"],
      ["trace?from=cirros-vm1&to=cirros-vm3", "Picture as SVG"],
      ["trace?from=cirros-vm1&to=cirros-vm3", "Events as JSON lines"],
    ] as const;
    for (const [address, item] of files) {
      await visit(page, `/clouds/embedded/${address}`);
      await page.getByRole("button", { name: "Export" }).click();
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("menuitem", { name: item }).click(),
      ]);
      const text = readFileSync(await download.path(), "utf8").replaceAll(/data:[^)]*/g, "");
      expect(text).toContain("cirros-vm1");
      expect([item, leaks(`${download.suggestedFilename()} ${text}`, secrets)]).toEqual([item, []]);
    }
    await admin.dispose();
  });
});

/** What another project has made, and what hosts are called and have, as an administrator is told it; without what the tenant sees. */
async function secretsOf(admin: APIRequestContext, mine: Topology): Promise<string[]> {
  const headers = { "x-underlay-request": "1" };
  const post = async (where: string, data: object) => {
    const answer = await admin.post(where, { headers, data });
    expect(answer.ok(), await answer.text()).toBe(true);
    return answer.json();
  };
  const { network } = await post("/networking/v2.0/networks", { network: { name: "rival-net" } });
  const { subnet } = await post("/networking/v2.0/subnets", {
    subnet: { name: "rival-subnet", network_id: network.id, cidr: "10.66.7.0/24", ip_version: 4 },
  });
  const { port } = await post("/networking/v2.0/ports", { port: { name: "rival-vm", network_id: network.id } });
  const found = ["rival-vm", "rival-net", "rival-subnet", network.id, subnet.id, port.id, port.mac_address];
  const hosts: { name: string }[] = await (await admin.get("/api/clouds/embedded/hosts")).json();
  for (const { name } of hosts) {
    found.push(name);
    const graph = await (await admin.get(`/api/clouds/embedded/hosts/${name}`)).json();
    for (const node of graph.nodes)
      found.push(node.name, ...(/^(?:root$|guest:)/.test(node.netns) ? [] : [node.netns]));
  }
  const whole: Topology = await (await admin.get("/api/clouds/embedded/topology")).json();
  for (const one of whole.otherPorts) found.push(one.id, one.mac, ...one.addresses);
  const own = JSON.stringify(mine);
  const plain = new Set(["eth0", "eth1", "lo", "outside"]); // The last is a word, too.
  return [...new Set(found)].filter((text) => text.length > 3 && !plain.has(text) && !own.includes(text));
}

/** Whole words only: `172.16.10.2` is not in `172.16.10.20`. */
function leaks(text: string, secrets: readonly string[]): string[] {
  return secrets.filter((one) => {
    const escaped = one.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
    return new RegExp(`(?<![\\w.:-])${escaped}(?![\\w:-]|\\.\\d)`).test(text);
  });
}
