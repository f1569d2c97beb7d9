/** A networking service with agents, an external network, and a project's network behind a router: what L3 tests begin with. */
import type { Context } from "../../../identity/context.ts";
import { serviceContext } from "../../../identity/context.ts";
import { prepareAgents } from "../../agent/hosts.ts";
import { type Reply, type TestService, testService } from "../../testing/service.ts";

export interface Lab extends TestService {
  /** External, 172.24.4.0/24. */
  readonly publicId: string;
  readonly publicSubnetId: string;
  /** The object that a create or an update answers; throws when it is refused. */
  make(who: Context, path: string, name: string, values: object): Promise<Reply["body"]>;
  put(who: Context, path: string, name: string, values: object): Promise<Reply["body"]>;
  get(who: Context, path: string): Promise<Reply["body"]>;
  /** What a refusal says: `409 Type: message`. */
  refused(who: Context, method: string, path: string, body?: object): Promise<string>;
  /** A network of a project with one subnet. */
  network(who: Context, cidr: string, more?: object): Promise<{ networkId: string; subnetId: string }>;
  /** An action of a router, whose answer it gives. */
  act(who: Context, routerId: string, action: string, body: object): Promise<Reply["body"]>;
}

export async function lab(): Promise<Lab> {
  const cloud = await testService();
  await cloud.neutron.change(serviceContext(), prepareAgents);
  const ok = ({ status, body }: Reply): Reply["body"] => {
    if (status >= 400) throw new Error(`${status} ${JSON.stringify(body)}`);
    return body;
  };
  const make: Lab["make"] = async (who, path, name, values) =>
    ok(await cloud.call(who, "POST", path, { [name]: values }))[name];
  const network: Lab["network"] = async (who, cidr, more = {}) => {
    const { id: network_id } = await make(who, "networks", "network", {});
    const values = { network_id, cidr, ip_version: cidr.includes(":") ? 6 : 4, enable_dhcp: false, ...more };
    const { id: subnetId } = await make(who, "subnets", "subnet", values);
    return { networkId: network_id, subnetId };
  };
  const { id: publicId } = await make(cloud.admin, "networks", "network", { name: "public", "router:external": true });
  const { id: publicSubnetId } = await make(cloud.admin, "subnets", "subnet", {
    network_id: publicId,
    cidr: "172.24.4.0/24",
    ip_version: 4,
    enable_dhcp: false,
  });
  return {
    ...cloud,
    publicId,
    publicSubnetId,
    make,
    network,
    put: async (who, path, name, values) => ok(await cloud.call(who, "PUT", path, { [name]: values }))[name],
    get: async (who, path) => ok(await cloud.call(who, "GET", path)),
    act: async (who, id, action, body) => ok(await cloud.call(who, "PUT", `routers/${id}/${action}`, body)),
    async refused(who, method, path, body) {
      const reply = await cloud.call(who, method, path, body);
      const { type, message } = reply.body?.NeutronError ?? {};
      return `${reply.status} ${type}: ${message}`;
    },
  };
}
