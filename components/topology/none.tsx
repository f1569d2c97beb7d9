"use client";
import { useQuery } from "@tanstack/react-query";
import { Network } from "lucide-react";
import type { CloudDetail } from "../../lib/api/http.ts";
import { pages } from "../../lib/api/pages.ts";
import { fetchJson } from "../../lib/client/fetch.ts";
import { keys, urls } from "../../lib/client/keys.ts";
import { ButtonLink } from "../ui/button.tsx";
import { EmptyState } from "../ui/state.tsx";

/** What lib/collect/api.ts names when the answer on networks, or the whole directory, was not there or not readable. */
const NO_ANSWER = /^api(\/(networks\.json)?)?$/;

/** A cloud without networks and instances: because it has none, or because nobody knows. */
export function NoTopology({ cloud }: { cloud: string }) {
  const detail = useQuery({ queryKey: keys.cloud(cloud), queryFn: () => fetchJson<CloudDetail>(urls.cloud(cloud)) });
  if (detail.isPending) return null;
  const unknown = detail.data?.gapList.some((gap) => NO_ANSWER.test(gap.file)) ?? true;
  return (
    <EmptyState
      icon={<Network aria-hidden />}
      title={unknown ? "No topology in this recording" : "This cloud has no networks"}
      action={
        <ButtonLink variant="solid" href={pages.hosts(cloud)}>
          See its hosts
        </ButtonLink>
      }
    >
      {unknown ? (
        <>
          The bundle has no answers of the Neutron API that can be read (its <code>api/</code> directory), so networks,
          routers and instances are not known. The hosts are there all the same.
        </>
      ) : (
        "Neutron answered, and knows of no network and no instance. The hosts are there all the same."
      )}
    </EmptyState>
  );
}
