import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { packTar, type TarEntry } from "modern-tar";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { UNPACK_LIMITS, type UnpackLimits, type UnpackProgress, unpackBundle } from "./archive.ts";
import { ArchiveError } from "./archive-error.ts";
import { readBundle } from "./bundle.ts";

const DEMO = join(import.meta.dirname, "../demo");
let base: string;
let target: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "archive-test-"));
  target = join(base, "cloud");
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

function file(name: string, body = "x"): TarEntry {
  return { header: { name, size: Buffer.byteLength(body), type: "file" }, body };
}

const HOST = [file("compute1/index.tsv", ""), file("compute1/hostname.txt", "compute1\n")];

async function archive(entries: TarEntry[]): Promise<Uint8Array> {
  return gzipSync(await packTar(entries));
}

/** In pieces, as a network gives them. */
function stream(data: Uint8Array, size = 1000): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= data.length) controller.close();
      else controller.enqueue(data.subarray(at, at + size));
      at += size;
    },
  });
}

async function refusal(data: Uint8Array, limits: Partial<UnpackLimits> = {}): Promise<ArchiveError> {
  const error = await unpackBundle(stream(data), target, limits).then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(ArchiveError);
  expect(existsSync(target), "nothing is left behind").toBe(false);
  return error as ArchiveError;
}

describe("a good archive", () => {
  test.each([
    ["at the archive's root", ["-C", join(DEMO, "legacy"), "."]],
    ["inside one top directory", ["-C", DEMO, "legacy"]],
  ])("the demo cloud, %s", async (_, args) => {
    const data = execFileSync("tar", ["-cz", ...args], { maxBuffer: 1e8 });
    const seen: UnpackProgress[] = [];
    const unpacked = await unpackBundle(stream(data, 65_536), target, {}, (progress) => seen.push(progress));
    expect(unpacked.compressed).toBe(data.length);
    expect(unpacked.files).toBeGreaterThan(400);
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.at(-1)).toEqual({ compressed: data.length, unpacked: unpacked.unpacked, files: unpacked.files });
    const cloud = await readBundle(unpacked.root);
    expect(cloud.gaps).toEqual([]);
    expect(cloud.world.guests).toHaveLength(7);
  });

  test("names with newlines, quotes and markup are data", async () => {
    const name = 'compute1/root/brctl/<b>"\n-showstp.txt';
    const { root } = await unpackBundle(stream(await archive([...HOST, file(name)])), target);
    expect(readdirSync(join(root, "compute1/root/brctl"))).toEqual(['<b>"\n-showstp.txt']);
  });

  test("directories may be listed twice, and be deep", async () => {
    const dir: TarEntry = { header: { name: "compute1/", size: 0, type: "directory" } };
    const { files } = await unpackBundle(
      stream(await archive([dir, ...HOST, dir, file("compute1/a/b/c/d/e")])),
      target,
    );
    expect(files).toBe(3);
  });
});

describe("a hostile archive", () => {
  test.each([
    ["../evil", "bad_path"],
    ["compute1/../../evil", "bad_path"],
    ["compute1/..", "bad_path"],
    ["/etc/passwd", "bad_path"],
    ["C:\\evil", "bad_path"],
    ["..\\evil", "bad_path"],
    [`compute1/${"x".repeat(300)}`, "bad_path"],
    [`compute1/${"x/".repeat(600)}y`, "bad_path"],
  ])("name %s", async (name, code) => {
    const error = await refusal(await archive([...HOST, file(name)]));
    expect(error.code).toBe(code);
    expect(error.entry).toBe(name.slice(0, 200));
    expect(readdirSync(base)).toEqual([]);
  });

  test.each([
    ["symlink", "link"],
    ["link", "link"],
    ["character-device", "device"],
    ["block-device", "device"],
    ["fifo", "device"],
  ] as const)("a %s", async (type, code) => {
    const entry: TarEntry = { header: { name: "compute1/x", size: 0, type, linkname: "/etc/passwd" } };
    const error = await refusal(await archive([...HOST, entry, file("compute1/x/y")]));
    expect(error).toMatchObject({ code, entry: "compute1/x" });
  });

  test("the same name twice, also as ./name", async () => {
    expect((await refusal(await archive([...HOST, file("./compute1//index.tsv")]))).code).toBe("duplicate");
  });

  test("a file that is also a directory", async () => {
    expect((await refusal(await archive([...HOST, file("compute1/index.tsv/x")]))).code).toBe("duplicate");
    const dir: TarEntry = { header: { name: "compute1/index.tsv/", size: 0, type: "directory" } };
    expect((await refusal(await archive([...HOST, dir]))).code).toBe("duplicate");
  });

  test("a bomb stops by its ratio, long before it is unpacked", async () => {
    const big = Buffer.alloc(120 * 1024 ** 2);
    const error = await refusal(
      gzipSync(
        await packTar([...HOST, { header: { name: "compute1/zeros", size: big.length, type: "file" }, body: big }]),
      ),
    );
    expect(error.code).toBe("ratio");
  });

  test("a flood of small files ends early, and is told about on the way", async () => {
    const data = await archive([...HOST, ...Array.from({ length: 3000 }, (_, i) => file(`compute1/ovs/${i}`))]);
    const seen: number[] = [];
    const unpacking = unpackBundle(stream(data, 65536), target, { files: 2500, ratio: 1e6 }, ({ files }) =>
      seen.push(files),
    );
    await expect(unpacking).rejects.toThrow("the archive holds more than 2500 files");
    expect(seen.filter((n) => n % 500 === 0)).toEqual([500, 1000, 1500, 2000, 2500]);
    expect(UNPACK_LIMITS.files).toBe(50_000);
  });
  test("limits: bytes in, bytes out, files", async () => {
    const data = await archive([...HOST, file("compute1/a", "a".repeat(50_000)), file("compute1/b")]);
    expect((await refusal(data, { compressed: 100 })).code).toBe("too_large");
    expect((await refusal(data, { unpacked: 20_000 })).code).toBe("too_large");
    expect((await refusal(data, { files: 3 })).code).toBe("too_many_files");
  });
});

describe("a broken archive", () => {
  test("empty, no gzip, gzip of no tar, one byte", async () => {
    expect((await refusal(new Uint8Array())).code).toBe("empty");
    expect((await refusal(Buffer.from("PK\x03\x04 a zip"))).code).toBe("not_an_archive");
    expect((await refusal(Buffer.from([0x1f]))).code).toBe("not_an_archive");
    expect((await refusal(gzipSync("hello ".repeat(1000)))).code).toBe("corrupt");
    expect((await refusal(gzipSync(Buffer.alloc(1024)))).code).toBe("empty");
  });

  test("cut anywhere, bytes flipped anywhere: refused or read, and nothing thrown but ArchiveError", async () => {
    const data = await archive([...HOST, file("compute1/a", "some text ".repeat(500))]);
    for (let i = 1; i < data.length; i += 7) {
      expect((await refusal(data.subarray(0, i))).code).toMatch(/truncated|corrupt|not_an_archive/);
      const flipped = Uint8Array.from(data);
      flipped[i] = (flipped[i] as number) ^ 0x55;
      await unpackBundle(stream(flipped), target).then(
        () => rmSync(target, { recursive: true }),
        (error: unknown) => expect(error).toBeInstanceOf(ArchiveError),
      );
    }
  });

  test("no host in it", async () => {
    expect((await refusal(await archive([file("readme.txt"), file("a/b"), file("c/d")]))).code).toBe("not_a_bundle");
    const single = await refusal(await archive([file("index.tsv"), file("root/ip-j-addr.json")]));
    expect(single.message).toContain("one host's directory");
  });

  test("aborted while the network waits", async () => {
    const data = await archive([...HOST, file("compute1/a", "a".repeat(1e6))]);
    const abort = new AbortController();
    let given = false;
    const waiting = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (given) return new Promise(() => setTimeout(() => abort.abort(), 20));
        given = true;
        controller.enqueue(data.subarray(0, 300));
        return undefined;
      },
    });
    await expect(unpackBundle(waiting, target, {}, undefined, abort.signal)).rejects.toMatchObject({ code: "aborted" });
    expect(existsSync(target)).toBe(false);
  });

  test("a target that holds something is left alone", async () => {
    await expect(unpackBundle(stream(await archive(HOST)), base)).resolves.toBeDefined();
    await expect(unpackBundle(stream(await archive(HOST)), base)).rejects.toMatchObject({ code: "write_failed" });
    expect(existsSync(join(base, "compute1"))).toBe(true);
  });
});
