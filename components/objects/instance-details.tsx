"use client";
import type { TopologyInstance } from "../../lib/api/http.ts";
import { pages } from "../../lib/api/pages.ts";
import { PartActions } from "../forms/actions.tsx";
import { TraceHere } from "../trace/trace-here.tsx";
import { Status } from "../ui/badge.tsx";
import { ButtonLink } from "../ui/button.tsx";
import { Fact, Facts, PanelSection } from "../ui/panel.tsx";
import type { DetailsProps } from "./details.tsx";
import { traceEndOf } from "./find.ts";
import { DetailsHead, Identity, ObjectLink } from "./parts.tsx";

export function InstanceDetails({ instance, topology, cloud }: DetailsProps & { instance: TopologyInstance }) {
  const end = traceEndOf(topology, instance);
  const groups = [...new Set(instance.ports.flatMap((port) => port.securityGroupIds))].map((id) =>
    topology.securityGroups.find((group) => group.id === id),
  );
  return (
    <>
      <DetailsHead
        object={{ kind: "instance", value: instance }}
        title={instance.name}
        line={
          <span className="inline-flex flex-wrap items-center gap-x-1.5">
            Instance · <Status status={instance.status} />
            {instance.host ? (
              <>
                · <ObjectLink href={pages.host(cloud, instance.host)}>{instance.host}</ObjectLink>
              </>
            ) : null}
          </span>
        }
      >
        <ButtonLink variant="solid" href={pages.trace(cloud, { from: end })}>
          Trace from here
        </ButtonLink>
        <ButtonLink href={pages.trace(cloud, { to: end })}>Trace to here</ButtonLink>
      </DetailsHead>
      {instance.ports.map((port) => (
        <PanelSection
          key={port.id}
          title={`${port.vlan === undefined ? "Port" : `Subport, VLAN ${port.vlan},`} ${port.id.slice(0, 8)}`}
          aside={
            <>
              {instance.ports.length > 1 ? (
                <TraceHere from={port.id} to={port.id} name={`port ${port.id.slice(0, 8)}`} />
              ) : null}
              <PartActions
                projectId={instance.projectId}
                name={`port ${port.id.slice(0, 8)}`}
                edit={["edit-port", port.id]}
              />
            </>
          }
        >
          <Facts>
            <Fact label="Network">
              <ObjectLink href={pages.topology(cloud, port.networkId)}>
                {topology.networks.find((network) => network.id === port.networkId)?.name ?? port.networkId.slice(0, 8)}
              </ObjectLink>
            </Fact>
            {port.addresses.map((address) => (
              <Fact key={address} label="Fixed IP" mono>
                {address}
              </Fact>
            ))}
            {port.floatingIps.map((address) => (
              <Fact key={address} label="Floating IP" mono>
                {address}
                <TraceHere to={address} name={address} />
              </Fact>
            ))}
            <Fact label="MAC" mono>
              {port.mac}
            </Fact>
            <Fact label="Status">
              <Status status={port.status} />
            </Fact>
            <Fact label="Port security">{port.portSecurity ? "on" : "off"}</Fact>
          </Facts>
        </PanelSection>
      ))}
      {instance.ports.length === 0 ? (
        <p className="pt-5 text-sm text-muted">No port of this instance is known.</p>
      ) : null}
      <PanelSection title="Security groups">
        {groups.length === 0 ? (
          <p className="text-sm text-muted">None: with port security on, nothing comes in.</p>
        ) : (
          <Facts>
            {groups.map((group) =>
              group ? (
                <Fact
                  key={group.id}
                  label={<ObjectLink href={pages.list(cloud, "security-groups", group.id)}>{group.name}</ObjectLink>}
                >
                  {group.rules.length} {group.rules.length === 1 ? "rule" : "rules"}
                </Fact>
              ) : null,
            )}
          </Facts>
        )}
      </PanelSection>
      {instance.host && instance.ports.length > 0 ? (
        <PanelSection title={`On ${instance.host}`}>
          <Facts>
            {instance.ports.map((port) => (
              <Fact
                key={port.id}
                labelMono
                label={
                  <ObjectLink href={pages.host(cloud, instance.host ?? "", `root/${port.tap}`)}>{port.tap}</ObjectLink>
                }
              >
                {port.localVlan === undefined
                  ? "no tag seen"
                  : port.localVlan === 4095
                    ? "tag 4095 (dead)"
                    : `tag ${port.localVlan}`}
              </Fact>
            ))}
          </Facts>
        </PanelSection>
      ) : null}
      <Identity object={instance} topology={topology} />
    </>
  );
}
