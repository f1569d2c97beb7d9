/** What happens once, before the first request is answered. */
import { dataDir } from "../clouds/places.ts";
import type { EmbeddedCloud } from "../embedded.ts";
import { usersWithDefaultPassword } from "../identity/prepare.ts";
import { loginHelp } from "../identity/welcome.ts";
import { assertSafeListen } from "../rest/guard.ts";
import { server } from "../server.ts";
import { makeDirectory } from "../store/directory.ts";
import { openFrontDoor } from "./front-door.ts";
import { log } from "./log.ts";
import { nearUrl, removeRunning, writeRunning } from "./running.ts";

/** Ends the process with one line when the server must not be, or cannot be, started. */
export async function start(): Promise<void> {
  // The server waits for open streams when it is asked to end; ending them makes that short.
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const)
    process.once(signal, () => {
      server().ending.abort();
      removeRunning(dataDir());
    });
  const { UNDERLAY_LISTEN_HOST: host, UNDERLAY_LISTEN_PORT: port } = process.env; // From the launcher.
  try {
    makeDirectory(dataDir());
    const cloud = await server().embedded();
    await assertSafeListen(host, cloud.identity);
    openFrontDoor();
    void tell(cloud, nearUrl(host ?? "127.0.0.1", Number(port))).catch((error: unknown) => log().error(error));
  } catch (error) {
    process.stderr.write(`underlay: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}

/** To commands on this machine, and on the first start to whoever reads the terminal. */
async function tell(cloud: EmbeddedCloud, url: string): Promise<void> {
  const write = async () => {
    const defaultPasswords = await usersWithDefaultPassword(cloud.identity);
    await writeRunning(dataDir(), { url, pid: process.pid, defaultPasswords });
    return defaultPasswords;
  };
  cloud.identity.onPasswordChange(() => void write().catch((error: unknown) => log().error(error)));
  const defaultPasswords = await write();
  const elsewhere = dataDir() === dataDir({ ...process.env, UNDERLAY_DATA: undefined }) ? undefined : dataDir();
  if (cloud.fresh) process.stdout.write(`${loginHelp(url, defaultPasswords, elsewhere)}\n`);
  process.stdout.write(`Underlay is at ${url} (Ctrl-C stops it)\n`);
}
