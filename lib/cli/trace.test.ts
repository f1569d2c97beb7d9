/** `underlay trace` as a program: output, exit status, one line for bad input. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, open, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const ROOT = new URL("../..", import.meta.url).pathname;
const LEGACY = join(ROOT, "lib/demo/legacy");
const run = promisify(execFile);

async function underlay(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  const program = `import { main } from ${JSON.stringify(join(ROOT, "lib/cli/main.ts"))}; process.exitCode = await main(process.argv.slice(1));`;
  try {
    const { stdout, stderr } = await run(
      process.execPath,
      ["--input-type=module-typescript", "-e", program, "--", ...args],
      {
        maxBuffer: 1 << 26,
      },
    );
    return { status: 0, out: stdout, err: stderr };
  } catch (error) {
    // execFile rejects with these fields when the program ends with another status.
    const e = error as { code: number; stdout: string; stderr: string };
    return { status: e.code, out: e.stdout, err: e.stderr };
  }
}

describe("underlay trace", () => {
  let scratch = "";
  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), "trace-test-"));
  });
  afterAll(() => rm(scratch, { recursive: true }));

  it("prints one JSON object a line, the verdict last", async () => {
    const r = await underlay("trace", "--cloud", LEGACY, "--from", "cirros-vm1", "--to", "172.16.10.126", "--json");
    const lines = r.out
      .trim()
      .split("\n")
      .map((l) => JSON.parse(l));
    expect(r.status).toBe(0);
    expect(lines.map((e) => e.seq)).toEqual(lines.map((_, i) => i));
    expect(lines.at(-1)).toMatchObject({ kind: "verdict", outcome: "delivered", code: "DELIVERED", leg: "reply" });
    expect(lines.filter((e) => e.kind === "verdict")).toHaveLength(1);
  });
  it("ends with 1 for a packet that was dropped, and says where in words", async () => {
    const r = await underlay("trace", "--cloud", LEGACY, "--from", "cirros-vm1", "--to", "cirros-vm5");
    expect(r.status).toBe(1);
    expect(r.out).toContain("DROPPED SECURITY_GROUP_DENIED");
    expect(r.out).toContain("security group noicmp");
    expect(r.out).not.toContain("\u001b");
  });
  it("traces a DHCP exchange without --to", async () => {
    const r = await underlay("trace", "--cloud", LEGACY, "--from", "vlan-vm1", "--proto", "dhcp", "--json");
    expect(r.status).toBe(0);
    expect(r.out).toContain('"leg":"dhcp-ack"');
  });
  it("reads a .tar.gz", async () => {
    const archive = join(scratch, "cloud.tar.gz");
    await run("tar", ["-czf", archive, "-C", join(LEGACY, ".."), "legacy"]);
    const r = await underlay("trace", "--cloud", archive, "--from", "outside", "--to", "172.24.4.97", "--json");
    expect(r.err).toBe("");
    expect(r.status).toBe(0);
  });
  it.each([
    [["trace"], /--cloud: expected/],
    [["trace", "--cloud", "/nowhere", "--from", "a", "--to", "b"], /\/nowhere: no such file/],
    [["trace", "--cloud", LEGACY, "--from", "cirros-vm1", "--to", "nobody"], /nothing in legacy is named "nobody"/],
    [
      ["trace", "--cloud", LEGACY, "--from", "cirros-vm1", "--to", "cirros-vm2", "--proto", "gre"],
      /--proto: expected icmp, tcp, udp or dhcp/,
    ],
    [
      ["trace", "--cloud", LEGACY, "--from", "cirros-vm1", "--to", "cirros-vm2", "--dport", "70000"],
      /--dport: expected a number/,
    ],
    [["trace", "--cloud", LEGACY, "--from", "cirros-vm1", "--colour"], /--colour: no such option/],
    [["trace", "--cloud", LEGACY, "--from", "outside", "--proto", "dhcp"], /no guest/],
    [["trace", "--cloud", LEGACY, "--from", "nobody", "--to", "cirros-vm2"], /^underlay: --from: nothing/],
    [["trace", "--cloud", LEGACY, "--from", "cirros-vm1", "--to", "224.0.0.1"], /^underlay: --to: .*multicast/],
    [
      ["trace", "--cloud", LEGACY, "--from", "cirros-vm1", "--to", "cirros-vm2", "--from-address", "x"],
      /^underlay: --from-address: expected an IP address/,
    ],
    [
      ["trace", "--cloud", LEGACY, "--from", "cirros-vm1", "--to", "cirros-vm2", "--dport", "80"],
      /^underlay: --dport: icmp has no ports/,
    ],
    [
      ["trace", "--cloud", LEGACY, "--from", "cirros-vm1", "--to", "cirros-vm2", "--proto", "dhcp"],
      /^underlay: --to: dhcp takes none/,
    ],
    [["fly"], /"fly" is no command/],
  ])("bad input %#: one line, status 2", async (args, message) => {
    const r = await underlay(...args);
    expect(r.status).toBe(2);
    expect(r.err).toMatch(message);
    expect(r.err.trimEnd().split("\n")).toHaveLength(1);
    expect(r.out).toBe("");
  });
  it("says what is wrong with an archive that is none", async () => {
    const file = join(scratch, "none.tar.gz");
    await writeFile(file, "not an archive");
    const r = await underlay("trace", "--cloud", file, "--from", "a", "--to", "b");
    expect(r.status).toBe(2);
    expect(r.err).toContain("none.tar.gz");
  });
  it("names the entry that an archive was refused for", async () => {
    const directory = await mkdtemp(join(scratch, "link-"));
    await symlink("/etc/passwd", join(directory, "passwd"));
    const archive = join(scratch, "link.tar.gz");
    await run("tar", ["-czf", archive, "-C", directory, "passwd"]);
    const r = await underlay("trace", "--cloud", archive, "--from", "a", "--to", "b");
    expect(r.status).toBe(2);
    expect(r.err).toContain('("passwd")');
  });
  it.each(["SIGINT", "SIGTERM"] as const)("leaves nothing unpacked behind after %s", async (signal) => {
    const temporary = await mkdtemp(join(scratch, "tmp-"));
    const fifo = join(scratch, `${signal}.tar.gz`);
    await run("mkfifo", [fifo]);
    const args = ["trace", "--cloud", fifo, "--from", "a", "--to", "b"];
    const child = spawn(join(ROOT, "bin/underlay"), args, { env: { ...process.env, TMPDIR: temporary } });
    const writer = await open(fifo, "w");
    await expect.poll(() => readdir(temporary), { timeout: 20_000 }).toHaveLength(1);
    child.kill(signal);
    const [, by] = await once(child, "exit");
    await writer.close();
    expect(by).toBe(signal);
    expect(await readdir(temporary)).toEqual([]);
  });
  it("answers --help and --version", async () => {
    expect((await underlay("--help")).out).toContain("underlay trace");
    expect((await underlay("trace", "--help")).out).toContain("--from-address");
    expect((await underlay("--version")).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
