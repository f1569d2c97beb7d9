/** The composition root: the only place that constructs. Lives on globalThis, since Next gives every route its own module instance. */
import { BundleDisk } from "./clouds/disk.ts";
import { dataDir, demoDir } from "./clouds/places.ts";
import { CloudStore } from "./clouds/store.ts";

export interface Server {
  readonly clouds: CloudStore;
  /** Aborted when the process is asked to end: every open stream listens to it. */
  readonly ending: AbortController;
}

const KEY = Symbol.for("underlay.server");
type Holder = typeof globalThis & { [KEY]?: Server };

/** Built at the first call, never at import: `next build` loads route modules too. */
export function server(): Server {
  const holder: Holder = globalThis;
  holder[KEY] ??= {
    clouds: new CloudStore({ disk: new BundleDisk(dataDir()), demoDir: demoDir() }),
    ending: new AbortController(),
  };
  return holder[KEY];
}
