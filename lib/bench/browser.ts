/**
 * What a person waits for, in Chromium against the production server: first useful paint of the topology and of a host,
 * and the time from the click on "Trace" to the first event on the wire and to the last. Then in a cloud of 100 hosts and
 * 2,000 instances: first useful paint, frames while the picture is moved and zoomed, and the memory of the tab.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "@playwright/test";
import { bundle } from "../../e2e/support/bundle.ts";
import { crowd } from "../../e2e/support/large.ts";
import { logIn } from "../../e2e/support/login.ts";
import type { ImportEvent } from "../api/http.ts";
import { LARGE, makeLargeCloud } from "./cloud/large-cloud.ts";

interface Row {
  what: string;
  median: number;
  worst: number;
  unit: "ms" | "frames/s" | "MB";
  /** At most, but of frames at least. */
  limit: number;
  goal?: number;
}

const ROOT = new URL("../..", import.meta.url).pathname;
const SYSTEM_CHROMIUM = "/usr/bin/chromium-headless-shell";
const PAINTS = 7;
const TRACES = 30;
/** Of the wheel or the mouse, in one count of frames. */
const MOVES = 60;
/** A page has painted all that it has by then. */
const SETTLED_MS = 2500;
/** Instances beside the recorded ones: with guest, tap, qbr, qvb and qvo each, the host has 200 devices. */
const CROWD = 33;

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  if (address === null || typeof address === "string") throw new Error("a TCP listener has a port");
  return address.port;
}

/** Starts the server on a data directory; answers its address and what stops it. */
async function serve(
  data: string,
  env: Record<string, string> = {},
): Promise<{ base: string; stop: () => Promise<void> }> {
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, [join(ROOT, "bin/start.mjs"), "--port", String(port), "--data", data], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, ...env },
  });
  const stop = async () => {
    child.kill("SIGTERM");
    if (child.exitCode === null) await once(child, "exit");
    rmSync(data, { recursive: true, force: true });
  };
  for (let tries = 0; tries < 1200; tries++) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    const answer = await fetch(`${base}/api/health`).catch(() => undefined);
    if (answer?.ok) return { base, stop };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await stop();
  throw new Error("the server was not ready within two minutes");
}

/** A browser context of the administrator's with nothing cached. */
async function enter(browser: Browser, base: string): Promise<BrowserContext> {
  const context = await browser.newContext({ baseURL: base, viewport: { width: 1440, height: 900 } });
  await logIn(context.request, { user: "admin" });
  return context;
}

/** Opens a bundle as the dashboard does; answers the cloud's id. */
async function open(context: BrowserContext, archive: string): Promise<string> {
  const answer = await context.request.post("/api/clouds?name=bench", { data: readFileSync(archive) });
  const last = (await answer.text()).trim().split("\n").at(-1) ?? "";
  const event = JSON.parse(last) as ImportEvent; // The last line says how the import ended.
  if (event.kind !== "done") throw new Error(`the bundle was not opened: ${last}`);
  return event.cloud.id;
}

/** Largest contentful paint of a fresh page (nothing cached), milliseconds after the navigation began. */
async function paint(browser: Browser, base: string, path: string): Promise<number> {
  const context = await enter(browser, base);
  const page = await context.newPage();
  // The stream of events never ends: a page is never idle.
  await page.goto(path, { waitUntil: "load" });
  await page.waitForTimeout(SETTLED_MS);
  const ms = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        new PerformanceObserver((list) => resolve(list.getEntries().at(-1)?.startTime ?? Number.NaN)).observe({
          type: "largest-contentful-paint",
          buffered: true,
        });
      }),
  );
  await context.close();
  return ms;
}

async function paints(browser: Browser, base: string, what: string, path: string, limit: number, goal?: number) {
  const times: number[] = [];
  for (let i = 0; i < PAINTS; i++) times.push(await paint(browser, base, path));
  return row(`first useful paint of ${what}`, "ms", times, limit, goal);
}

/** One click on the Trace button: milliseconds to the first byte of the answer, and to its last. */
function traceOnce(page: Page): Promise<[number, number]> {
  return page.getByRole("button", { name: /^Trace( again)?$/ }).evaluate(
    (button) =>
      new Promise<[number, number]>((resolve) => {
        const start = performance.now();
        const observer = new PerformanceObserver((list) => {
          const entry = list
            .getEntriesByType("resource")
            .find((e): e is PerformanceResourceTiming => e.name.includes("/trace?") && e.startTime >= start);
          if (!entry) return;
          observer.disconnect();
          resolve([entry.responseStart - start, entry.responseEnd - start]);
        });
        observer.observe({ type: "resource" });
        (button as HTMLButtonElement).click();
      }),
  );
}

function row(what: string, unit: Row["unit"], values: number[], limit: number, goal?: number): Row {
  const sorted = values.toSorted((a, b) => (unit === "frames/s" ? b - a : a - b));
  const [median = Number.NaN, worst = Number.NaN] = [sorted[sorted.length >> 1], sorted.at(-1)];
  return { what, unit, median, worst, limit, ...(goal === undefined ? {} : { goal }) };
}

/** Of the recorded clouds, and of a host with many guests. */
async function small(browser: Browser): Promise<Row[]> {
  const { base, stop } = await serve(mkdtempSync(join(tmpdir(), "underlay-bench-")));
  try {
    const context = await enter(browser, base);
    const crowded = await open(
      context,
      bundle("bench", (dir) => crowd(dir, CROWD)),
    );
    const rows = [
      await paints(browser, base, "the topology", "/clouds/legacy/topology", 1000, 500),
      await paints(browser, base, "a host of 200 devices", `/clouds/${crowded}/hosts/compute1`, 1000, 500),
    ];
    const page = await context.newPage();
    await page.goto("/clouds/legacy/trace?from=cirros-vm1&to=cirros-vm3", { waitUntil: "networkidle" });
    const first: number[] = [];
    const whole: number[] = [];
    for (let i = 0; i < TRACES; i++) {
      const [start, end] = await traceOnce(page);
      first.push(start);
      whole.push(end);
    }
    rows.push(
      row("first hop on the wire after the click", "ms", first, 50, 15),
      row("whole trace", "ms", whole, 150, 40),
    );
    return rows;
  } finally {
    await stop();
  }
}

/** Where the pictures of the large cloud are, and what of each is moved. */
const PICTURES = [
  ["its topology", "/clouds/embedded/topology"],
  ["one of its hosts", "/clouds/embedded/hosts/compute1"],
] as const;
const LISTS = [
  ["its 2,000 instances", "/clouds/embedded/instances"],
  ["its 100 hosts", "/clouds/embedded/hosts"],
] as const;

async function large(browser: Browser): Promise<Row[]> {
  const data = mkdtempSync(join(tmpdir(), "underlay-bench-"));
  await makeLargeCloud(data);
  const { base, stop } = await serve(data, { UNDERLAY_EMPTY_CLOUD: "1" });
  try {
    const context = await enter(browser, base);
    // The hosts are built when first asked for.
    const hosts = (await (await context.request.get("/api/clouds/embedded/hosts", { timeout: 120_000 })).json()) as [];
    if (hosts.length < LARGE.hosts) throw new Error(`the large cloud has ${hosts.length} hosts`);
    const rows: Row[] = [];
    for (const [what, path] of [...PICTURES, ...LISTS]) rows.push(await paints(browser, base, what, path, 1500));
    const memory: number[] = [];
    for (const [what, path] of PICTURES) {
      const page = await context.newPage();
      await page.goto(path, { waitUntil: "load" });
      await page.waitForTimeout(SETTLED_MS);
      rows.push(row(`moving and zooming ${what}`, "frames/s", await frames(page), 30));
      memory.push(await memoryOf(browser, page));
      await page.close();
    }
    return [...rows, row("memory of the tab", "MB", memory, 300)];
  } finally {
    await stop();
  }
}

/** Frames a second of each of several drags and zooms of the picture in the middle of the page. */
async function frames(page: Page): Promise<number[]> {
  const rates: number[] = [];
  await page.mouse.move(720, 450);
  for (const zoomed of [-1, 1, -1, 1]) {
    const count = countFrames(page);
    for (let i = 0; i < MOVES; i++) await page.mouse.wheel(0, 40 * zoomed);
    rates.push(await count());
  }
  for (const to of [1, -1]) {
    await page.mouse.move(720, 450);
    await page.mouse.down();
    const count = countFrames(page);
    for (let i = 0; i < MOVES; i++) await page.mouse.move(720 + 6 * to * i, 450 + 3 * to * i);
    rates.push(await count());
    await page.mouse.up();
  }
  return rates;
}

/** Counts the frames of the page from now on; what is answered ends it and gives frames a second. */
function countFrames(page: Page): () => Promise<number> {
  const begun = page.evaluateHandle(() => {
    const counted = { since: performance.now(), frames: 0, done: false };
    const next = () => {
      counted.frames++;
      if (!counted.done) requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
    return counted;
  });
  return async () =>
    (await begun).evaluate((counted) => {
      counted.done = true;
      return (1000 * counted.frames) / (performance.now() - counted.since);
    });
}

/** Megabytes that the renderers hold for themselves, after the heap was swept: the kernel's count, not the page's. */
async function memoryOf(browser: Browser, page: Page): Promise<number> {
  await page.requestGC();
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  const renderers = processInfo.filter(({ type }) => type === "renderer").map(({ id }) => privateMemory(id));
  return Math.max(...renderers);
}

function privateMemory(pid: number): number {
  const lines = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8").matchAll(/^Private_\w+:\s+(\d+) kB$/gm);
  return [...lines].reduce((sum, [, kilobytes]) => sum + Number(kilobytes), 0) / 1024;
}

const browser = await chromium.launch({
  ...(existsSync(chromium.executablePath()) ? {} : { executablePath: SYSTEM_CHROMIUM }),
  args: ["--disable-gpu", "--disable-background-networking", ...(process.getuid?.() === 0 ? ["--no-sandbox"] : [])],
});
try {
  for (const measure of [small, large])
    for (const { what, median, worst, unit, limit, goal } of await measure(browser)) {
      const asked = `(at ${unit === "frames/s" ? "least" : "most"} ${limit}${goal === undefined ? "" : `, striving for ${goal}`})`;
      console.log(
        `${what.padEnd(44)} median ${median.toFixed(0)} ${unit}  worst ${worst.toFixed(0)} ${unit}  ${asked}`,
      );
    }
} finally {
  await browser.close();
}
