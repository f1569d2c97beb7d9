import type { NeutronSecurityGroup } from "../../api/neutron.ts";
import { neutron } from "../openstack.ts";
import { isCidr, isPortRange } from "./check.ts";
import { difference, type Field, type Form, type Surroundings, text, type Values } from "./form.ts";
import { anyGroup, whole } from "./options.ts";
import { PENDING, placed } from "./pending.ts";

const GROUP: readonly Field[] = [
  { kind: "text", name: "name", label: "Name", required: true },
  { kind: "text", name: "description", label: "Description" },
];
const groupBody = (values: Values) => ({ name: text(values, "name"), description: text(values, "description") });

export async function newSecurityGroup({ project }: Surroundings): Promise<Form> {
  return {
    title: "Create a security group",
    action: "Create security group",
    fields: GROUP,
    values: { name: "", description: "" },
    async send(values) {
      const answer = await neutron<{ security_group: NeutronSecurityGroup }>("POST", "security-groups", {
        security_group: groupBody(values),
      });
      const { id, name } = answer.security_group;
      return { say: `Security group ${name} is there: it lets everything out, and nothing in.`, select: id };
    },
    optimistic: (topology, values) => ({
      ...topology,
      securityGroups: placed(topology.securityGroups, {
        id: PENDING,
        name: text(values, "name"),
        projectId: project,
        rules: [],
      }),
    }),
  };
}

export async function editSecurityGroup(_: Surroundings, id: string): Promise<Form> {
  const old = await whole<NeutronSecurityGroup & { description?: string }>("security-groups", id);
  const before = { name: old.name, description: old.description ?? "" };
  return {
    title: `Edit security group ${old.name}`,
    action: "Save",
    fields: GROUP,
    values: before,
    async send(values) {
      const security_group = difference(before, groupBody(values));
      if (Object.keys(security_group).length > 0) await neutron("PUT", `security-groups/${id}`, { security_group });
      return { say: `Security group ${text(values, "name")} is changed.` };
    },
    optimistic: (topology, values) => ({
      ...topology,
      securityGroups: topology.securityGroups.map((one) =>
        one.id === id ? { ...one, name: text(values, "name") } : one,
      ),
    }),
  };
}

const hasPorts = (values: Values) => ["tcp", "udp", "sctp"].includes(text(values, "protocol"));
const choices = (...list: [value: string, label: string][]) => {
  const options = list.map(([value, label]) => ({ value, label }));
  return () => options;
};

const RULE: readonly Field[] = [
  {
    kind: "choice",
    name: "direction",
    label: "Direction",
    required: true,
    options: choices(["ingress", "Ingress: into the instance"], ["egress", "Egress: out of the instance"]),
  },
  {
    kind: "choice",
    name: "ethertype",
    label: "Ethertype",
    required: true,
    options: choices(["IPv4", "IPv4"], ["IPv6", "IPv6"]),
  },
  {
    kind: "choice",
    name: "protocol",
    label: "Protocol",
    options: choices(["", "Any"], ["icmp", "ICMP"], ["tcp", "TCP"], ["udp", "UDP"], ["sctp", "SCTP"], ["vrrp", "VRRP"]),
  },
  {
    kind: "text",
    name: "port_range",
    label: "Ports",
    hint: "One, or the first and the last of some; empty: all.",
    placeholder: "22",
    check: isPortRange,
    when: hasPorts,
  },
  {
    kind: "choice",
    name: "remote_group_id",
    label: "Other end",
    options: anyGroup({ value: "", label: "Any address, or a CIDR" }),
  },
  {
    kind: "text",
    name: "remote_ip_prefix",
    label: "CIDR of the other end",
    hint: "Empty: any address.",
    placeholder: "10.0.0.0/24",
    check: isCidr,
    when: (values) => text(values, "remote_group_id") === "",
  },
];

export async function newRule({ topology }: Surroundings, groupId: string): Promise<Form> {
  const group = topology.securityGroups.find((one) => one.id === groupId);
  return {
    title: `Add a rule to ${group?.name ?? "the group"}`,
    action: "Add rule",
    fields: RULE,
    values: {
      direction: "ingress",
      ethertype: "IPv4",
      protocol: "icmp",
      port_range: "",
      remote_group_id: "",
      remote_ip_prefix: "",
    },
    async send(values) {
      const [first, last = first] = hasPorts(values) ? text(values, "port_range").split(/\s*-\s*/) : [];
      const [protocol, remote, prefix] = ["protocol", "remote_group_id", "remote_ip_prefix"].map((name) =>
        text(values, name),
      );
      const security_group_rule = {
        security_group_id: groupId,
        direction: text(values, "direction"),
        ethertype: text(values, "ethertype"),
        ...(protocol && { protocol }),
        ...(first && { port_range_min: Number(first), port_range_max: Number(last) }),
        ...(remote ? { remote_group_id: remote } : prefix && { remote_ip_prefix: prefix }),
      };
      await neutron("POST", "security-group-rules", { security_group_rule });
      return { say: `Security group ${group?.name ?? ""} has a rule more.`, select: groupId };
    },
    optimistic(topology, values) {
      const made = {
        id: PENDING,
        direction: text(values, "direction") === "egress" ? ("egress" as const) : ("ingress" as const),
        text: `${text(values, "ethertype")} ${text(values, "protocol") || "any"}, being made`,
      };
      return {
        ...topology,
        securityGroups: topology.securityGroups.map((one) =>
          one.id === groupId ? { ...one, rules: [...one.rules, made] } : one,
        ),
      };
    },
  };
}
