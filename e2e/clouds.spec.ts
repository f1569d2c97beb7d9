import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { type APIRequestContext, expect, type Page, test } from "@playwright/test";
import type { CloudSummary } from "../lib/api/http.ts";
import { expectAccessible, expectAccessibleInBothThemes } from "./support/axe.ts";
import { bundle, pack, temporary } from "./support/bundle.ts";
import { logIn } from "./support/login.ts";
import { visit } from "./support/visit.ts";

const openCard = (page: Page) => page.getByRole("region", { name: "Open a bundle" });
const listed = async (request: APIRequestContext): Promise<CloudSummary[]> => (await request.get("/api/clouds")).json();

async function open(page: Page, file: string) {
  await page.getByLabel("Bundle file").setInputFiles(file);
}

// Not with the page's cookies: ports share them, and a test that logs in at a server of its own has only that session.
test.afterEach(async ({ request }) => {
  for (const cloud of await listed(request))
    if (cloud.kind === "bundle") await request.delete(`/api/clouds/${cloud.id}`);
});

test("the first page is the topology of the server’s own cloud, with its first content", async ({ page }) => {
  await visit(page, "/");
  await expect(page).toHaveURL("/clouds/embedded/topology");
  await expect(page.getByRole("heading", { name: "Topology" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Instance cirros-vm1" })).toBeVisible();
});

test("a bundle is opened, shown, listed and removed", async ({ page }) => {
  await visit(page, "/clouds");
  await open(page, bundle("production"));
  await expect(openCard(page).getByRole("heading", { name: "production is open" })).toBeVisible();
  await expect(openCard(page)).toContainText("4 hosts, 4 networks, 7 instances");
  await expectAccessible(page);

  await openCard(page).getByRole("link", { name: "Show its topology" }).click();
  await expect(page.getByRole("button", { name: "Instance cirros-vm1" })).toBeVisible();
  const address = page.url();

  await page.getByRole("link", { name: "Underlay" }).click();
  const mine = page.getByRole("region", { name: "Opened bundles" });
  await expect(mine.getByRole("link", { name: "production" })).toBeVisible();
  await mine.getByRole("button", { name: "Remove production" }).click();
  await expectAccessible(page);
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  // While it is open, the rest of the page counts as hidden.
  await expect(page.getByRole("dialog")).toBeHidden();
  await expect(mine).toBeHidden();

  expect((await page.goto(address))?.status()).toBe(404);
  const nothing = page.getByRole("heading", { name: "There is nothing at this address" });
  await expect(nothing).toBeVisible();
  await expectAccessible(page);
  // Who is logged in keeps the way to everything else around it, and stays in his cloud where that one is there.
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Instances" }).click();
  await expect(page).toHaveURL(/\/clouds\/embedded\/instances$/);
  expect((await page.goto("/clouds/legacy/nowhere"))?.status()).toBe(404);
  await expect(nothing).toBeVisible();
  await expect(page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Hosts" })).toHaveAttribute(
    "href",
    "/clouds/legacy/hosts",
  );
});

test("a cloud that is removed elsewhere is not shown from memory", async ({ page, request }) => {
  await visit(page, "/clouds");
  await open(page, bundle("short-lived"));
  await openCard(page).getByRole("link", { name: "Show its topology" }).click();
  await page.getByRole("link", { name: "Networks" }).click();
  await expect(page.getByRole("table")).toBeVisible();
  const id = new URL(page.url()).pathname.split("/")[2];
  await request.delete(`/api/clouds/${id}`, { headers: { origin: new URL(page.url()).origin } });
  // What coming back to the tab does.
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange", { bubbles: true })));
  await expect(page.getByRole("heading", { name: "This cloud is no longer here" })).toBeVisible();
  await expect(page.getByRole("main").getByRole("link", { name: "All clouds" })).toBeVisible();
});

test("a bundle can be dropped anywhere on the page", async ({ page }) => {
  await visit(page, "/clouds");
  const bytes = readFileSync(bundle("dropped")).toString("base64");
  const data = await page.evaluateHandle((text) => {
    const transfer = new DataTransfer();
    const content = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    transfer.items.add(new File([content], "dropped.tar.gz"));
    return transfer;
  }, bytes);
  await page.getByRole("main").dispatchEvent("dragover", { dataTransfer: data });
  await expect(page.getByText("Drop the bundle to open it")).toBeVisible();
  await page.getByRole("main").dispatchEvent("drop", { dataTransfer: data });
  await expect(openCard(page).getByRole("heading", { name: "dropped is open" })).toBeVisible();
});

test("what is missing in a bundle is reported by host and file, also later", async ({ page }) => {
  const partial = bundle("partial", (dir) => {
    writeFileSync(path.join(dir, "compute1/root/ip-j-d-link.json"), "[{ this was cut");
    rmSync(path.join(dir, "network1/ovs"), { recursive: true });
  });
  await visit(page, "/clouds");
  await open(page, partial);
  await expect(openCard(page).getByRole("heading", { name: "partial is open" })).toBeVisible();
  const host = openCard(page).getByRole("region", { name: "compute1" });
  await host.getByText("compute1/root/ip-j-d-link.json").click();
  await expect(host.getByText("[{ this was cut")).toBeVisible();
  await expectAccessible(page);

  await openCard(page).getByRole("link", { name: "Show its topology" }).click();
  await page.getByRole("button", { name: /gaps$/ }).click();
  await expect(page.getByRole("dialog").getByText("compute1/root/ip-j-d-link.json")).toBeVisible();
});

test("a bundle without API answers still opens, and says what to look at", async ({ page }) => {
  await visit(page, "/clouds");
  await open(
    page,
    bundle("hosts-only", (dir) => rmSync(path.join(dir, "api"), { recursive: true })),
  );
  await openCard(page).getByRole("link", { name: "Show its topology" }).click();
  await expect(page.getByRole("heading", { name: "No topology in this recording" })).toBeVisible();
  await expect(page.getByRole("link", { name: "See its hosts" })).toBeVisible();
  await expectAccessible(page);
});

const BAD: { name: string; make: () => string; says: RegExp }[] = [
  { name: "text", make: () => file("not gzip at all"), says: /not gzip data/ },
  { name: "an empty file", make: () => file(""), says: /empty/ },
  { name: "a cut archive", make: cut, says: /its end is missing|cut/ },
  { name: "no host in it", make: noHost, says: /no host/i },
  { name: "a name that climbs out", make: climbing, says: /\.\./ },
  { name: "a link", make: linking, says: /holds a link/ },
];

for (const { name, make, says } of BAD)
  test(`a bad bundle is refused with its reason: ${name}`, async ({ page }) => {
    await visit(page, "/clouds");
    const before = await listed(page.request);
    await open(page, make());
    const alert = openCard(page).getByRole("alert");
    await expect(alert.getByRole("heading", { name: "was not opened" })).toBeVisible();
    await expect(alert).toContainText(says);
    expect(await listed(page.request)).toEqual(before);
    await expectAccessible(page);
    await alert.getByRole("button", { name: "Dismiss" }).click();
    await expect(page.getByRole("heading", { name: "Open a bundle" })).toBeVisible();
  });

test("the keyboard alone opens a demo cloud and comes back", async ({ page }) => {
  await visit(page, "/clouds");
  const link = page.getByRole("link", { name: "Distributed router" });
  for (let i = 0; i < 12 && !(await link.evaluate((node) => node === document.activeElement)); i++)
    await page.keyboard.press("Tab");
  await expect(link).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL("/clouds/dvr/topology");
  await page.goBack();
  await expect(page.getByRole("heading", { name: "Clouds", exact: true })).toBeVisible();
});

test("another site can neither write here nor reach this server under its own name", async ({ page, baseURL }) => {
  const evil = { origin: "http://evil.example", "sec-fetch-site": "cross-site" };
  expect((await page.request.post("/api/clouds?name=x", { headers: evil, data: "x" })).status()).toBe(403);
  expect((await page.request.delete("/api/clouds/legacy", { headers: evil })).status()).toBe(403);
  for (const address of ["/api/clouds", "/clouds"]) {
    const answer = execFileSync(
      "curl",
      ["-s", "-H", "Host: evil.example", "-w", "%{http_code}", `${baseURL}${address}`],
      { encoding: "utf8" },
    );
    expect(answer).toMatch(/403$/);
  }
});

test("errors of the API have one shape", async ({ page }) => {
  const cases = [
    [await page.request.get("/api/clouds/nope/topology"), 404, "not_found"],
    [await page.request.post("/api/no/such/thing"), 404, "not_found"],
    [await page.request.delete("/api/clouds/legacy"), 409, "read_only"],
    [await page.request.post("/api/clouds", { data: "x" }), 400, "bad_request"],
  ] as const;
  for (const [response, status, code] of cases) {
    expect(response.status()).toBe(status);
    expect(await response.json()).toMatchObject({ error: { code, message: expect.any(String) } });
  }
});

test("axe finds nothing on the list of clouds", async ({ page }) => {
  await visit(page, "/clouds");
  await expect(page.getByRole("link", { name: "Central router" })).toBeVisible();
  await page.getByText("What is a bundle?").click();
  await expectAccessibleInBothThemes(page);
});

test("a restart of the server loses nothing, and a page that is open then goes on", async ({ page }) => {
  const [data, port] = [temporary(), await freePort()];
  const first = await startServer(data, port);
  await logIn(page.request, { user: "admin" }, first.address);
  const opened = await page.request.post(`${first.address}/api/clouds?name=kept`, {
    data: readFileSync(bundle("kept")),
  });
  expect(await opened.text()).toContain('"kind":"done"');
  await visit(page, `${first.address}/clouds/embedded/topology?form=new-network`);
  const form = page.getByRole("dialog");
  await form.getByRole("textbox", { name: "Name" }).fill("half-built");
  await form.getByRole("button", { name: "Create network" }).click();
  await page.getByRole("button", { name: "Add Subnet" }).click();
  await form.getByRole("textbox", { name: "CIDR" }).fill("10.75.0.0/24");
  await first.stop();
  await expect(page.getByText("Reconnecting…")).toBeVisible();
  await form.getByRole("button", { name: "Add subnet" }).click();
  await expect(form.getByRole("alert")).toContainText("still running");

  const second = await startServer(data, port);
  await expect(page.getByText("Live", { exact: true })).toBeVisible();
  await form.getByRole("button", { name: "Add subnet" }).click();
  await expect(page.getByRole("button", { name: "Network half-built 10.75.0.0/24" })).toBeVisible();
  await visit(page, `${second.address}/clouds`);
  await page.getByRole("link", { name: "kept" }).click();
  await expect(page.getByRole("button", { name: "Instance cirros-vm1" })).toBeVisible();
  await second.stop();
});

function file(content: string): string {
  const name = path.join(temporary(), "odd.tar.gz");
  writeFileSync(name, content);
  return name;
}

function cut(): string {
  const name = path.join(temporary(), "cut.tar.gz");
  writeFileSync(name, readFileSync(bundle("whole")).subarray(0, 40_000));
  return name;
}

function noHost(): string {
  const work = temporary();
  mkdirSync(path.join(work, "things"));
  writeFileSync(path.join(work, "things/readme"), "hello");
  return pack(work, "nohost", ["things"]);
}

function climbing(): string {
  const work = temporary();
  writeFileSync(path.join(work, "x"), "hello");
  return pack(work, "climbing", ["--transform=s,^x$,../../x,", "-P", "x"]);
}

function linking(): string {
  return bundle("linking", (dir) => symlinkSync("/etc/passwd", path.join(dir, "compute1/root/evil.txt")));
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const at = probe.address();
      probe.close(() => resolve(typeof at === "object" && at ? at.port : 0));
    });
  });
}

/** A server of the test's own, on the build that is being tested. */
async function startServer(data: string, port: number): Promise<{ address: string; stop: () => Promise<void> }> {
  const root = path.resolve(import.meta.dirname, "..");
  const child = spawn(process.execPath, ["bin/start.mjs", "--port", String(port), "--data", data], {
    cwd: root,
    stdio: "ignore",
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const address = `http://127.0.0.1:${port}`;
  await expect
    .poll(
      () =>
        fetch(`${address}/api/health`).then(
          (response) => response.status,
          () => 0,
        ),
      { timeout: 20_000 },
    )
    .toBe(200);
  return {
    address,
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}
