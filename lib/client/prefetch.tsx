import { dehydrate, QueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Hydrated } from "./hydrated.tsx";

/**
 * Hands data that the server has at hand to the client's queries, so that the first paint is the picture itself. A
 * failure is left to the client's own query, which shows it and can try again.
 */
export async function Prefetched(props: {
  queries: readonly { key: readonly unknown[]; load: () => Promise<unknown> }[];
  children: ReactNode;
}) {
  const client = new QueryClient();
  await Promise.all(
    props.queries.map(({ key, load }) => client.prefetchQuery({ queryKey: key, queryFn: load, retry: false })),
  );
  return <Hydrated state={JSON.stringify(dehydrate(client))}>{props.children}</Hydrated>;
}
