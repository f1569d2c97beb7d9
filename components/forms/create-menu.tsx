"use client";
import { Plus } from "lucide-react";
import type { FormName } from "../../lib/client/forms/forms.ts";
import type { ListKind } from "../objects/tables.tsx";
import { Button } from "../ui/button.tsx";
import { Menu, MenuItem } from "../ui/menu.tsx";
import { useBuild } from "./build.tsx";

const ALL: readonly (readonly [FormName, string])[] = [
  ["new-network", "Network"],
  ["new-subnet", "Subnet"],
  ["new-router", "Router"],
  ["new-instance", "Instance"],
  ["new-port", "Port"],
  ["new-floating-ip", "Floating IP"],
  ["new-security-group", "Security group"],
];

export function CreateMenu() {
  const build = useBuild();
  if (!build) return null;
  return (
    <Menu
      label="Create"
      align="end"
      trigger={
        <Button>
          <Plus aria-hidden /> Create
        </Button>
      }
    >
      {ALL.map(([form, label]) => (
        <MenuItem key={form} onSelect={() => build.open(form)}>
          {label}
        </MenuItem>
      ))}
    </Menu>
  );
}

const OF_LIST: Record<ListKind, readonly [FormName, string]> = {
  instances: ["new-instance", "Create instance"],
  networks: ["new-network", "Create network"],
  routers: ["new-router", "Create router"],
  "security-groups": ["new-security-group", "Create security group"],
  "floating-ips": ["new-floating-ip", "Allocate floating IP"],
};

export function CreateButton({ kind }: { kind: ListKind }) {
  const build = useBuild();
  if (!build) return null;
  const [form, label] = OF_LIST[kind];
  return (
    <Button variant="accent" onClick={() => build.open(form)}>
      <Plus aria-hidden /> {label}
    </Button>
  );
}
