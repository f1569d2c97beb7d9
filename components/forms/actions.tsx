"use client";
import { Pencil, Plus, X } from "lucide-react";
import type { FormName } from "../../lib/client/forms/forms.ts";
import type { Target } from "../../lib/client/forms/removal.ts";
import type { CloudObject } from "../objects/find.ts";
import { Button } from "../ui/button.tsx";
import { useBuild } from "./build.tsx";

interface Offer {
  add: readonly (readonly [FormName, string, of?: string])[];
  edit: readonly [FormName, string];
  target: Target;
  verb: string;
  projectId: string | undefined;
}

function offerOf({ kind, value }: CloudObject): Offer {
  const name = "name" in value ? value.name || value.id.slice(0, 8) : value.address;
  const projectId = "projectId" in value ? value.projectId : undefined;
  const shared = { projectId, verb: "Delete" };
  switch (kind) {
    case "network":
      return {
        ...shared,
        add: [
          ["new-subnet", "Subnet"],
          ["new-instance", "Instance"],
          ["new-port", "Port"],
        ],
        edit: ["edit-network", "Edit"],
        target: { kind: "network", id: value.id, name },
      };
    case "router":
      return {
        ...shared,
        add: [["new-interface", "Interface"]],
        edit: ["edit-router", "Edit"],
        target: { kind: "router", id: value.id, name },
      };
    case "instance":
      return {
        ...shared,
        add: value.ports.slice(0, 1).map((port) => ["new-floating-ip", "Floating IP", port.id] as const),
        edit: ["edit-instance", "Rename"],
        target: { kind: "instance", id: value.id, name },
      };
    case "floatingip":
      return {
        ...shared,
        add: [],
        edit: ["edit-floating-ip", "Associate"],
        target: { kind: "floating IP", id: value.id, name },
        verb: "Release",
      };
    case "securitygroup":
      return {
        ...shared,
        add: [["new-rule", "Rule"]],
        edit: ["edit-security-group", "Edit"],
        target: { kind: "security group", id: value.id, name },
      };
  }
}

/** What can be done with an object, under its name. Nothing where it is not the reader's, or cannot change. */
export function ObjectActions({ object }: { object: CloudObject }) {
  const build = useBuild();
  if (!build) return null;
  const { add, edit, target, verb, projectId } = offerOf(object);
  // A tenant is listed no floating IPs but his own.
  if (projectId !== undefined && !build.mine(projectId)) return null;
  return (
    <div className="flex flex-wrap gap-1.5">
      {add.map(([form, label, of]) => (
        <Button key={form} size="sm" onClick={() => build.open(form, of ?? target.id)} aria-label={`Add ${label}`}>
          <Plus aria-hidden /> {label}
        </Button>
      ))}
      <Button size="sm" onClick={() => build.open(edit[0], target.id)}>
        {edit[1]}
      </Button>
      <Button size="sm" variant="danger" onClick={() => build.ask([target])}>
        {verb}
      </Button>
    </div>
  );
}

/** The same for a part of an object, as small buttons at the end of its line. */
export function PartActions(props: {
  projectId: string;
  /** What it is called in the names of the buttons. */
  name: string;
  edit?: readonly [form: FormName, id: string];
  remove?: Target;
}) {
  const build = useBuild();
  const { edit, remove } = props;
  if (!build?.mine(props.projectId)) return null;
  const look = "h-6 w-6 [&_svg]:size-3.5";
  return (
    <span className="inline-flex shrink-0 gap-0.5 align-middle">
      {edit ? (
        <Button
          variant="ghost"
          size="icon"
          className={look}
          aria-label={`Edit ${props.name}`}
          title="Edit"
          onClick={() => build.open(...edit)}
        >
          <Pencil aria-hidden />
        </Button>
      ) : null}
      {remove ? (
        <Button
          variant="ghost"
          size="icon"
          className={look}
          aria-label={`${remove.kind === "interface" ? "Remove" : "Delete"} ${props.name}`}
          title={remove.kind === "interface" ? "Remove" : "Delete"}
          onClick={() => build.ask([remove])}
        >
          <X aria-hidden />
        </Button>
      ) : null}
    </span>
  );
}
