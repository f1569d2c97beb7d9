"use client";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";
import { type FormName, makerOf } from "../../lib/client/forms/forms.ts";
import type { Target } from "../../lib/client/forms/removal.ts";
import { useUrlState } from "../../lib/client/use-url-state.ts";
import { useSession } from "../frame/session.tsx";
import { useTopology } from "../objects/use-topology.ts";
import { ConfirmRemoval } from "./confirm.tsx";
import { FormPanel } from "./form-panel.tsx";

interface Build {
  /** Opens a form. @param of the object that it changes, or adds to */
  open(form: FormName, of?: string): void;
  /** Asks whether they shall be deleted. @param then once they are */
  ask(targets: readonly Target[], then?: () => void): void;
  /** Whether it is the caller's to change. */
  mine(projectId: string): boolean;
}

const Building = createContext<Build | undefined>(undefined);

/** Undefined where nothing can be built: a recorded cloud is as it was. */
export function useBuild(): Build | undefined {
  return useContext(Building);
}

const NOTICE_MS = 4000;

/** Forms and questions for all pages of a cloud that can be changed. A form is in the address: `form`, and what it is `of`. */
export function BuildProvider({ cloud, children }: { cloud: string; children: ReactNode }) {
  const { params, set } = useUrlState();
  const { admin, project } = useSession();
  const own = project?.id ?? "";
  const [asking, setAsking] = useState<{ targets: readonly Target[]; then?: () => void }>();
  const [said, setSaid] = useState("");
  const [name, of] = [params.get("form") ?? "", params.get("of") ?? ""];

  useEffect(() => {
    if (said === "") return;
    const timer = setTimeout(() => setSaid(""), NOTICE_MS);
    return () => clearTimeout(timer);
  }, [said]);

  const open = useCallback((form: FormName, about = "") => set({ form, of: about }), [set]);
  const ask = useCallback(
    (targets: readonly Target[], then?: () => void) => setAsking({ targets, ...(then && { then }) }),
    [],
  );
  const build = useMemo<Build>(
    () => ({ open, ask, mine: (projectId) => admin || (projectId !== "" && projectId === own) }),
    [open, ask, admin, own],
  );
  const closeForm = useCallback(() => set({ form: null, of: null }), [set]);
  const isOpen = makerOf(name) !== undefined;
  return (
    <Building value={build}>
      {children}
      {isOpen || asking ? (
        <WithTopology cloud={cloud}>
          {(topology) => (
            <>
              {isOpen ? (
                <FormPanel
                  key={`${name} ${of}`}
                  cloud={cloud}
                  name={name}
                  of={of}
                  here={{ topology, admin, project: own }}
                  onClose={closeForm}
                  onSent={(sent) => {
                    setSaid(sent.say);
                    // `params` are those of when it was sent: whoever opened or chose something else since then stays there.
                    const now = new URLSearchParams(window.location.search);
                    const still = (...names: string[]) => names.every((one) => now.get(one) === params.get(one));
                    set(
                      {
                        ...(still("form", "of") && { form: null, of: null }),
                        ...(still("sel") && sent.select && { sel: sent.select }),
                      },
                      "replace",
                    );
                  }}
                />
              ) : null}
              {asking ? (
                <ConfirmRemoval
                  cloud={cloud}
                  topology={topology}
                  targets={asking.targets}
                  onClose={() => setAsking(undefined)}
                  onRemoved={(targets, sentence) => {
                    setSaid(sentence);
                    asking.then?.();
                    setAsking(undefined);
                    if (targets.some((one) => one.id === params.get("sel"))) set({ sel: null }, "replace");
                  }}
                />
              ) : null}
            </>
          )}
        </WithTopology>
      ) : null}
      <div role="status" className="pointer-events-none fixed bottom-5 left-[calc(var(--rail)+24px)] z-40">
        {said === "" ? null : (
          <p className="max-w-[min(480px,calc(100vw-var(--rail)-48px))] rounded-md bg-solid px-3 py-2 text-sm text-on-solid shadow-float">
            {said}
          </p>
        )}
      </div>
    </Building>
  );
}

function WithTopology(props: {
  cloud: string;
  children: (topology: NonNullable<ReturnType<typeof useTopology>["data"]>) => ReactNode;
}) {
  const { data } = useTopology(props.cloud);
  return data ? props.children(data) : null;
}
