/** The demo story: two networks that do not reach each other, until a router joins them. What is there tells how far it is. */
import type { Topology, TopologyNetwork } from "../api/http.ts";
import { flavors, images } from "./forms/options.ts";
import { neutron, nova } from "./openstack.ts";

const PARTS = [
  { network: "story-blue", cidr: "10.10.1.0/24", instance: "story-blue-vm" },
  { network: "story-green", cidr: "10.10.2.0/24", instance: "story-green-vm" },
] as const;
const ROUTER = "story-router";

export interface StoryStep {
  readonly title: string;
  readonly text: string;
  readonly done: boolean;
  /** What its button does; else it is a trace to look at. */
  readonly run?: { readonly label: string; readonly go: () => Promise<void> };
}

/** Ends of the story's trace, in its words. */
export const STORY_ENDS = { from: PARTS[0].instance, to: PARTS[1].instance };

/** @param project whose the objects are: others may have called theirs so, too */
export function storySteps(topology: Topology, project: string): readonly StoryStep[] {
  const own = <T extends { name: string; projectId: string }>(list: readonly T[], name: string) =>
    list.find((one) => one.name === name && one.projectId === project);
  const parts = PARTS.map((part) => ({
    ...part,
    made: own(topology.networks, part.network),
    vm: own(topology.instances, part.instance),
  }));
  const router = own(topology.routers, ROUTER);
  const subnets = parts.flatMap(({ made }) => made?.subnets.slice(0, 1) ?? []);
  const joined = subnets.filter((subnet) => router?.interfaces.some((one) => one.subnetId === subnet.id));
  const routed = subnets.length === PARTS.length && joined.length === PARTS.length;
  const has = (network: TopologyNetwork | undefined) => (network?.subnets.length ?? 0) > 0;
  return [
    {
      title: "Two networks",
      text: "Each is a layer-2 segment of its own, laid over the hosts’ network.",
      done: parts.every((one) => one.made),
      run: {
        label: "Create networks",
        go: async () => {
          for (const { network, made } of parts)
            if (!made) await neutron("POST", "networks", { network: { name: network } });
        },
      },
    },
    {
      title: "A subnet on each",
      text: "Addresses to hand out, and a DHCP server that does it.",
      done: parts.every((one) => has(one.made)),
      run: {
        label: "Add subnets",
        go: async () => {
          for (const { cidr, made } of parts)
            if (made && !has(made))
              await neutron("POST", "subnets", { subnet: { network_id: made.id, cidr, ip_version: 4 } });
        },
      },
    },
    {
      title: "An instance on each",
      text: "Nova picks a host; the host plugs the instance’s port into its switch.",
      done: parts.every((one) => one.vm),
      run: {
        label: "Start instances",
        go: async () => {
          const [[flavor], [image]] = await Promise.all([flavors(), images()]);
          for (const { instance, made, vm } of parts)
            if (made && !vm) {
              const what = { name: instance, flavorRef: flavor?.value, imageRef: image?.value };
              await nova("POST", "servers", { server: { ...what, networks: [{ uuid: made.id }] } });
            }
        },
      },
    },
    {
      title: "A ping that fails",
      text: "Nobody answers where the first instance looks for its gateway. The trace shows the place.",
      done: routed,
    },
    {
      title: "A router between them",
      text: "With an interface on each subnet, at the gateways’ addresses.",
      done: routed,
      run: {
        label: "Add the router",
        go: async () => {
          const id =
            router?.id ??
            (await neutron<{ router: { id: string } }>("POST", "routers", { router: { name: ROUTER } })).router.id;
          for (const subnet of subnets)
            if (!joined.includes(subnet))
              await neutron("PUT", `routers/${id}/add_router_interface`, { subnet_id: subnet.id });
        },
      },
    },
    {
      title: "A ping that arrives",
      text: "The same trace again: now the request is routed, and so is the reply.",
      done: false,
    },
  ];
}
