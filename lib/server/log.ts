import pino, { type Logger } from "pino";

let logger: Logger | undefined;
const KEYS = ["password", "token", "secret", "cookie", "authorization"];

/**
 * The operator's log: JSON lines on standard error. UNDERLAY_LOG_LEVEL: `warn` (what went wrong), `info` (a line for each
 * request, too), `debug` (also for the pages' own files), `silent`.
 */
export function log(): Logger {
  logger ??= pino(
    {
      name: "underlay",
      level: levelOf(process.env.UNDERLAY_LOG_LEVEL),
      // Nobody writes them here on purpose; an error of a library may carry what it was given.
      redact: { paths: KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: "…" },
    },
    pino.destination(2),
  );
  return logger;
}

function levelOf(wanted: string | undefined): string {
  const name = wanted?.toLowerCase() ?? "";
  return name === "silent" || Object.hasOwn(pino.levels.values, name) ? name : "warn";
}
