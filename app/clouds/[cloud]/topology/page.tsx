import type { Metadata } from "next";

export const metadata: Metadata = { title: "Topology" };

export default function TopologyPage() {
  return <div className="p-6">Topology</div>;
}
