import path from "node:path";
import type { CloudDetail, CloudSummary, ImportEvent, Topology } from "../api/http.ts";
import { readBundle } from "../collect/bundle.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import { log } from "../server/log.ts";
import { WeightedCache } from "./cache.ts";
import { DEMOS } from "./demo.ts";
import type { BundleDisk, BundleMeta } from "./disk.ts";
import { EMBEDDED } from "./embedded.ts";
import { Failure } from "./failure.ts";
import { importBundle } from "./import.ts";
import { detail, type Identity, summarize } from "./summary.ts";
import { topologyOf } from "./topology.ts";

/** Raw bytes of the clouds kept parsed. A parsed cloud takes a small multiple of its text. */
const CACHE_BYTES = 256 * 2 ** 20;
const DEMO_WEIGHT = 3 * 2 ** 20;

interface Opened {
  cloud: CollectedCloud;
  identity: Identity;
  topology?: Topology;
}

/** The clouds that this server can show: its own, the demo clouds, and the bundles that were opened and kept. */
export class CloudStore {
  readonly #demoDir: string;
  readonly #disk: BundleDisk;
  readonly #opened = new WeightedCache<Promise<Opened>>(CACHE_BYTES);
  readonly #swept: Promise<void>;
  readonly #embedded: (() => Promise<CollectedCloud>) | undefined;
  /** What was opened of the embedded cloud, as it was at one moment. */
  #moment: Opened | undefined;

  /** @param options.embedded the server's own cloud as it is now: the same object while it does not change */
  constructor(options: { disk: BundleDisk; demoDir: string; embedded?: () => Promise<CollectedCloud> }) {
    this.#demoDir = options.demoDir;
    this.#embedded = options.embedded;
    this.#disk = options.disk;
    // What could not be swept is seen again by the import that needs the room.
    this.#swept = this.#disk.sweep().catch(() => {});
  }

  /** The embedded cloud once it has hosts, then demo clouds, then bundles, newest first. */
  async list(): Promise<CloudSummary[]> {
    await this.#swept;
    // A demo that cannot be read is not offered; the others are.
    const demos = await Promise.all(DEMOS.map(({ id }) => this.#open(id).catch(() => undefined)));
    const bundles = await this.#disk.list();
    const own = this.#embedded && (await this.#open(EMBEDDED.id).catch(() => undefined));
    return [
      ...(own && own.cloud.world.hosts.length > 0 ? [summarize(own.identity, own.cloud)] : []),
      ...demos.filter((opened) => opened !== undefined).map(({ identity, cloud }) => summarize(identity, cloud)),
      ...bundles.map((meta) => meta.summary),
    ];
  }

  /** Throws Failure `not_found`. */
  async summary(id: string): Promise<CloudSummary> {
    const meta = isOwn(id) ? undefined : await this.#disk.get(id);
    if (meta) return meta.summary;
    const { identity, cloud } = await this.#open(id);
    return summarize(identity, cloud);
  }

  /** The collected cloud behind an id. Throws Failure `not_found`. */
  async cloud(id: string): Promise<CollectedCloud> {
    return (await this.#open(id)).cloud;
  }

  async detail(id: string): Promise<CloudDetail> {
    const { identity, cloud } = await this.#open(id);
    return detail(identity, cloud);
  }

  async topology(id: string): Promise<Topology> {
    const opened = await this.#open(id);
    opened.topology ??= topologyOf(opened.cloud);
    return opened.topology;
  }

  /** Takes a .tar.gz in. Ends with `done` or `failed`; an abort or a failure leaves nothing behind. */
  async *import(body: ReadableStream<Uint8Array>, name: string, signal: AbortSignal): AsyncGenerator<ImportEvent> {
    const result = yield* importBundle(this.#disk, body, name, signal);
    if (!result) return;
    const opened: Opened = { cloud: result.cloud, identity: identityOf(result.meta) };
    this.#opened.set(opened.identity.id, Promise.resolve(opened), result.meta.unpacked);
    yield { kind: "done", cloud: detail(opened.identity, opened.cloud) };
  }

  /** Throws Failure `not_found`, or `read_only` for a cloud that comes with the server. */
  async remove(id: string): Promise<void> {
    if (this.#embedded && id === EMBEDDED.id)
      throw new Failure("read_only", "The embedded cloud is this server’s own and cannot be removed.");
    if (isDemo(id)) throw new Failure("read_only", "A demo cloud cannot be removed.");
    if (!(await this.#disk.get(id))) throw unknownCloud(id);
    this.#opened.delete(id);
    await this.#disk.remove(id);
  }

  #open(id: string): Promise<Opened> {
    if (this.#embedded && id === EMBEDDED.id) return this.#openEmbedded(this.#embedded);
    const known = this.#opened.get(id);
    if (known) return known;
    const opening = this.#read(id);
    this.#opened.set(id, opening, DEMO_WEIGHT);
    // A failure is not remembered: the next call tries again.
    opening.catch(() => this.#opened.delete(id));
    return opening;
  }

  async #openEmbedded(now: () => Promise<CollectedCloud>): Promise<Opened> {
    const cloud = await now();
    if (this.#moment?.cloud !== cloud) this.#moment = { cloud, identity: EMBEDDED };
    return this.#moment;
  }

  async #read(id: string): Promise<Opened> {
    const demo = DEMOS.find((one) => one.id === id);
    if (demo) {
      const cloud = await readBundle(path.join(this.#demoDir, id), { name: demo.name });
      return { cloud, identity: { ...demo, kind: "demo" } };
    }
    const meta = await this.#disk.get(id);
    if (!meta) throw unknownCloud(id);
    const cloud = await readBundle(this.#disk.root(meta), { name: meta.summary.name }).catch((cause: unknown) => {
      log().warn({ cloud: id, cause: String(cause) }, "a bundle can no longer be read");
      throw new Failure("bad_bundle", `The files of ${meta.summary.name} can no longer be read.`, {
        hint: "They were changed or removed on this machine. Open the bundle again; the server’s log has the reason.",
      });
    });
    const opened: Opened = { cloud, identity: identityOf(meta) };
    this.#opened.set(id, Promise.resolve(opened), meta.unpacked);
    return opened;
  }
}

function isDemo(id: string): boolean {
  return DEMOS.some((demo) => demo.id === id);
}

/** Not on the disk. */
function isOwn(id: string): boolean {
  return isDemo(id) || id === EMBEDDED.id;
}

function identityOf(meta: BundleMeta): Identity {
  const { id, name, kind, addedAt, size } = meta.summary;
  return { id, name, kind, addedAt, size };
}

function unknownCloud(id: string): Failure {
  return new Failure("not_found", `There is no cloud “${id}” here.`, {
    hint: "It may have been removed. Open its bundle again, or choose another cloud.",
  });
}
