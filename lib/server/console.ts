/** A host's console for whoever asks over HTTP: it shows any host, and changes those of the embedded cloud. */
import { z } from "zod";
import type { ConsoleInfo, ConsoleReply } from "../api/console.ts";
import { EMBEDDED } from "../clouds/embedded.ts";
import { Failure } from "../clouds/failure.ts";
import { ENTRIES } from "../console/help.ts";
import { type ConsoleAnswer, runLine } from "../console/shell.ts";
import { completions } from "../console/words.ts";
import type { EmbeddedCloud } from "../embedded.ts";
import type { CommandError } from "../host/command/command.ts";
import { hostNamed } from "../hostgraph/lookup.ts";
import type { Server } from "../server.ts";
import { startAgent, stopAgent } from "../simulation/agent-control.ts";

/** A line may bring a heredoc along. */
const LINE = 60_000;
const NAME = 300;

const count = z.number().int().min(0);
const Progress = z.object({ after: count, captured: count, received: count });

const Question = z.object({
  line: z.string().max(LINE),
  session: z.object({ netns: z.string().max(NAME).optional(), guest: z.string().max(NAME).optional() }).default({}),
  follow: Progress.nullish(),
});

const RECORDED = "This host is a recording: it can be asked, and not be changed.";

/** Throws Failure `bad_request` or `too_large`. */
export async function consoleQuestion(request: Request): Promise<z.output<typeof Question>> {
  const tooLong = () =>
    new Failure("too_large", `A line has at most ${LINE.toLocaleString("en")} characters.`, { field: "line" });
  if (Number(request.headers.get("content-length") ?? 0) > 4 * LINE) throw tooLong();
  const parsed = Question.safeParse(await request.json().catch(() => undefined));
  if (parsed.success) return parsed.data;
  if (parsed.error.issues.some((one) => one.code === "too_big" && one.path[0] === "line")) throw tooLong();
  throw new Failure("bad_request", "line: expected JSON as { line, session }", { field: "line" });
}

type Parts = Pick<Server, "clouds" | "embedded" | "traffic">;

/** Throws Failure `not_found`. @param user who typed it */
export async function answerLine(
  { clouds, embedded, traffic }: Parts,
  { cloud: id, host, user }: { cloud: string; host: string; user: string },
  { line, session, follow }: z.output<typeof Question>,
): Promise<ConsoleReply> {
  const cloud = await clouds.cloud(id);
  hostNamed(cloud, host);
  const own = id === EMBEDDED.id;
  const answer = runLine(
    {
      ...{ cloud, host, frames: traffic.of(id, follow?.after), now: Date.now() },
      ...(own ? { memories: traffic.memories, counts: traffic.counts } : { readOnly: RECORDED }),
    },
    line,
    {
      ...(session.netns === undefined ? {} : { netns: session.netns }),
      ...(session.guest === undefined ? {} : { guest: session.guest }),
    },
    follow === undefined ? undefined : follow ? { begun: follow } : {},
  );
  traffic.add(id, answer.frames);
  if (own) traffic.memories = answer.memories;
  let { output, status } = answer;
  const failure = own && (await carryOut(await embedded(), host, answer, `${user} typed ${line.slice(0, 200)}`));
  // The host has changed since it was looked at.
  if (failure) {
    output += `${failure.message}\n`;
    ({ status } = failure);
  }
  return {
    output,
    status,
    session: { ...answer.session },
    notes: [...answer.notes],
    clear: answer.clear,
    changes: answer.commands.length + answer.orders.length,
    ...(answer.goesOn && { follow: followed(answer.goesOn, traffic.count(id)) }),
  };
}

function followed(
  { captured, received, farewell, seconds }: NonNullable<ConsoleAnswer["goesOn"]>,
  after: number,
): ConsoleReply["follow"] {
  return { progress: { after, captured, received }, farewell, ...(seconds !== undefined && { seconds }) };
}

/** What the line changed on the host, and which agents it stopped and started, one after the other until something fails. */
async function carryOut(
  { neutron, simulation }: EmbeddedCloud,
  host: string,
  { commands, orders }: ConsoleAnswer,
  what: string,
): Promise<CommandError | undefined> {
  let done = 0;
  for (const { after, id, run } of [...orders, { after: commands.length, id: undefined, run: false }]) {
    const failure = done < after ? await simulation.byHand(host, commands.slice(done, after), what) : undefined;
    if (failure) return failure;
    done = after;
    if (id === undefined) continue;
    await (run ? startAgent : stopAgent)(neutron, id);
    await simulation.settled();
  }
  return undefined;
}

/** Throws Failure `not_found`. */
export async function consoleInfo({ clouds }: Pick<Server, "clouds">, id: string, name: string): Promise<ConsoleInfo> {
  const cloud = await clouds.cloud(id);
  const host = hostNamed(cloud, name);
  const { programs, words } = completions(host, cloud.world);
  const guests = cloud.world.guests.filter((one) => one.host === name);
  return {
    programs: [...programs],
    words: [...words],
    namespaces: host.namespaces.map((one) => one.name),
    help: ENTRIES.map((one) => ({ ...one, names: [...one.names] })),
    guests: Object.fromEntries(guests.map((one) => [one.portId, one.name])),
    ...(id === EMBEDDED.id ? {} : { readOnly: RECORDED }),
  };
}
