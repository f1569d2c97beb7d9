/** What a server is told to do: `{"ACTION": argument}`. Source: nova/api/openstack/compute/{servers,lock_server,multinic}.py. */
import { z } from "zod";
import { ComputeError } from "../../compute/errors.ts";
import type { Servers } from "../../compute/servers.ts";
import type { Context } from "../../identity/context.ts";
import type { RestReply } from "../http.ts";
import { ok } from "./answers.ts";

/** They would need a machine that runs, volumes, or several hypervisors to choose from. */
const NEEDS_A_MACHINE: ReadonlySet<string> = new Set([
  "changePassword",
  "confirmResize",
  "createBackup",
  "createImage",
  "evacuate",
  "forceDelete",
  "migrate",
  "os-getRDPConsole",
  "os-getSPICEConsole",
  "os-getSerialConsole",
  "os-getVNCConsole",
  "os-migrateLive",
  "os-resetState",
  "rebuild",
  "rescue",
  "resize",
  "restore",
  "revertResize",
  "shelve",
  "shelveOffload",
  "trigger_crash_dump",
  "unrescue",
  "unshelve",
]);

export async function runAction(
  servers: Servers,
  context: Context,
  id: string,
  action: string,
  argument: unknown,
): Promise<RestReply> {
  switch (action) {
    case "addSecurityGroup":
    case "removeSecurityGroup":
      await servers.setGroup(context, id, field(argument, "name"), action === "addSecurityGroup");
      return ACCEPTED;
    case "addFixedIp":
      await servers.addFixedIp(context, id, field(argument, "networkId"));
      return ACCEPTED;
    case "removeFixedIp":
      await servers.removeFixedIp(context, id, field(argument, "address"));
      return ACCEPTED;
    case "lock":
    case "unlock":
      await servers.lock(context, id, action === "lock");
      return ACCEPTED;
    case "os-getConsoleOutput":
      await servers.show(context, id);
      return ok({ output: "" });
    default:
      if (NEEDS_A_MACHINE.has(action)) {
        await servers.show(context, id);
        throw new ComputeError("not-implemented", `Servers are not really run here: there is no ${action}.`);
      }
      await servers.act(context, id, action);
      return ACCEPTED;
  }
}

const ACCEPTED: RestReply = { status: 202 };

function field(argument: unknown, name: string): string {
  const parsed = z.object({ [name]: z.string().min(1).max(255) }).safeParse(argument);
  const value = parsed.data?.[name];
  if (value === undefined) throw new ComputeError("bad-request", `'${name}' is a required property`);
  return value;
}
