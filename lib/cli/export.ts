/** `underlay export`: a host as the script that builds it. */
import { buildScript } from "../check/build-script.ts";
import { EMBEDDED } from "../clouds/embedded.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import { askServerText, runningServer, withStored } from "./embedded-cloud.ts";
import { InputError } from "./input-error.ts";
import { openCloud } from "./open-cloud.ts";
import { cloudOption, DATA_USAGE, environmentOf, parseOptions } from "./options.ts";

const USAGE = `underlay export --cloud <bundle directory or .tar.gz | embedded> --host HOST [--data DIR]

Prints the shell script that builds the host with iproute2, Open vSwitch and iptables, in namespaces of a Linux machine,
and a stand-in for each of its guests. Save it to a file, read it, and run it as root: sh HOST.sh. The scripts of all
hosts together make the cloud.

${DATA_USAGE}
`;

export async function exportHost(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<number> {
  const options = parseOptions(args, ["cloud", "host", "data"], ["help"]);
  if (options.flags.has("help")) {
    process.stdout.write(USAGE);
    return 0;
  }
  const where = cloudOption(options);
  const host = options.values.get("host");
  if (host === undefined) throw new InputError("--host: expected the name of a host");
  process.stdout.write(
    where === EMBEDDED.id
      ? await ofEmbedded(host, environmentOf(options, env))
      : scriptOf(await openCloud(where), host),
  );
  return 0;
}

async function ofEmbedded(host: string, env: NodeJS.ProcessEnv): Promise<string> {
  const server = runningServer(env);
  if (server) return askServerText(server, `hosts/${encodeURIComponent(host)}/script`);
  const { cloudOf } = await import("../simulation/world.ts");
  return withStored(env, async ({ simulation }) => scriptOf(cloudOf(simulation.moment()), host));
}

function scriptOf({ world }: CollectedCloud, name: string): string {
  const host = world.hosts.find((one) => one.name === name);
  if (host) return buildScript(world, host);
  const known = world.hosts.map((one) => one.name).join(", ");
  throw new InputError(`--host: there is no host ${JSON.stringify(name.slice(0, 60))}; there are ${known}`);
}
