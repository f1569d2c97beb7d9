import { SearchX } from "lucide-react";
import { ButtonLink } from "../components/ui/button.tsx";
import { EmptyState } from "../components/ui/state.tsx";
import { pages } from "../lib/api/pages.ts";

export default function NotFound() {
  return (
    <main className="grid min-h-dvh place-items-center">
      <EmptyState
        level={1}
        icon={<SearchX aria-hidden />}
        title="There is nothing at this address"
        action={
          <ButtonLink variant="solid" href={pages.clouds()}>
            All clouds
          </ButtonLink>
        }
      >
        The cloud may have been removed from this machine, or the link is cut. Open its bundle again to follow the link.
      </EmptyState>
    </main>
  );
}
