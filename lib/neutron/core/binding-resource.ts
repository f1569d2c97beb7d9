/**
 * `/v2.0/ports/ID/bindings`: a second binding, on the host that a server moves to, made active when it is there. Source:
 * neutron/plugins/ml2/plugin.py create_port_binding …, neutron_lib/api/definitions/portbindings_extended.py.
 */
import type { Json } from "../attribute.ts";
import { badRequest, conflict, NeutronError, notFound } from "../errors.ts";
import { anything, oneOf, text } from "../kind/kind.ts";
import { adminOnly } from "../policy.ts";
import type { Call, Change, Resource } from "../resource.ts";
import { save } from "../standard.ts";
import { type Port, type PortBinding, ports } from "./model.ts";
import { networkOf } from "./network-of.ts";
import { VNIC_TYPES } from "./port-attributes.ts";
import { bindingAfter, UNBOUND } from "./port-binding.ts";
import { dictionaryOrNone, hostId } from "./port-kinds.ts";

const write = { post: true, put: true };

const attributes = {
  host: { kind: hostId, ...write, filter: true },
  vif_type: { kind: text(), filter: true },
  vif_details: { kind: anything },
  vnic_type: { kind: oneOf(VNIC_TYPES), ...write, default: "normal", filter: true },
  profile: { kind: dictionaryOrNone, ...write, default: undefined },
  status: { kind: text(), filter: true },
  project_id: { kind: text(), post: true, default: undefined, visible: false },
  tenant_id: { kind: text(), post: true, default: undefined, visible: false },
};

export const bindingResource: Resource = {
  name: "binding",
  plural: "bindings",
  path: "ports/:parent/bindings",
  key: "host",
  attributes,
  policyName: "port_binding",
  policy: { create: adminOnly, get: adminOnly, update: adminOnly, remove: adminOnly },
  async list(call, _query, parent) {
    const port = await portOf(call, parent);
    return [view(port.binding, "ACTIVE"), ...inactive(port).map((binding) => view(binding, "INACTIVE"))];
  },
  async show(call, host, parent) {
    const port = await portOf(call, parent);
    const found = bindingOn(port, host);
    return found && view(found, found === port.binding ? "ACTIVE" : "INACTIVE");
  },
  missing: (host) => notFound("Binding", host, "PortBindingNotFound"),
  async create(change, values, parent) {
    const port = await portOf(change, parent);
    const host = String(values.host);
    if (bindingOn(port, host))
      throw conflict("PortBindingAlreadyExists", `Binding for port ${port.id} on host ${host} already exists.`);
    const binding = await bound(change, port, UNBOUND, values);
    await save(change, ports, port, { inactive_bindings: [...inactive(port), binding] });
    return view(binding, "INACTIVE");
  },
  async update(change, host, values, parent) {
    const port = await portOf(change, parent);
    const current = bindingOn(port, host) ?? missing(port.id, host);
    const binding = await bound(change, port, current, values);
    if (current === port.binding) {
      await save(change, ports, port, { binding, status: "DOWN" });
      return view(binding, "ACTIVE");
    }
    const others = inactive(port).map((one) => (one === current ? binding : one));
    await save(change, ports, port, { inactive_bindings: others });
    return view(binding, "INACTIVE");
  },
  async remove(change, host, parent) {
    const port = await portOf(change, parent);
    const current = bindingOn(port, host) ?? missing(port.id, host);
    const others = inactive(port).filter((one) => one !== current);
    await save(change, ports, port, {
      inactive_bindings: others,
      ...(current === port.binding && { binding: UNBOUND, status: "DOWN" }),
    });
  },
  actions: {
    activate: {
      method: "PUT",
      rule: adminOnly,
      policyName: "activate_port_binding",
      run: (change, host, _body, _argument, parent) => activate(change, host, parent),
    },
  },
};

async function activate(change: Change, host: string, parent: string | undefined): Promise<Json> {
  const port = await portOf(change, parent);
  if (host === port.binding.host)
    throw conflict("PortBindingAlreadyActive", `Binding for port ${port.id} on host ${host} is already active.`);
  const binding = bindingOn(port, host) ?? missing(port.id, host);
  const others = [port.binding, ...inactive(port).filter((one) => one !== binding)];
  await save(change, ports, port, { binding, inactive_bindings: others, status: "DOWN" });
  return view(binding, "ACTIVE");
}

async function bound(change: Change, port: Port, current: PortBinding, values: Json): Promise<PortBinding> {
  const { host, vnic_type, profile } = values;
  const network = await networkOf(change, port.network_id);
  const binding = await bindingAfter(change, network, port, current, {
    ...(typeof host === "string" && { "binding:host_id": host }),
    ...(typeof vnic_type === "string" && { "binding:vnic_type": vnic_type }),
    ...(profile !== undefined && { "binding:profile": dictionaryOrNone.parse(profile) }),
  });
  if (binding.vif_type !== "binding_failed") return binding;
  const message = `Binding for port ${port.id} on host ${binding.host} could not be created or updated.`;
  throw new NeutronError("internal", "PortBindingError", message);
}

async function portOf(call: Call, id = ""): Promise<Port> {
  const port = await ports.get(call.reader, id);
  if (!port) throw notFound("Port", id);
  if (!port.device_owner.startsWith("compute:"))
    throw badRequest("port", `Invalid port ${id}. Operation only valid on compute ports`);
  return port;
}

const inactive = (port: Port): readonly PortBinding[] => port.inactive_bindings ?? [];

const bindingOn = (port: Port, host: string) => [port.binding, ...inactive(port)].find((one) => one.host === host);

function missing(portId: string, host: string): never {
  const message = `Binding for port ${portId} for host ${host} could not be found.`;
  throw new NeutronError("not-found", "PortBindingNotFound", message);
}

function view({ host, vif_type, vif_details, vnic_type, profile }: PortBinding, status: string): Json {
  return { host, vif_type, vif_details, vnic_type, profile, status };
}
