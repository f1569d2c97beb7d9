import { SearchX } from "lucide-react";
import { ButtonLink } from "../components/ui/button.tsx";
import { EmptyState } from "../components/ui/state.tsx";

export function NothingHere() {
  return (
    <EmptyState
      level={1}
      icon={<SearchX aria-hidden />}
      title="There is nothing at this address"
      action={
        <ButtonLink variant="solid" href="/">
          To the first page
        </ButtonLink>
      }
    >
      It may have been removed, the link may be cut, or it is for others to see.
    </EmptyState>
  );
}
