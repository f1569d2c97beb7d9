/** Problems of the identity service as Keystone answers them: status, title and the shape of `keystone/server/flask/application.py`. */
import type { IdentityError, IdentityProblem } from "../../identity/error.ts";
import type { RestReply } from "../http.ts";

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  410: "Gone",
  413: "Request Entity Too Large",
  429: "Too Many Requests",
  501: "Not Implemented",
};

export function failure(status: number, message: string, headers?: Readonly<Record<string, string>>): RestReply {
  return {
    status,
    body: { error: { code: status, message, title: TITLES[status] ?? "Error" } },
    ...(headers && { headers }),
  };
}

/** @param base where the identity service is, for clients that do not know */
export function replyOf({ problem }: IdentityError, base: string): RestReply {
  const status = statusOf(problem);
  switch (problem.reason) {
    case "unauthenticated": {
      const reply = failure(status, problem.message, { "www-authenticate": `Keystone uri="${base}"` });
      if (!problem.methods) return reply;
      const error = {
        code: status,
        message: problem.message,
        title: TITLES[status],
        identity: { methods: problem.methods },
      };
      return { ...reply, body: { error } };
    }
    case "too-many-attempts":
      return failure(status, problem.message, { "retry-after": String(problem.retryAfterSeconds) });
    case "not-found":
    case "conflict":
    case "invalid":
    case "forbidden":
    case "not-supported":
      return failure(status, problem.message);
  }
}

function statusOf(problem: IdentityProblem): number {
  switch (problem.reason) {
    case "invalid":
      return 400;
    case "unauthenticated":
      return 401;
    case "forbidden":
      return 403;
    case "not-found":
      return 404;
    case "conflict":
      return 409;
    case "too-many-attempts":
      return 429;
    case "not-supported":
      return 501;
  }
}
