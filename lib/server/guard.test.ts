import os from "node:os";
import { afterEach, describe, expect, test, vi } from "vitest";
import { guard } from "./guard.ts";

const request = (method: string, headers: Record<string, string>) => new Request("http://x/", { method, headers });
const allowed = (method: string, headers: Record<string, string>) => {
  try {
    guard(request(method, headers));
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: "forbidden" });
    return false;
  }
};

afterEach(() => vi.unstubAllEnvs());

describe("names of this server", () => {
  test.each([
    "127.0.0.1:3000",
    "localhost:3000",
    "localhost",
    "[::1]:3000",
    "10.1.2.3",
    "app.localhost:80",
    os.hostname(),
  ])("%s is served", (host) => expect(allowed("GET", { host })).toBe(true));
  test.each([
    "evil.example",
    "evil.example:3000",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "",
    "a b",
    "x@localhost",
  ])("%j is not", (host) => expect(allowed("GET", { host })).toBe(false));
  test("others by UNDERLAY_ALLOWED_HOSTS", () => {
    vi.stubEnv("UNDERLAY_ALLOWED_HOSTS", "underlay.example, other.example");
    expect(allowed("GET", { host: "underlay.example:8080" })).toBe(true);
    expect(allowed("GET", { host: "evil.example" })).toBe(false);
  });
});

describe("changes", () => {
  const host = "127.0.0.1:3000";
  test.each([
    ["a page of this server", { "sec-fetch-site": "same-origin" }, true],
    ["the address bar", { "sec-fetch-site": "none" }, true],
    ["a command line", {}, true],
    ["an older browser, from here", { origin: "http://127.0.0.1:3000" }, true],
    ["another site", { "sec-fetch-site": "cross-site" }, false],
    ["another port of this machine", { "sec-fetch-site": "same-site" }, false],
    ["an older browser, from elsewhere", { origin: "http://evil.example" }, false],
    ["a sandboxed frame", { origin: "null" }, false],
  ])("from %s", (_, headers, yes) => {
    expect(allowed("DELETE", { host, ...headers })).toBe(yes);
    expect(allowed("GET", { host, ...headers })).toBe(true);
  });
});
