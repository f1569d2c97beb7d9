"use client";
import { useQueryClient } from "@tanstack/react-query";
import { X } from "lucide-react";
import { Dialog } from "radix-ui";
import { useEffect, useState } from "react";
import type { Topology } from "../../lib/api/http.ts";
import type { Form, Sent, Surroundings, Values } from "../../lib/client/forms/form.ts";
import { makerOf } from "../../lib/client/forms/forms.ts";
import { keys } from "../../lib/client/keys.ts";
import { Button } from "../ui/button.tsx";
import { returnFocus } from "../ui/return-focus.ts";
import { SkeletonRows } from "../ui/skeleton.tsx";
import { ErrorState } from "../ui/state.tsx";
import { FormBody } from "./form-body.tsx";

/** The form that the page's address names, at the right edge. What is behind it can be seen and used meanwhile. */
export function FormPanel(props: {
  cloud: string;
  name: string;
  of: string;
  here: Surroundings;
  onClose: () => void;
  onSent: (sent: Sent) => void;
}) {
  const { cloud, name, of, here } = props;
  const client = useQueryClient();
  const [form, setForm] = useState<Form>();
  const [error, setError] = useState<unknown>();
  const [round, setRound] = useState(0);
  // Made once: what others change meanwhile must not overwrite what is being typed.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above; round is another try
  useEffect(() => {
    let left = false;
    const make = makerOf(name);
    if (!make) {
      setError(new Error("There is no such form."));
      return;
    }
    setError(undefined);
    make(here, of).then(
      (made) => !left && setForm(made),
      (cause: unknown) => !left && setError(cause),
    );
    return () => {
      left = true;
    };
  }, [name, of, round]);

  const send = async (values: Values) => {
    if (!form) return;
    const key = keys.topology(cloud);
    let before: Topology | undefined;
    if (form.optimistic) {
      await client.cancelQueries({ queryKey: key });
      before = client.getQueryData<Topology>(key);
      if (before) client.setQueryData(key, form.optimistic(before, values));
    }
    try {
      const sent = await form.send(values);
      await client.invalidateQueries({ queryKey: key });
      props.onSent(sent);
    } catch (cause) {
      if (before) client.setQueryData(key, before);
      if (form.optimistic) void client.invalidateQueries({ queryKey: key });
      throw cause;
    }
  };
  return (
    <Dialog.Root open modal={false} onOpenChange={(open) => open || props.onClose()}>
      <Dialog.Portal>
        <Dialog.Content
          aria-describedby={undefined}
          onInteractOutside={(event) => event.preventDefault()}
          onOpenAutoFocus={(event) => event.preventDefault()}
          onCloseAutoFocus={returnFocus}
          className="fixed top-[52px] right-0 bottom-0 z-30 flex w-[min(400px,100vw)] flex-col border-l border-line bg-raised shadow-float focus:outline-none"
        >
          <div className="flex items-start justify-between gap-4 px-6 pt-5 pb-3">
            <Dialog.Title className="min-w-0 text-lg font-semibold tracking-tight break-words">
              {form?.title ?? (error === undefined ? "One moment" : "Not possible")}
            </Dialog.Title>
            <Dialog.Close asChild>
              <Button
                variant="ghost"
                size="icon"
                aria-label="Close the form"
                title="Close (Esc)"
                className="-mt-1 -mr-2"
              >
                <X aria-hidden />
              </Button>
            </Dialog.Close>
          </div>
          {error !== undefined ? (
            <ErrorState title="The form did not load" error={error} onRetry={() => setRound(round + 1)} />
          ) : form ? (
            <FormBody
              id={`${here.project} ${name} ${of}`}
              form={form}
              topology={here.topology}
              onSend={send}
              onCancel={props.onClose}
            />
          ) : (
            <div className="px-6">
              <SkeletonRows rows={4} label="Loading the form" />
            </div>
          )}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
