import pino, { type Logger } from "pino";

let logger: Logger | undefined;

/** The operator's log: JSON lines on standard error. */
export function log(): Logger {
  logger ??= pino({ name: "underlay", level: process.env.UNDERLAY_LOG ?? "info" }, pino.destination(2));
  return logger;
}
