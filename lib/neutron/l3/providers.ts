/** Providers of routers: what they can be asked for, and must be. Source: neutron/services/l3_router/service_providers. */
export interface Provider {
  readonly name: string;
  readonly driver: string;
  readonly distributed: boolean;
  readonly ha: boolean;
}

const driver = (path: string) => `neutron.services.l3_router.service_providers.${path}`;

/** In the order in which Neutron tries them. */
export const PROVIDERS: readonly Provider[] = [
  { name: "dvrha", driver: driver("dvrha.DvrHaDriver"), distributed: true, ha: true },
  { name: "dvr", driver: driver("dvr.DvrDriver"), distributed: true, ha: false },
  { name: "ha", driver: driver("ha.HaDriver"), distributed: false, ha: true },
  { name: "single_node", driver: driver("single_node.SingleNodeDriver"), distributed: false, ha: false },
];
