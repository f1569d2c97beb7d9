import { type Cloud, login } from "./cloud.ts";

interface Network {
  readonly id: string;
  readonly name: string;
}

/**
 * A tempest.conf for the network tests of a cloud: its extensions and an external network, which is made where there is none.
 * @param directory for Tempest's log and locks
 */
export async function tempestConf(cloud: Cloud, directory: string): Promise<string> {
  const session = await login(cloud, { user: "admin", password: cloud.adminPassword, project: "admin" });
  const network = session.endpoints.get("network");
  if (network === undefined) throw new Error("the catalogue has no network service");
  const get = async <T>(path: string, body?: unknown): Promise<T> => {
    const answer = await fetch(`${network}/v2.0/${path}`, {
      headers: { "X-Auth-Token": session.token, "Content-Type": "application/json" },
      ...(body !== undefined && { method: "POST", body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  const { extensions } = await get<{ extensions: { alias: string }[] }>("extensions");
  const { networks } = await get<{ networks: Network[] }>("networks?router:external=True");
  const external = networks[0] ?? (await makeExternal(get));
  return sections({
    DEFAULT: { log_file: "tempest.log", log_dir: directory, debug: false },
    oslo_concurrency: { lock_path: `${directory}/lock` },
    auth: {
      use_dynamic_credentials: true,
      create_isolated_networks: false,
      admin_username: "admin",
      admin_password: cloud.adminPassword,
      admin_project_name: "admin",
      admin_domain_name: "Default",
      tempest_roles: "member",
    },
    identity: {
      auth_version: "v3",
      uri_v3: cloud.authUrl,
      region: "RegionOne",
      v3_endpoint_type: "public",
      v2_admin_endpoint_type: "public",
      default_domain_id: "default",
    },
    "identity-feature-enabled": { api_v2: false, api_v2_admin: false },
    network: {
      endpoint_type: "public",
      public_network_id: external.id,
      floating_network_name: external.name,
      project_network_cidr: "10.100.0.0/16",
      project_network_mask_bits: 28,
      shared_physical_network: false,
    },
    "network-feature-enabled": {
      ipv6: true,
      ipv6_subnet_attributes: true,
      port_security: true,
      floating_ips: true,
      api_extensions: extensions.map(({ alias }) => alias).join(","),
    },
    neutron_plugin_options: {
      agent_availability_zone: "nova",
      provider_vlans: "physnet1",
      provider_net_base_segm_id: 1050,
      max_mtu: 1500,
      available_type_drivers: "flat,vlan,vxlan,gre",
      create_shared_resources: false,
    },
    service_available: { neutron: true, nova: false, glance: false, cinder: false, swift: false, horizon: false },
    validation: { run_validation: false },
  });
}

async function makeExternal(post: <T>(path: string, body: unknown) => Promise<T>): Promise<Network> {
  const { network } = await post<{ network: Network }>("networks", {
    network: {
      name: "tempest-external",
      "router:external": true,
      "provider:network_type": "flat",
      "provider:physical_network": "extern",
    },
  });
  await post("subnets", {
    subnet: {
      network_id: network.id,
      ip_version: 4,
      cidr: "172.24.4.0/24",
      gateway_ip: "172.24.4.1",
      enable_dhcp: false,
    },
  });
  return network;
}

function sections(all: Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>>): string {
  return Object.entries(all)
    .map(
      ([name, options]) =>
        `[${name}]\n${Object.entries(options)
          .map(([key, value]) => `${key} = ${value}\n`)
          .join("")}`,
    )
    .join("");
}
