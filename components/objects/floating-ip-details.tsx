"use client";
import type { Topology } from "../../lib/api/http.ts";
import { pages } from "../../lib/api/pages.ts";
import { Status } from "../ui/badge.tsx";
import { ButtonLink } from "../ui/button.tsx";
import { Fact, Facts, PanelSection } from "../ui/panel.tsx";
import type { DetailsProps } from "./details.tsx";
import { DetailsHead, IdValue, ObjectLink } from "./parts.tsx";

export function FloatingIpDetails({
  floatingIp,
  topology,
  cloud,
}: DetailsProps & { floatingIp: Topology["floatingIps"][number] }) {
  const instance = topology.instances.find((one) => one.ports.some((port) => port.id === floatingIp.portId));
  const router = topology.routers.find((one) => one.id === floatingIp.routerId);
  const network = topology.networks.find((one) => one.id === floatingIp.networkId);
  return (
    <>
      <DetailsHead
        object={{ kind: "floatingip", value: floatingIp }}
        title={floatingIp.address}
        line={
          <span className="inline-flex items-center gap-1.5">
            Floating IP · <Status status={floatingIp.status} />
          </span>
        }
      >
        {floatingIp.portId ? (
          <>
            <ButtonLink variant="solid" href={pages.trace(cloud, { to: floatingIp.address })}>
              Trace to here
            </ButtonLink>
            <ButtonLink href={pages.trace(cloud, { from: floatingIp.address })}>Trace from here</ButtonLink>
          </>
        ) : null}
      </DetailsHead>
      <PanelSection title="Association">
        <Facts>
          <Fact label="Instance">
            {instance ? <ObjectLink href={pages.topology(cloud, instance.id)}>{instance.name}</ObjectLink> : "none"}
          </Fact>
          {floatingIp.fixedIp ? (
            <Fact label="Fixed IP" mono>
              {floatingIp.fixedIp}
            </Fact>
          ) : null}
          {router ? (
            <Fact label="Router">
              <ObjectLink href={pages.topology(cloud, router.id)}>{router.name}</ObjectLink>
            </Fact>
          ) : null}
          <Fact label="External network">
            {network ? (
              <ObjectLink href={pages.topology(cloud, network.id)}>{network.name}</ObjectLink>
            ) : (
              floatingIp.networkId.slice(0, 8)
            )}
          </Fact>
          <Fact label="Id" mono>
            <IdValue id={floatingIp.id} />
          </Fact>
        </Facts>
      </PanelSection>
    </>
  );
}
