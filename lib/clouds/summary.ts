import type { CloudDetail, CloudSummary } from "../api/http.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import { isGuestPort } from "./ports.ts";

export interface Identity {
  id: string;
  name: string;
  kind: CloudSummary["kind"];
  addedAt?: string;
  size?: number;
}

export function summarize(identity: Identity, cloud: CollectedCloud): CloudSummary {
  const { api, world } = cloud;
  const servers = new Set(api.ports.filter(isGuestPort).map((port) => port.device_id || port.id));
  for (const server of api.servers) servers.add(server.id);
  return {
    ...identity,
    hosts: world.hosts.length,
    networks: api.networks.length,
    routers: api.routers.length,
    instances: servers.size,
    gaps: cloud.gaps.length,
    ...(cloud.takenAt === undefined ? {} : { takenAt: cloud.takenAt }),
  };
}

export function detail(identity: Identity, cloud: CollectedCloud): CloudDetail {
  return {
    ...summarize(identity, cloud),
    gapList: cloud.gaps,
    assumptions: cloud.world.segments
      .filter((segment) => segment.assumed)
      .map((segment) => ({
        name: segment.name,
        reason: segment.reason,
        attachments: segment.attachments.map(
          (at) => `${at.host} ${at.netns === "root" ? "" : `${at.netns} `}${at.dev}`,
        ),
      })),
  };
}
