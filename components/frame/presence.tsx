"use client";
import { useQuery } from "@tanstack/react-query";
import { SearchX } from "lucide-react";
import type { ReactNode } from "react";
import type { CloudSummary } from "../../lib/api/http.ts";
import { pages } from "../../lib/api/pages.ts";
import { fetchJson } from "../../lib/client/fetch.ts";
import { keys, urls } from "../../lib/client/keys.ts";
import { ButtonLink } from "../ui/button.tsx";
import { EmptyState } from "../ui/state.tsx";

/** The page, as long as its cloud is there: removed in another tab, what was read of it earlier is not shown as if it were. */
export function Presence({ cloud, children }: { cloud: string; children: ReactNode }) {
  const clouds = useQuery({
    queryKey: keys.clouds(),
    queryFn: () => fetchJson<CloudSummary[]>(urls.clouds()),
    refetchOnWindowFocus: "always",
  });
  // A list from before this page can be older than the cloud itself.
  const known = clouds.isFetchedAfterMount && !clouds.isFetching && clouds.isSuccess;
  if (!known || clouds.data.some((one) => one.id === cloud)) return children;
  return (
    <div className="grid h-full place-items-center">
      <EmptyState
        level={1}
        icon={<SearchX aria-hidden />}
        title="This cloud is no longer here"
        action={
          <ButtonLink variant="solid" href={pages.clouds()}>
            All clouds
          </ButtonLink>
        }
      >
        It has been removed from this machine. Open its bundle again to see it.
      </EmptyState>
    </div>
  );
}
