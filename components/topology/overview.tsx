"use client";
import type { Topology } from "../../lib/api/http.ts";
import { Kbd } from "../ui/kbd.tsx";
import { Fact, Facts, PanelSection } from "../ui/panel.tsx";
import { StatusMark } from "./shapes.tsx";

const STATES = [
  ["ACTIVE", "Active"],
  ["ERROR", "Error or down"],
  ["BUILD", "Changing: build, paused, suspended"],
  ["SHUTOFF", "Shut off or unknown"],
] as const;

/** The side panel when nothing is selected: what the picture's marks mean, and what can be done here. */
export function TopologyOverview({ topology }: { topology: Topology }) {
  const down = topology.instances.filter((one) => one.status.toUpperCase() !== "ACTIVE").length;
  const unused = topology.floatingIps.filter((fip) => !fip.portId).length;
  return (
    <>
      <h2 className="text-lg font-semibold tracking-tight">Nothing selected</h2>
      <p className="pt-0.5 text-sm text-muted">
        Choose anything in the picture to see its details, or to trace from it.
      </p>
      <PanelSection title="This cloud">
        <Facts>
          <Fact label="Instances">
            {topology.instances.length}
            {down > 0 ? <span className="text-muted">, {down} not active</span> : null}
          </Fact>
          <Fact label="Networks">{topology.networks.length}</Fact>
          <Fact label="Routers">{topology.routers.length}</Fact>
          <Fact label="Floating IPs">
            {topology.floatingIps.length}
            {unused > 0 ? <span className="text-muted">, {unused} free</span> : null}
          </Fact>
          <Fact label="Security groups">{topology.securityGroups.length}</Fact>
        </Facts>
      </PanelSection>
      <PanelSection title="Legend">
        <ul className="flex flex-col gap-2 border-t border-line pt-2.5 text-sm">
          {STATES.map(([status, text]) => (
            <li key={status} className="flex items-center gap-2.5">
              <svg viewBox="0 0 16 16" className="size-4 shrink-0" aria-hidden="true">
                <StatusMark x={8} y={8} status={status} />
              </svg>
              <span className="text-muted">{text}</span>
            </li>
          ))}
          <li className="flex items-center gap-2.5">
            <svg viewBox="0 0 16 16" className="size-4 shrink-0" aria-hidden="true">
              <rect x="0" y="4" width="16" height="8" rx="4" fill="var(--net-1-soft)" stroke="var(--net-1)" />
            </svg>
            <span className="text-muted">Floating IP of the instance above it</span>
          </li>
          <li className="flex items-center gap-2.5">
            <svg viewBox="0 0 16 16" className="size-4 shrink-0" aria-hidden="true">
              <path d="M3 1v10h12" fill="none" stroke="var(--net-2)" strokeWidth="2" />
            </svg>
            <span className="text-muted">Router interface, in its network’s colour</span>
          </li>
        </ul>
      </PanelSection>
      <PanelSection title="Keys">
        <ul className="flex flex-col gap-1.5 border-t border-line pt-2.5 text-sm text-muted">
          <li>
            <Kbd>Tab</Kbd> <Kbd>Enter</Kbd> walk and select
          </li>
          <li>
            <Kbd>T</Kbd> trace: choose both ends
          </li>
          <li>
            <Kbd>+</Kbd> <Kbd>−</Kbd> <Kbd>0</Kbd> zoom in, out, fit
          </li>
          <li>
            <Kbd>Esc</Kbd> select nothing
          </li>
        </ul>
      </PanelSection>
    </>
  );
}
