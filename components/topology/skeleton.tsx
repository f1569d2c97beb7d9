import { Skeleton } from "../ui/skeleton.tsx";

/** The outline of a topology: bars and cards where bars and cards will be. */
export function TopologySkeleton() {
  return (
    <div role="status" aria-label="Loading the topology" className="flex flex-col gap-8 px-12 pt-5">
      <Skeleton className="h-8" />
      <Skeleton className="h-11 w-44 self-center rounded-full" />
      {[4, 2].map((cards) => (
        <div key={cards} className="flex flex-col gap-6">
          <Skeleton className="h-8" />
          <div className="flex gap-5">
            {Array.from({ length: cards }, (_, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity
              <Skeleton key={index} className="h-12 w-32" />
            ))}
          </div>
        </div>
      ))}
    </div>
  );
}
