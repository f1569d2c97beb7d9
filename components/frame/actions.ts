/** What can be done from wherever one is, for the palette: pure. */

import type { CloudSummary } from "../../lib/api/http.ts";
import { pages } from "../../lib/api/pages.ts";
import type { FormName } from "../../lib/client/forms/forms.ts";
import { EMBEDDED_CLOUD } from "../../lib/client/live.ts";
import { NAV } from "./nav.ts";
import { GO_TO } from "./shortcut-keys.ts";

export interface Action {
  readonly id: string;
  readonly label: string;
  /** Other words that people look for it by. */
  readonly words?: string;
  readonly keys?: string;
  readonly run: { readonly go: string } | { readonly do: "theme" | "shortcuts" | "log-out" };
}

export interface Circumstances {
  readonly cloud: string;
  readonly admin: boolean;
  readonly dark: boolean;
  /** Those that can be gone to. */
  readonly clouds: readonly Pick<CloudSummary, "id" | "name">[];
}

/** Forms of components/forms, which are in the address. */
const CREATE: readonly (readonly [FormName, string])[] = [
  ["new-network", "Create network"],
  ["new-router", "Create router"],
  ["new-instance", "Create instance"],
  ["new-floating-ip", "Allocate floating IP"],
  ["new-security-group", "Create security group"],
];

export function actionsFor({ cloud, admin, dark, clouds }: Circumstances): Action[] {
  const base = `/clouds/${encodeURIComponent(cloud)}`;
  const there = NAV.flat().filter(
    (entry) => (admin || !entry.forAdmins) && (cloud === EMBEDDED_CLOUD || !entry.embeddedOnly),
  );
  const keyOf = new Map(Object.entries(GO_TO).map(([key, { slug }]) => [slug, `G ${key.toUpperCase()}`]));
  return [
    { id: "trace", label: "New trace", words: "ping packet", keys: "T", run: { go: pages.trace(cloud) } },
    ...there
      .filter(({ slug }) => slug !== "trace")
      .map(({ slug, label }): Action => {
        const keys = keyOf.get(slug);
        return { id: slug, label: `Go to ${label}`, ...(keys && { keys }), run: { go: `${base}/${slug}` } };
      }),
    ...(cloud === EMBEDDED_CLOUD ? CREATE : []).map(
      ([form, label]): Action => ({
        id: form,
        label,
        words: "create new add",
        run: { go: `${pages.topology(cloud)}?form=${form}` },
      }),
    ),
    ...clouds
      .filter((one) => one.id !== cloud)
      .map(
        (one): Action => ({
          id: `cloud ${one.id}`,
          label: `Switch to ${one.name}`,
          words: "cloud",
          run: { go: pages.topology(one.id) },
        }),
      ),
    ...(admin
      ? ([
          { id: "clouds", label: "All clouds", words: "switch", run: { go: pages.clouds() } },
          { id: "bundle", label: "Open a bundle", words: "import upload", run: { go: `${pages.clouds()}?open=1` } },
        ] satisfies Action[])
      : []),
    {
      id: "theme",
      label: dark ? "Use the light theme" : "Use the dark theme",
      words: "toggle colours",
      run: { do: "theme" },
    },
    { id: "shortcuts", label: "Keyboard shortcuts", words: "keys help", keys: "?", run: { do: "shortcuts" } },
    { id: "handbook", label: "Handbook", words: "docs help verdicts", run: { go: "/docs" } },
    { id: "log-out", label: "Log out", words: "sign out leave", run: { do: "log-out" } },
  ];
}

/** Those in which every word of the question begins a word; all of them for none. */
export function matching(actions: readonly Action[], question: string): Action[] {
  const asked = question.toLowerCase().split(/\s+/).filter(Boolean);
  return actions.filter(({ label, words = "" }) => {
    const own = `${label} ${words}`.toLowerCase().split(/\s+/);
    return asked.every((word) => own.some((one) => one.startsWith(word)));
  });
}
