// `underlay COMMAND …`: the launcher for `start`, else lib/cli/main.ts, under Node 24. Standard output is the
// command's alone.
import { entry } from "./failure.mjs";
import { run } from "./processes.mjs";
import { ensureToolchain, environment } from "./toolchain.mjs";

/** `underlay trace` ends with 1 for a packet that is dropped; what keeps it from running is 2, as bad input is. */
const COULD_NOT_RUN = 2;

const [command, ...rest] = process.argv.slice(2);
if (command === "start") {
  process.argv.splice(2, 1);
  await import("./start.mjs");
} else {
  await entry(async () => {
    const node = await ensureToolchain();
    if (node !== process.execPath) return run(node, process.argv.slice(1), { env: environment(node) });
    const { main } = await import("../lib/cli/main.ts");
    return main(command === undefined ? ["help"] : [command, ...rest]);
  }, COULD_NOT_RUN);
}
