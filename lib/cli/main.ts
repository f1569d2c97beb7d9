/** The command line: `underlay COMMAND …`. Answers the exit status: 0 delivered or exited, 1 dropped, 2 unknown or bad input. */
import { readFileSync } from "node:fs";
import { InputError } from "./input-error.ts";

type Command = (args: readonly string[]) => Promise<number>;

const COMMANDS: Record<string, { summary: string; load(): Promise<Command> }> = {
  trace: {
    summary: "follow a packet through a cloud, hop by hop",
    load: async () => (await import("./trace.ts")).trace,
  },
  check: {
    summary: "what Neutron wants of each host against what it is, and the repair",
    load: async () => (await import("./check.ts")).check,
  },
  export: {
    summary: "the script that builds a host from nothing",
    load: async () => (await import("./export.ts")).exportHost,
  },
  fault: {
    summary: "break the embedded cloud's hosts, and mend them",
    load: async () => (await import("./fault.ts")).fault,
  },
  "ofproto-trace": {
    summary: "what ovs-appctl ofproto/trace would say, offline",
    load: async () => {
      const { main } = await import("./ofproto-trace.ts");
      return (args) => main([...args]);
    },
  },
  openrc: {
    summary: "what OpenStack clients need to log in, for eval or clouds.yaml",
    load: async () => (await import("./openrc.ts")).openrc,
  },
};

export async function main(args: readonly string[]): Promise<number> {
  const [name = "help", ...rest] = args;
  if (name === "help" || name === "--help" || name === "-h") {
    process.stdout.write(usage());
    return 0;
  }
  if (name === "--version" || name === "version") {
    process.stdout.write(`${version()}\n`);
    return 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command)
    return fail(
      `${JSON.stringify(name.slice(0, 40))} is no command; there are: start, ${Object.keys(COMMANDS).join(", ")}`,
    );
  // A reader that has seen enough (`| head`) is no failure.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  try {
    return await (await command.load())(rest);
  } catch (error) {
    if (error instanceof InputError) return fail(error.message);
    throw error;
  }
}

function fail(message: string): number {
  process.stderr.write(`underlay: ${message.replaceAll(/\s*\n\s*/g, " ")}\n`);
  return 2;
}

function version(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const json: unknown = JSON.parse(text);
  return typeof json === "object" && json !== null && "version" in json ? String(json.version) : "unknown";
}

function usage(): string {
  const lines = Object.entries(COMMANDS).map(([name, c]) => `  underlay ${name.padEnd(16)} ${c.summary}`);
  return `Underlay shows where packets go under an OpenStack cloud.

  underlay ${"start".padEnd(16)} serve the dashboard and the APIs on http://127.0.0.1:3000
${lines.join("\n")}

  underlay COMMAND --help   the options of a command
  underlay --version
`;
}
