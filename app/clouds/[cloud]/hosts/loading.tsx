import { SkeletonRows } from "../../../../components/ui/skeleton.tsx";

export default function Loading() {
  return (
    <div className="p-6">
      <SkeletonRows rows={6} label="Loading the hosts" />
    </div>
  );
}
