"use client";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useCallback, useEffect, useState } from "react";
import type { Topology, TraceEnd } from "../../lib/api/http.ts";
import { pages } from "../../lib/api/pages.ts";
import { fetchJson } from "../../lib/client/fetch.ts";
import { keys, urls } from "../../lib/client/keys.ts";
import { useUrlState } from "../../lib/client/use-url-state.ts";
import { useIsAdmin } from "../frame/session.tsx";
import { findObject } from "../objects/find.ts";
import { type EndChoice, endsAt } from "./ends.ts";

type Role = "from" | "to";

export interface Picking {
  /** Which end is to be chosen next; undefined when none is. */
  readonly role: Role | undefined;
  /** Object that the source is of. */
  readonly source: string | null;
  readonly from: string | null;
  /** Why the last object that was chosen is none. */
  readonly why?: string;
  /** The object that has been chosen is several ends. */
  readonly offer?: Offer;
  readonly start: (object: string | null) => void;
  readonly choose: (object: string) => void;
  readonly take: (object: string, choice: EndChoice) => void;
  readonly back: () => void;
  readonly cancel: () => void;
}

interface Offer {
  readonly id: string;
  readonly name: string;
  readonly choices: readonly EndChoice[];
  readonly any: boolean;
}

/**
 * Choosing the ends of a trace in the picture: `pick` in the address says that it goes on, `from` and `at` what the first one
 * is. The second one leads to the trace.
 */
export function usePicking(cloud: string, topology: Topology | undefined): Picking {
  const router = useRouter();
  const admin = useIsAdmin();
  const { params, set } = useUrlState();
  const [from, source, step] = [params.get("from") || null, params.get("at"), params.get("pick")];
  const role: Role | undefined = step === null ? undefined : from === null ? "from" : "to";
  const [told, setTold] = useState<{ why?: string; offer?: Offer }>({});
  const { data: ends } = useQuery({
    queryKey: keys.ends(cloud),
    queryFn: () => fetchJson<TraceEnd[]>(urls.ends(cloud)),
    enabled: role !== undefined,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was said of one end says nothing of the next
  useEffect(() => setTold({}), [role]);

  const ask = useCallback(
    (next: Role, id: string) => {
      const object = topology && findObject(topology, id);
      return object && { object, here: endsAt(object, next, { topology, ends, admin }) };
    },
    [topology, ends, admin],
  );
  const take = useCallback(
    (id: string, { value, label }: EndChoice) => {
      if (role === "from") return set({ from: value, at: id });
      if (value === from) return setTold({ why: `${label} is where the ping starts: choose another end.` });
      router.push(pages.trace(cloud, { from: from ?? "", to: value }));
    },
    [role, from, set, router, cloud],
  );
  const choose = useCallback(
    (id: string) => {
      const asked = role && ask(role, id);
      if (!asked) return;
      const { here, object } = asked;
      const [only, more] = here.choices;
      if ("why" in here) setTold({ why: here.why });
      else if (only && !more && !here.any) take(id, only);
      else {
        const name = object.kind === "floatingip" ? object.value.address : object.value.name || id.slice(0, 8);
        setTold({ offer: { id, name, choices: here.choices, any: here.any === true } });
      }
    },
    [role, ask, take],
  );
  // What is selected is where it starts, if it can be.
  const start = useCallback(
    (id: string | null) => {
      const here = id === null ? undefined : ask("from", id)?.here;
      const [only, more] = here?.choices ?? [];
      set(only && !more ? { pick: "1", from: only.value, at: id } : { pick: "1", from: null, at: null });
    },
    [ask, set],
  );
  const back = useCallback(() => setTold({}), []);
  const cancel = useCallback(() => set({ pick: null, from: null, at: null }, "replace"), [set]);
  return { role, source, from, ...told, start, choose, take, back, cancel };
}
