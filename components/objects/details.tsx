"use client";
import type { Topology } from "../../lib/api/http.ts";
import type { CloudObject } from "./find.ts";
import { FloatingIpDetails } from "./floating-ip-details.tsx";
import { InstanceDetails } from "./instance-details.tsx";
import { NetworkDetails } from "./network-details.tsx";
import { RouterDetails } from "./router-details.tsx";
import { SecurityGroupDetails } from "./security-group-details.tsx";

export interface DetailsProps {
  cloud: string;
  topology: Topology;
}

/** What the side panel says about any object of a cloud. */
export function Details({ object, ...shared }: DetailsProps & { object: CloudObject | undefined }) {
  if (!object)
    return (
      <>
        <h2 className="text-lg font-semibold tracking-tight">Not there any more</h2>
        <p className="pt-0.5 text-sm text-muted">
          What was selected has been deleted, or was never to be seen in this project.
        </p>
      </>
    );
  switch (object.kind) {
    case "instance":
      return <InstanceDetails instance={object.value} {...shared} />;
    case "network":
      return <NetworkDetails network={object.value} {...shared} />;
    case "router":
      return <RouterDetails router={object.value} {...shared} />;
    case "floatingip":
      return <FloatingIpDetails floatingIp={object.value} {...shared} />;
    case "securitygroup":
      return <SecurityGroupDetails group={object.value} {...shared} />;
  }
}
