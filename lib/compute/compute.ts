/** The compute and image services. Constructed by the composition root alone. */
import type { Neutron } from "../neutron/neutron.ts";
import type { Store } from "../store/store.ts";
import { Aggregates } from "./aggregates.ts";
import { Flavors, Hosts, Images } from "./catalog.ts";
import { Keypairs } from "./keypairs.ts";
import { Networks } from "./networks.ts";
import { ServerGroups } from "./server-groups.ts";
import { Servers } from "./servers.ts";

export class Compute {
  readonly flavors: Flavors;
  readonly images: Images;
  readonly hosts: Hosts;
  readonly keypairs: Keypairs;
  readonly networks: Networks;
  readonly aggregates: Aggregates;
  readonly serverGroups: ServerGroups;
  readonly servers: Servers;

  constructor(store: Store, neutron: Neutron) {
    this.flavors = new Flavors(store);
    this.images = new Images(store);
    this.hosts = new Hosts(store);
    this.keypairs = new Keypairs(store);
    this.networks = new Networks(neutron);
    this.aggregates = new Aggregates(store);
    this.serverGroups = new ServerGroups(store);
    this.servers = new Servers({ ...this, store });
  }
}
