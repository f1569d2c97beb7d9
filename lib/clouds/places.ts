/** Where things are on this machine. */
import os from "node:os";
import path from "node:path";

/** Underlay's own state: UNDERLAY_DATA, else the XDG data directory. */
export function dataDir(env: NodeJS.ProcessEnv = process.env): string {
  const chosen = env.UNDERLAY_DATA;
  if (chosen) return path.resolve(chosen);
  const xdg = env.XDG_DATA_HOME;
  return path.join(xdg && path.isAbsolute(xdg) ? xdg : path.join(os.homedir(), ".local", "share"), "underlay");
}

/** The recordings that ship with the product. `next start` and the tests both run in the project's root. */
export function demoDir(env: NodeJS.ProcessEnv = process.env): string {
  return env.UNDERLAY_DEMO ?? path.join(/* turbopackIgnore: true */ process.cwd(), "lib", "demo");
}
