/** The shortcuts of a single key, and of two in a row, as data: what listens and the sheet that explains them are made of it. */

/** Last parts of paths under /clouds/<cloud>/. */
export const GO_TO: Readonly<Record<string, { readonly slug: string; readonly forAdmins?: true }>> = {
  t: { slug: "topology" },
  i: { slug: "instances" },
  n: { slug: "networks" },
  r: { slug: "routers" },
  s: { slug: "security-groups" },
  f: { slug: "floating-ips" },
  e: { slug: "reachability" },
  h: { slug: "hosts", forAdmins: true },
  c: { slug: "check", forAdmins: true },
  a: { slug: "agents", forAdmins: true },
};

export type ShortcutDeed = { readonly do: "help" | "filter" | "trace" } | { readonly do: "go"; readonly slug: string };

export interface ShortcutState {
  /** G was pressed, and what follows names a page. */
  readonly going: boolean;
  readonly deed?: ShortcutDeed;
}

/** What a key means after what was pressed before it. */
export function pressed(key: string, going: boolean, admin: boolean): ShortcutState {
  const letter = key.toLowerCase();
  if (going) {
    const page = Object.hasOwn(GO_TO, letter) ? GO_TO[letter] : undefined;
    return page && (admin || !page.forAdmins)
      ? { going: false, deed: { do: "go", slug: page.slug } }
      : { going: false };
  }
  if (letter === "g") return { going: true };
  if (key === "?") return { going: false, deed: { do: "help" } };
  if (key === "/") return { going: false, deed: { do: "filter" } };
  if (letter === "t") return { going: false, deed: { do: "trace" } };
  return { going: false };
}
