import { json } from "../../../../../../../lib/server/answer.ts";
import { answerLine, consoleInfo, consoleQuestion } from "../../../../../../../lib/server/console.ts";
import { route } from "../../../../../../../lib/server/route.ts";
import { server } from "../../../../../../../lib/server.ts";

type Params = { cloud: string; host: string };

export const GET = route<Params>(async (_, { cloud, host }) => json(await consoleInfo(server(), cloud, host)));

export const POST = route<Params>(async (request, { cloud, host }, session) => {
  const question = await consoleQuestion(request);
  return json(await answerLine(server(), { cloud, host, user: session.user.name }, question));
});
