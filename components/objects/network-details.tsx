"use client";
import type { TopologyNetwork } from "../../lib/api/http.ts";
import { pages } from "../../lib/api/pages.ts";
import { PartActions } from "../forms/actions.tsx";
import { useIsAdmin } from "../frame/session.tsx";
import { TraceHere } from "../trace/trace-here.tsx";
import { Status } from "../ui/badge.tsx";
import { Fact, Facts, PanelSection } from "../ui/panel.tsx";
import type { DetailsProps } from "./details.tsx";
import { traceEndOf } from "./find.ts";
import { OWNERS, SENDERS } from "./owners.ts";
import { DetailsHead, Identity, ObjectLink } from "./parts.tsx";

export function NetworkDetails({ network, topology, cloud }: DetailsProps & { network: TopologyNetwork }) {
  const instances = topology.instances.filter((one) => one.ports.some((port) => port.networkId === network.id));
  const admin = useIsAdmin();
  const others = topology.otherPorts.filter((port) => port.networkId === network.id);
  return (
    <>
      <DetailsHead
        object={{ kind: "network", value: network }}
        title={network.name || network.id.slice(0, 8)}
        line={
          <span className="inline-flex items-center gap-1.5">
            {network.external ? "External network" : "Network"} · <Status status={network.status} />
          </span>
        }
      />
      <PanelSection title="Segment">
        <Facts>
          <Fact label="Type">{network.type ?? "not shown to this user"}</Fact>
          {network.segmentationId === undefined ? null : (
            <Fact label={network.type === "vlan" ? "VLAN" : "VNI"} mono>
              {network.segmentationId}
            </Fact>
          )}
          {network.physicalNetwork ? <Fact label="Physical network">{network.physicalNetwork}</Fact> : null}
          <Fact label="MTU" mono>
            {network.mtu}
          </Fact>
          <Fact label="Shared">{network.shared ? "yes" : "no"}</Fact>
        </Facts>
      </PanelSection>
      {network.subnets.map((subnet) => (
        <PanelSection
          key={subnet.id}
          title={subnet.name || `Subnet ${subnet.id.slice(0, 8)}`}
          aside={
            <PartActions
              projectId={network.projectId}
              name={`subnet ${subnet.name || subnet.cidr}`}
              edit={["edit-subnet", subnet.id]}
              remove={{ kind: "subnet", id: subnet.id, name: subnet.name || subnet.cidr }}
            />
          }
        >
          <Facts>
            <Fact label="CIDR" mono>
              {subnet.cidr}
            </Fact>
            <Fact label="Gateway" mono>
              {subnet.gateway ?? "none"}
              {subnet.gateway ? <TraceHere to={subnet.gateway} name={`gateway ${subnet.gateway}`} /> : null}
            </Fact>
            <Fact label="DHCP" mono={subnet.dhcp}>
              {subnet.dhcp ? subnet.dhcpAddresses.join(" ") || "on, no server" : "off"}
            </Fact>
            {subnet.dns.length > 0 ? (
              <Fact label="DNS" mono>
                {subnet.dns.join(" ")}
              </Fact>
            ) : null}
          </Facts>
        </PanelSection>
      ))}
      {network.subnets.length === 0 ? (
        <p className="pt-5 text-sm text-muted">
          {network.external && !admin
            ? "Its subnets are the provider’s, and not shown to this project."
            : "This network has no subnet."}
        </p>
      ) : null}
      <PanelSection title="Instances" aside={instances.length}>
        <Facts>
          {instances.slice(0, 50).map((one) => (
            <Fact key={one.id} mono label={<ObjectLink href={pages.topology(cloud, one.id)}>{one.name}</ObjectLink>}>
              {one.ports
                .filter((port) => port.networkId === network.id)
                .flatMap((port) => port.addresses)
                .join(" ")}
              <TraceHere from={traceEndOf(topology, one)} to={traceEndOf(topology, one)} name={one.name} />
            </Fact>
          ))}
        </Facts>
        {instances.length > 50 ? (
          <p className="pt-2 text-sm">
            <ObjectLink href={`${pages.list(cloud, "instances")}?q=${encodeURIComponent(network.name)}`}>
              All {instances.length} instances
            </ObjectLink>
          </p>
        ) : null}
      </PanelSection>
      <PanelSection title="Service ports" aside={others.length}>
        <Facts>
          {others.map((port) => (
            <Fact
              key={port.id}
              mono
              label={
                <>
                  {OWNERS[port.owner] ?? port.owner}
                  {port.host ? <span className="block text-xs">{port.host}</span> : null}
                </>
              }
            >
              <span title={`${port.id} ${port.mac}`}>{port.addresses.join(" ") || port.id.slice(0, 11)}</span>
              {port.addresses[0] && port.owner !== "network:floatingip" ? (
                <TraceHere
                  {...(admin && SENDERS.test(port.owner) ? { from: port.id } : {})}
                  to={port.addresses[0]}
                  name={`${OWNERS[port.owner] ?? "port"} ${port.addresses[0]}`}
                />
              ) : null}
              {port.owner === "" ? (
                <PartActions
                  projectId={network.projectId}
                  name={`port ${port.name || port.addresses.join(" ") || port.id.slice(0, 8)}`}
                  edit={["edit-port", port.id]}
                  remove={{ kind: "port", id: port.id, name: port.name || port.id.slice(0, 8) }}
                />
              ) : null}
            </Fact>
          ))}
        </Facts>
      </PanelSection>
      <Identity object={network} topology={topology} />
    </>
  );
}
