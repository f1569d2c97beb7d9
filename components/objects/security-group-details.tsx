"use client";
import type { Topology } from "../../lib/api/http.ts";
import { pages } from "../../lib/api/pages.ts";
import { PartActions } from "../forms/actions.tsx";
import { Fact, Facts, PanelSection } from "../ui/panel.tsx";
import type { DetailsProps } from "./details.tsx";
import { projectName } from "./find.ts";
import { DetailsHead, IdValue, ObjectLink } from "./parts.tsx";

export function SecurityGroupDetails({
  group,
  topology,
  cloud,
}: DetailsProps & { group: Topology["securityGroups"][number] }) {
  const members = topology.instances.filter((one) =>
    one.ports.some((port) => port.securityGroupIds.includes(group.id)),
  );
  return (
    <>
      <DetailsHead
        object={{ kind: "securitygroup", value: group }}
        title={group.name}
        line={`Security group · project ${projectName(topology, group.projectId)}`}
      />
      {(["ingress", "egress"] as const).map((direction) => {
        const rules = group.rules.filter((rule) => rule.direction === direction);
        return (
          <PanelSection key={direction} title={direction === "ingress" ? "Lets in" : "Lets out"} aside={rules.length}>
            {rules.length === 0 ? (
              <p className="text-sm text-muted">Nothing.</p>
            ) : (
              <ul className="border-t border-line">
                {rules.map((rule) => (
                  <li
                    key={rule.id}
                    className="flex items-start justify-between gap-2 border-b border-line py-1.5 font-mono text-xs leading-5"
                  >
                    <span className="min-w-0 break-words">{rule.text}</span>
                    <PartActions
                      projectId={group.projectId}
                      name={`rule ${direction}, ${rule.text}`}
                      remove={{ kind: "rule", id: rule.id, name: `${direction}, ${rule.text}` }}
                    />
                  </li>
                ))}
              </ul>
            )}
          </PanelSection>
        );
      })}
      <PanelSection title="Instances" aside={members.length}>
        <Facts>
          {members.map((one) => (
            <Fact key={one.id} mono label={<ObjectLink href={pages.topology(cloud, one.id)}>{one.name}</ObjectLink>}>
              {one.ports.flatMap((port) => port.addresses).join(" ")}
            </Fact>
          ))}
        </Facts>
      </PanelSection>
      <PanelSection title="Identity">
        <Facts>
          <Fact label="Id" mono>
            <IdValue id={group.id} />
          </Fact>
        </Facts>
      </PanelSection>
    </>
  );
}
