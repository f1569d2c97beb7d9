/**
 * What a person waits for, in Chromium against the production server: first useful paint of the topology and of a host,
 * and the time from the click on "Trace" to the first event on the wire and to the last.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "@playwright/test";
import { bundle } from "../../e2e/support/bundle.ts";
import { crowd } from "../../e2e/support/large.ts";
import type { ImportEvent } from "../api/http.ts";

interface Row {
  what: string;
  /** Milliseconds. */
  median: number;
  worst: number;
  limit: number;
  goal: number;
}

const ROOT = new URL("../..", import.meta.url).pathname;
const SYSTEM_CHROMIUM = "/usr/bin/chromium";
const PAINTS = 7;
const TRACES = 30;
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

/** Starts the server on a data directory of its own; answers its address and what stops it. */
async function serve(): Promise<{ base: string; stop: () => Promise<void> }> {
  const data = mkdtempSync(join(tmpdir(), "underlay-bench-"));
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, [join(ROOT, "bin/start.mjs"), "--port", String(port), "--data", data], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const stop = async () => {
    child.kill("SIGTERM");
    if (child.exitCode === null) await once(child, "exit");
    rmSync(data, { recursive: true, force: true });
  };
  for (let tries = 0; tries < 600; tries++) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    const answer = await fetch(`${base}/api/clouds`).catch(() => undefined);
    if (answer?.ok) return { base, stop };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await stop();
  throw new Error("the server did not answer within a minute");
}

/** Opens a bundle as the dashboard does; answers the cloud's id. */
async function open(base: string, archive: string): Promise<string> {
  const answer = await fetch(`${base}/api/clouds?name=bench`, { method: "POST", body: readFileSync(archive) });
  const last = (await answer.text()).trim().split("\n").at(-1) ?? "";
  const event = JSON.parse(last) as ImportEvent; // The last line says how the import ended.
  if (event.kind !== "done") throw new Error(`the bundle was not opened: ${last}`);
  return event.cloud.id;
}

/** Largest contentful paint of a fresh page (nothing cached), milliseconds after the navigation began. */
async function paint(browser: Browser, url: string): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.goto(url, { waitUntil: "networkidle" });
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

function row(what: string, times: number[], limit: number, goal: number): Row {
  const sorted = times.toSorted((a, b) => a - b);
  return { what, median: sorted[sorted.length >> 1] ?? Number.NaN, worst: sorted.at(-1) ?? Number.NaN, limit, goal };
}

async function run(): Promise<Row[]> {
  const { base, stop } = await serve();
  const browser = await chromium.launch({
    ...(existsSync(chromium.executablePath()) ? {} : { executablePath: SYSTEM_CHROMIUM }),
    args: ["--disable-gpu", "--disable-background-networking", ...(process.getuid?.() === 0 ? ["--no-sandbox"] : [])],
  });
  try {
    const rows: Row[] = [];
    const crowded = await open(
      base,
      bundle("bench", (dir) => crowd(dir, CROWD)),
    );
    for (const [what, path] of [
      ["first useful paint of the topology", "/clouds/legacy/topology"],
      ["first useful paint of a host of 200 devices", `/clouds/${crowded}/hosts/compute1`],
    ] as const) {
      const times: number[] = [];
      for (let i = 0; i < PAINTS; i++) times.push(await paint(browser, base + path));
      rows.push(row(what, times, 1000, 500));
    }
    const page = await browser.newPage();
    await page.goto(`${base}/clouds/legacy/trace?from=cirros-vm1&to=cirros-vm3`, { waitUntil: "networkidle" });
    const first: number[] = [];
    const whole: number[] = [];
    for (let i = 0; i < TRACES; i++) {
      const [start, end] = await traceOnce(page);
      first.push(start);
      whole.push(end);
    }
    rows.push(row("first hop on the wire after the click", first, 50, 15), row("whole trace", whole, 150, 40));
    return rows;
  } finally {
    await browser.close();
    await stop();
  }
}

for (const { what, median, worst, limit, goal } of await run()) {
  const asked = `(at most ${limit}, striving for ${goal})`;
  console.log(`${what.padEnd(44)} median ${median.toFixed(0)} ms  worst ${worst.toFixed(0)} ms  ${asked}`);
}
