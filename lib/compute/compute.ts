/** The compute and image services. Constructed by the composition root alone. */
import type { Neutron } from "../neutron/neutron.ts";
import type { Store } from "../store/store.ts";
import { Flavors, Hosts, Images } from "./catalog.ts";
import { Keypairs } from "./keypairs.ts";
import { Networks } from "./networks.ts";
import { Servers } from "./servers.ts";

export class Compute {
  readonly flavors: Flavors;
  readonly images: Images;
  readonly hosts: Hosts;
  readonly keypairs: Keypairs;
  readonly networks: Networks;
  readonly servers: Servers;

  constructor(store: Store, neutron: Neutron) {
    this.flavors = new Flavors(store);
    this.images = new Images(store);
    this.hosts = new Hosts(store);
    this.keypairs = new Keypairs(store);
    this.networks = new Networks(neutron);
    this.servers = new Servers({ ...this, store });
  }
}
