/** Who asks: what a validated token says of its bearer. The same facts as oslo.context's RequestContext. */
export interface Context {
  readonly userId: string;
  readonly userName: string;
  /** null for an unscoped token. */
  readonly projectId: string | null;
  readonly projectName: string | null;
  /** Names of roles in that project: admin, member, reader. */
  readonly roles: readonly string[];
  readonly isAdmin: boolean;
  /** `req-` and a UUID: stands in answers and logs. */
  readonly requestId: string;
}

/** The cloud itself: what agents and other services act as. */
export function serviceContext(requestId = "req-internal"): Context {
  return {
    userId: "underlay",
    userName: "underlay",
    projectId: null,
    projectName: null,
    roles: ["admin"],
    isAdmin: true,
    requestId,
  };
}
