/** Health, metrics, logs and the graceful stop; the palette's actions and the shortcuts. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { request as send } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { expectAccessible } from "./support/axe.ts";
import { logIn, NOBODY } from "./support/login.ts";
import { visit } from "./support/visit.ts";

const CLOUD = "/clouds/embedded";
const find = (page: Page) => page.getByRole("combobox", { name: "Find" });
const sheet = (page: Page) => page.getByRole("dialog", { name: "Keyboard shortcuts" });

test.describe("whoever watches the server", () => {
  test.use({ storageState: NOBODY });

  test("is told its health, and its metrics on the same machine", async ({ request }) => {
    expect((await request.get("/api/health")).status()).toBe(200);
    const live = await request.get("/api/health/live");
    expect([live.status(), live.headers()["keep-alive"]]).toEqual([200, "timeout=75"]);
    expect(await (await request.get("/robots.txt")).text()).toMatch(/^Disallow: \/$/m);
    await request.get("/networking/v2.0/ports/some-name-of-mine");
    const text = await (await request.get("/metrics")).text();
    expect(text).toMatch(
      /underlay_http_requests_total\{service="networking",route="\/networking\/v2\.0\/ports",method="GET",status="401"\} \d/,
    );
    expect(text).toMatch(/route="\/api\/health",method="GET",status="200"\} \d/);
    expect(text).toMatch(/underlay_objects\{kind="port"\} \d+/);
    expect(text).not.toContain("some-name-of-mine");
  });

  test("from elsewhere must be an administrator", async ({ request }) => {
    const headers = { "x-forwarded-for": "192.0.2.7" };
    expect((await request.get("/metrics", { headers })).status()).toBe(401);
    await logIn(request, { user: "demo" });
    expect((await request.get("/metrics", { headers })).status()).toBe(401);
    await logIn(request, { user: "admin" });
    expect((await request.get("/metrics", { headers })).status()).toBe(200);
  });
});

test.describe("a server that is asked to stop", () => {
  const data = mkdtempSync(path.join(tmpdir(), "underlay-stop-"));
  let child: ChildProcess;
  test.afterAll(() => {
    child.kill("SIGKILL");
    rmSync(data, { recursive: true, force: true });
  });

  test("finishes what is under way, ends its streams, closes its store, and has logged no secret", async ({
    playwright,
  }) => {
    test.slow(); // A server of its own, with a cloud of its own.
    const env = { ...process.env, UNDERLAY_LOG_LEVEL: "debug", UNDERLAY_EMPTY_CLOUD: "1" };
    child = spawn(process.execPath, ["bin/start.mjs", "--port", "0", "--data", data], {
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const printed = { out: "", log: "" };
    child.stdout?.on("data", (chunk) => (printed.out += chunk));
    child.stderr?.on("data", (chunk) => (printed.log += chunk));
    const ended = new Promise<number | null>((done) => child.once("exit", (status) => done(status)));
    await expect.poll(() => printed.out, { timeout: 120_000 }).toMatch(/Underlay is at http/);
    const url = /Underlay is at (http:\S+)/.exec(printed.out)?.[1] ?? "";

    const browser = await playwright.request.newContext({ baseURL: url });
    await logIn(browser, { user: "admin" });
    const { cookies } = await browser.storageState();
    const token = cookies.find(({ name }) => name === "underlay-session")?.value ?? "";
    expect(token.length).toBeGreaterThan(20);

    const stream = await fetch(`${url}/api/events`, { headers: { "x-auth-token": token } });
    const body = JSON.stringify({ network: { name: "last-words" } });
    const half = body.length / 2;
    const posted = new Promise<number | undefined>((done, fail) => {
      const { hostname, port } = new URL(url);
      const headers = {
        "x-auth-token": token,
        "content-type": "application/json",
        "content-length": body.length,
        expect: "100-continue",
      };
      const request = send({ hostname, port, headers, method: "POST", path: "/networking/v2.0/networks" }, (answer) => {
        answer.resume().once("end", () => done(answer.statusCode));
      });
      request.once("error", fail);
      // Now the server has the request, and waits for its body.
      request.once("continue", () => {
        request.write(body.slice(0, half));
        child.kill("SIGTERM");
        // The end of the stream says that the server is stopping; the rest comes only then.
        void stream.text().then(() => request.end(body.slice(half)));
      });
      request.flushHeaders();
    });
    const asked = Date.now();
    expect(await posted).toBe(201);
    expect(await ended).toBe(143);
    expect(Date.now() - asked).toBeLessThan(6000);
    // SQLite takes its companions away when it is closed in order.
    expect(readdirSync(data)).not.toContain("underlay.db-wal");
    expect(readdirSync(data)).not.toContain("server.json");

    const lines = printed.log.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line)] : []));
    expect(lines).toContainEqual(expect.objectContaining({ method: "POST", path: "/api/session", status: 200 }));
    expect(lines).toContainEqual(expect.objectContaining({ path: "/networking/v2.0/networks", status: 201 }));
    for (const secret of [token, '"password"', "last-words"]) expect(printed.log).not.toContain(secret);
    await browser.dispose();
  });
});

test.describe("the palette", () => {
  test("does things, too: goes to pages, changes the theme, logs out", async ({ page }) => {
    await visit(page, `${CLOUD}/networks`);
    await page.keyboard.press("Control+k");
    await expect(page.getByRole("option", { name: "New trace" })).toBeVisible();
    await expectAccessible(page);
    await find(page).fill("go to sec");
    await expect(page.getByRole("option", { name: /Go to Security groups/ })).toHaveAttribute("aria-selected", "true");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(`${CLOUD}/security-groups`);

    // Enter waits for what answers the last letter.
    await page.route("**/search?q=*", async (route) => {
      await new Promise((later) => setTimeout(later, 300));
      await route.continue();
    });
    await page.keyboard.press("Control+k");
    await find(page).fill("compute2");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(`${CLOUD}/hosts/compute2`);
    await page.keyboard.press("Control+k");
    await find(page).fill("use the dark");
    await page.getByRole("option", { name: "Use the dark theme" }).click();
    await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
    await page.keyboard.press("Control+k");
    await expectAccessible(page);
    await find(page).fill("switch");
    await page
      .getByRole("option", { name: /^Switch to/ })
      .first()
      .click();
    await expect(page).toHaveURL(/\/clouds\/(?!embedded)[^/]+\/topology$/);
  });

  test.describe("of a tenant", () => {
    test.use({ storageState: NOBODY });

    test("offers nothing of administrators, and logs out", async ({ page }) => {
      await logIn(page.request, { user: "demo" });
      await visit(page, `${CLOUD}/networks`);
      await page.keyboard.press("Control+k");
      await expect(page.getByRole("option", { name: /Go to Networks/ })).toBeVisible();
      for (const name of [/Hosts/, /Check/, /Agents/, /Faults/, /Switch to/, /bundle/])
        await expect(page.getByRole("option", { name })).toHaveCount(0);
      await find(page).fill("log out");
      await page.keyboard.press("Enter");
      await expect(page).toHaveURL("/login");
    });
  });
});

test.describe("shortcuts", () => {
  test("are told on ?, go to pages, focus the filter, and stay out of fields", async ({ page }) => {
    await visit(page, `${CLOUD}/networks`);
    await page.keyboard.press("?");
    await expect(sheet(page)).toBeVisible();
    await expectAccessible(page);
    await page.keyboard.press("Escape");
    await expect(sheet(page)).toBeHidden();
    await page.keyboard.press("g");
    await page.keyboard.press("e");
    await expect(page).toHaveURL(`${CLOUD}/reachability`);
    await page.keyboard.press("g");
    await page.keyboard.press("r");
    await expect(page).toHaveURL(`${CLOUD}/routers`);
    await page.keyboard.press("/");
    const filter = page.getByRole("main").getByRole("searchbox");
    await expect(filter).toBeFocused();
    await page.keyboard.type("gt?");
    await expect(filter).toHaveValue("gt?");
    await expect(sheet(page)).toBeHidden();
    await filter.blur();
    await page.keyboard.press("t");
    await expect(page).toHaveURL(`${CLOUD}/trace`);
  });

  test("can be turned off, and the handbook is a menu away", async ({ page }) => {
    await visit(page, `${CLOUD}/topology`); // Where T is the page's own.
    const menu = page.getByRole("button", { name: "Project admin, user admin" });
    await menu.click();
    await page.getByRole("menuitem", { name: "Keyboard shortcuts" }).click();
    await sheet(page)
      .getByRole("checkbox", { name: /Shortcuts of single keys/ })
      .uncheck();
    await page.emulateMedia({ colorScheme: "dark" });
    await expectAccessible(page);
    await page.keyboard.press("Escape");
    await page.keyboard.press("t");
    await page.keyboard.press("?");
    await expect(sheet(page)).toBeVisible();
    await expect(page).toHaveURL(new RegExp(`${CLOUD}/topology$`));
    await page.keyboard.press("Escape");
    await menu.click();
    await page.getByRole("menuitem", { name: "Handbook" }).click();
    await expect(page).toHaveURL(/\/docs/);
  });
});
