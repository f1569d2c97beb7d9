"use client";
import type { Topology } from "../../lib/api/http.ts";
import { useIsAdmin } from "../frame/session.tsx";
import { Select } from "../ui/input.tsx";

interface Scope {
  project: string | null;
  host: string | null;
  network: string | null;
}

const NONE: Scope = { project: null, host: null, network: null };

/** Whose instances: one project's, network's or host's, or all that there are. */
export function ScopeSelect(props: {
  topology: Topology | undefined;
  scope: Scope;
  onChange: (scope: Record<keyof Scope, string | null>) => void;
}) {
  const admin = useIsAdmin();
  const { instances = [], networks = [], projects = [] } = props.topology ?? {};
  const hosts = [...new Set(instances.flatMap((one) => one.host ?? []))].toSorted((a, b) =>
    a.localeCompare(b, "en", { numeric: true }),
  );
  const used = new Set(instances.flatMap((one) => one.ports.map((port) => port.networkId)));
  const own = new Set(instances.map((one) => one.projectId));
  const { project, host, network } = props.scope;
  const value = project ? `project ${project}` : host ? `host ${host}` : network ? `network ${network}` : "";
  return (
    <div className="flex items-center gap-2 text-sm text-muted">
      <span aria-hidden>Instances</span>
      <Select
        aria-label="Instances"
        className="max-w-64 min-w-40"
        value={value}
        onChange={(event) => {
          const [kind = "", ...rest] = event.target.value.split(" ");
          props.onChange(kind === "" ? NONE : { ...NONE, [kind]: rest.join(" ") });
        }}
      >
        <option value="">{admin ? "of the whole cloud" : "of the project"}</option>
        {admin && projects.length > 0 ? (
          <optgroup label="Of a project">
            {projects
              .filter((one) => own.has(one.id))
              .map((one) => (
                <option key={one.id} value={`project ${one.id}`}>
                  {one.name}
                </option>
              ))}
          </optgroup>
        ) : null}
        <optgroup label="On a network">
          {networks
            .filter((one) => used.has(one.id))
            .map((one) => (
              <option key={one.id} value={`network ${one.id}`}>
                {one.name || one.id.slice(0, 8)}
              </option>
            ))}
        </optgroup>
        {admin && hosts.length > 0 ? (
          <optgroup label="On a host">
            {hosts.map((one) => (
              <option key={one} value={`host ${one}`}>
                {one}
              </option>
            ))}
          </optgroup>
        ) : null}
      </Select>
    </div>
  );
}
