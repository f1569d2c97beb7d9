"use client";
import { ButtonLink } from "../../../components/ui/button.tsx";
import { ErrorState } from "../../../components/ui/state.tsx";
import { pages } from "../../../lib/api/pages.ts";
import { ApiFailure } from "../../../lib/client/error.ts";

/** What failed on the server reaches the browser without its words; the page itself, asked for again, says it. */
const ON_THE_SERVER = new ApiFailure(0, {
  code: "page_failed",
  message: "The server could not prepare it: perhaps this cloud has been removed in the meantime.",
  hint: "If trying again does not help, the server’s log says more.",
});

// Next wants a default export.
export default function CloudPageError({ error }: { error: Error & { digest?: string } }) {
  return (
    <div className="grid h-full place-items-center">
      <ErrorState
        level={1}
        title="This page could not be shown"
        error={error.digest === undefined ? error : ON_THE_SERVER}
        onRetry={() => window.location.reload()}
        action={<ButtonLink href={pages.clouds()}>All clouds</ButtonLink>}
      />
    </div>
  );
}
