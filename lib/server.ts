/** The composition root: the only place that constructs. Lives on globalThis, since Next gives every route its own module instance. */
import { BundleDisk } from "./clouds/disk.ts";
import { dataDir, demoDir } from "./clouds/places.ts";
import { CloudStore } from "./clouds/store.ts";
import { TrafficLog } from "./console/traffic/log.ts";
import { type EmbeddedCloud, openEmbedded, storePlace } from "./embedded.ts";
import { log } from "./server/log.ts";
import { Metrics } from "./server/metrics.ts";
import { Waiters } from "./server/waiters.ts";
import { cloudOf } from "./simulation/world.ts";

export interface Server {
  readonly clouds: CloudStore;
  /** The cloud of this server's own. Opened at the first call; a failure is told to every caller, and tried again by the next. */
  embedded(): Promise<EmbeddedCloud>;
  /** What traces and consoles sent lately, for captures. */
  readonly traffic: TrafficLog;
  readonly metrics: Metrics;
  readonly waiters: Waiters;
  /** Aborted when the process is asked to end: every open stream listens to it. */
  readonly ending: AbortController;
}

const KEY = Symbol.for("underlay.server");
type Holder = typeof globalThis & { [KEY]?: Server };

/** Built at the first call, never at import: `next build` loads route modules too. */
export function server(): Server {
  const holder: Holder = globalThis;
  holder[KEY] ??= construct();
  return holder[KEY];
}

function construct(): Server {
  const ending = new AbortController();
  let embedded: Promise<EmbeddedCloud> | undefined;
  const open = () => {
    embedded ??= openEmbedded({
      place: storePlace(dataDir(), process.env),
      env: process.env,
      report: (error) => log().error(error),
      signal: ending.signal,
    }).catch((error: unknown) => {
      embedded = undefined;
      throw error;
    });
    return embedded;
  };
  return {
    clouds: new CloudStore({
      disk: new BundleDisk(dataDir()),
      demoDir: demoDir(),
      async embedded() {
        const { simulation } = await open();
        await simulation.settled();
        return cloudOf(simulation.moment());
      },
    }),
    traffic: new TrafficLog(),
    metrics: new Metrics(),
    waiters: new Waiters(),
    ending,
    embedded: open,
  };
}
