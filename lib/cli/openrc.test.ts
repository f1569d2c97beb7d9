/** What `underlay openrc` prints, as a shell and a YAML parser read it. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { writeRunning } from "../server/running.ts";
import { cloudsYaml, exports, openrc } from "./openrc.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), "openrc-"));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(dir, { recursive: true });
});

async function run(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  let text = "";
  vi.spyOn(process.stdout, "write").mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  expect(await openrc(args, { NODE_ENV: "test", UNDERLAY_DATA: dir, ...env })).toBe(0);
  return text;
}

/** The variables after a POSIX shell has evaluated the text. */
function shell(text: string, input = "", env: Record<string, string> = {}) {
  const script = `${text}\nenv -0`;
  const result = spawnSync("sh", ["-eu", "-c", script], {
    input,
    env: { NODE_ENV: "test", PATH: process.env.PATH, ...env },
    encoding: "utf8",
  });
  const pairs = result.stdout.split("\0").map((line): [string, string] => {
    const at = line.indexOf("=");
    return [line.slice(0, at), line.slice(at + 1)];
  });
  return { variables: Object.fromEntries(pairs), asked: result.stderr, status: result.status };
}

const running = (defaultPasswords: string[]) =>
  writeRunning(dir, { url: "http://127.0.0.1:4567", pid: process.pid, defaultPasswords });

describe("the shell", () => {
  test("knows a server on a data directory that is named", async () => {
    await running(["admin"]);
    const elsewhere = { UNDERLAY_DATA: path.join(dir, "elsewhere") };
    expect(shell(await run(["--data", dir], elsewhere)).variables.OS_AUTH_URL).toBe(
      "http://127.0.0.1:4567/identity/v3",
    );
  });

  test("knows the running server, and the documented password while it is in use", async () => {
    await running(["admin", "demo"]);
    expect(shell(await run([])).variables).toMatchObject({
      OS_AUTH_URL: "http://127.0.0.1:4567/identity/v3",
      OS_USERNAME: "admin",
      OS_PASSWORD: "underlay",
      OS_PROJECT_NAME: "admin",
      OS_USER_DOMAIN_ID: "default",
      OS_PROJECT_DOMAIN_ID: "default",
      OS_IDENTITY_API_VERSION: "3",
      OS_REGION_NAME: "RegionOne",
    });
    expect(shell(await run(["--user", "demo", "--project", "other"])).variables).toMatchObject({
      OS_USERNAME: "demo",
      OS_PROJECT_NAME: "other",
    });
  });

  test("asks for a password that was changed, that of another user, and that of another server", async () => {
    await running(["demo"]);
    for (const args of [[], ["--user", "eve"], ["--user", "demo", "--url", "http://10.0.0.1:3000/"]]) {
      const { variables, asked } = shell(await run(args), "typed in\\n\n");
      expect(variables.OS_PASSWORD).toBe("typed in\\n");
      expect(asked).toContain("Password of ");
    }
  });

  test("asks when no server runs", async () => {
    const { variables } = shell(await run([]), "x\n");
    expect(variables).toMatchObject({ OS_AUTH_URL: "http://127.0.0.1:3000/identity/v3", OS_PASSWORD: "x" });
  });

  test("takes the password from the environment", async () => {
    await running(["admin", "demo"]);
    const env = { UNDERLAY_ADMIN_PASSWORD: "it's $HOME", UNDERLAY_DEMO_PASSWORD: "" };
    expect(shell(await run([], env)).variables.OS_PASSWORD).toBe("it's $HOME");
    expect(shell(await run(["--user", "demo"], env)).variables.OS_PASSWORD).toBe("underlay");
  });

  test("forgets another login", async () => {
    await running(["admin"]);
    const { variables } = shell(await run([]), "", { OS_CLOUD: "prod", OS_TOKEN: "t", OS_PROJECT_ID: "p" });
    for (const name of ["OS_CLOUD", "OS_TOKEN", "OS_PROJECT_ID"]) expect(variables).not.toHaveProperty(name);
  });

  test("takes any text for what it is", () => {
    const text = fc.string({ unit: "grapheme", minLength: 1 }).filter((one) => !one.includes("\0"));
    const login = fc.record({ url: fc.constant("http://x"), user: text, project: text, password: text });
    fc.assert(
      fc.property(login, (one) => {
        expect(shell(exports(one)).variables).toMatchObject({
          OS_USERNAME: one.user,
          OS_PROJECT_NAME: one.project,
          OS_PASSWORD: one.password,
        });
      }),
      {
        numRuns: 40,
        examples: [[{ url: "http://x", user: "'; touch x; '", project: "$(id)`id`", password: "a\\'\"!\n" }]],
      },
    );
  });
});

test("clouds.yaml has the same: strings that hold no end of line, and no password that is not known", () => {
  const login = { url: "http://x", user: 'a"b: #\\', project: "p\u2028\u0085q", password: "'\n%" };
  expect(cloudsYaml(login)).toBe(`clouds:
  underlay:
    auth:
      auth_url: "http://x/identity/v3"
      username: "a\\"b: #\\\\"
      password: "'\\n%"
      project_name: "p\\u2028\\u0085q"
      user_domain_id: default
      project_domain_id: default
    region_name: RegionOne
    identity_api_version: 3
`);
  expect(cloudsYaml({ ...login, password: undefined })).not.toContain("password");
});

test.each([
  [["--url", "ftp://x"], "--url: expected"],
  [["--url", "http://u:p@x"], "--url: expected"],
  [["--url", "nonsense"], "--url: expected"],
  [["--user", "a\nb"], "--user: expected"],
  [["admin"], "openrc takes options only"],
  [["--password", "x"], "--password: no such option"],
])("%j is refused in one line", async (args, message) => {
  await expect(openrc(args, { NODE_ENV: "test", UNDERLAY_DATA: dir })).rejects.toThrow(message);
});
