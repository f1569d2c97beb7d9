import { HostSkeleton } from "../../../../../components/hosts/host-view.tsx";

export default function Loading() {
  return <HostSkeleton />;
}
