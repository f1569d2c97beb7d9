import type { NeutronFloatingIp } from "../../api/neutron.ts";
import { neutron } from "../openstack.ts";
import { isAddress } from "./check.ts";
import { type Form, type Surroundings, text } from "./form.ts";
import { externalNetworks, guestPorts } from "./options.ts";
import { pending } from "./pending.ts";

/** @param portId what it shall be associated with; empty: chosen in the form */
export async function newFloatingIp({ topology }: Surroundings, portId: string): Promise<Form> {
  const [first] = externalNetworks(topology);
  return {
    title: "Allocate a floating IP",
    action: "Allocate",
    fields: [
      {
        kind: "choice",
        name: "floating_network_id",
        label: "External network",
        required: true,
        options: externalNetworks,
      },
      {
        kind: "choice",
        name: "port_id",
        label: "For",
        hint: "Its network needs a router with a gateway there. Can be chosen later.",
        options: guestPorts,
      },
      {
        kind: "text",
        name: "floating_ip_address",
        label: "Address",
        hint: "Empty: a free one. Others need rights of administrators.",
        check: isAddress,
        more: true,
      },
    ],
    values: { floating_network_id: first?.value ?? "", port_id: portId, floating_ip_address: "" },
    async send(values) {
      const [port_id, address] = [text(values, "port_id"), text(values, "floating_ip_address")];
      const floatingip = {
        floating_network_id: text(values, "floating_network_id"),
        ...(port_id !== "" && { port_id }),
        ...(address !== "" && { floating_ip_address: address }),
      };
      const made = await neutron<{ floatingip: NeutronFloatingIp }>("POST", "floatingips", { floatingip });
      const { id, floating_ip_address } = made.floatingip;
      return { say: `Floating IP ${floating_ip_address} is yours.`, select: id };
    },
    optimistic(topology, values) {
      const [portId, address] = [text(values, "port_id"), text(values, "floating_ip_address")];
      const networkId = text(values, "floating_network_id");
      const made = { ...pending, address: address || "…", networkId, ...(portId !== "" && { portId }) };
      return { ...topology, floatingIps: [...topology.floatingIps, made] };
    },
  };
}

export async function editFloatingIp({ topology }: Surroundings, id: string): Promise<Form> {
  const old = topology.floatingIps.find((one) => one.id === id);
  return {
    title: `Associate ${old?.address ?? "the floating IP"}`,
    action: "Save",
    fields: [
      {
        kind: "choice",
        name: "port_id",
        label: "With",
        hint: "Its network needs a router with a gateway on the floating IP’s network.",
        options: guestPorts,
      },
    ],
    values: { port_id: old?.portId ?? "" },
    async send(values) {
      const port_id = text(values, "port_id") || null;
      await neutron("PUT", `floatingips/${id}`, { floatingip: { port_id } });
      return { say: `Floating IP ${old?.address ?? ""} is ${port_id === null ? "free" : "associated"}.` };
    },
    optimistic: (topology, values) => ({
      ...topology,
      floatingIps: topology.floatingIps.map((one) => {
        if (one.id !== id) return one;
        const { portId, fixedIp, routerId, ...rest } = one;
        const chosen = text(values, "port_id");
        if (chosen === portId) return one;
        return chosen === "" ? { ...rest, status: "DOWN" } : { ...rest, portId: chosen };
      }),
    }),
  };
}
