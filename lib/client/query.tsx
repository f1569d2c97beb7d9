"use client";
import { QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { asFailure } from "./error.ts";
import { keys } from "./keys.ts";

/** A recorded cloud does not change, so nothing is refetched behind the reader's back; only unreachable servers are tried again. */
function newClient(): QueryClient {
  const client = new QueryClient({
    // A cloud may have been removed elsewhere: the list, asked again, tells (components/frame/presence.tsx).
    queryCache: new QueryCache({
      onError: (error, query) => {
        if (asFailure(error).status === 404 && query.queryKey.length > 1)
          void client.invalidateQueries({ queryKey: keys.clouds(), exact: true });
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: Number.POSITIVE_INFINITY,
        refetchOnWindowFocus: false,
        retry: (count, error) => asFailure(error).status === 0 && count < 2,
        retryDelay: 400,
      },
    },
  });
  return client;
}

export function QueryProvider({ children }: { children: ReactNode }) {
  const [client] = useState(newClient);
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>;
}
