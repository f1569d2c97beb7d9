"use client";
import type { TopologyRouter } from "../../lib/api/http.ts";
import { pages } from "../../lib/api/pages.ts";
import { PartActions } from "../forms/actions.tsx";
import { useIsAdmin } from "../frame/session.tsx";
import { TraceHere } from "../trace/trace-here.tsx";
import { Status } from "../ui/badge.tsx";
import { ButtonLink } from "../ui/button.tsx";
import { Fact, Facts, PanelSection } from "../ui/panel.tsx";
import type { DetailsProps } from "./details.tsx";
import { DetailsHead, Identity, ObjectLink } from "./parts.tsx";

export function RouterDetails({ router, topology, cloud }: DetailsProps & { router: TopologyRouter }) {
  const name = (id: string) => topology.networks.find((network) => network.id === id)?.name ?? id.slice(0, 8);
  // What a router sends, its project is not told.
  const admin = useIsAdmin();
  const kind = router.distributed ? "Distributed router" : router.ha ? "HA router" : "Router";
  return (
    <>
      <DetailsHead
        object={{ kind: "router", value: router }}
        title={router.name || router.id.slice(0, 8)}
        line={
          <span className="inline-flex items-center gap-1.5">
            {kind} · <Status status={router.status} />
          </span>
        }
      >
        {admin && router.interfaces[0] ? (
          <ButtonLink variant="solid" href={pages.trace(cloud, { from: router.id })}>
            Trace from here
          </ButtonLink>
        ) : null}
        {router.interfaces[0] ? (
          <ButtonLink href={pages.trace(cloud, { to: router.interfaces[0].address })}>Trace to here</ButtonLink>
        ) : null}
      </DetailsHead>
      <PanelSection title="Gateway">
        {router.gateway ? (
          <Facts>
            <Fact label="External network">
              <ObjectLink href={pages.topology(cloud, router.gateway.networkId)}>
                {name(router.gateway.networkId)}
              </ObjectLink>
            </Fact>
            {router.gateway.addresses.map((address) => (
              <Fact key={address} label="Address" mono>
                {address}
                <TraceHere to={address} name={`gateway ${address}`} />
              </Fact>
            ))}
            <Fact label="SNAT">{router.gateway.snat ? "on" : "off"}</Fact>
          </Facts>
        ) : (
          <p className="text-sm text-muted">None: nothing behind it reaches an external network.</p>
        )}
      </PanelSection>
      <PanelSection title="Interfaces" aside={router.interfaces.length}>
        <Facts>
          {router.interfaces.map((iface) => (
            <Fact
              key={`${iface.portId} ${iface.address}`}
              mono
              label={<ObjectLink href={pages.topology(cloud, iface.networkId)}>{name(iface.networkId)}</ObjectLink>}
            >
              {iface.address}
              <TraceHere to={iface.address} name={`interface ${iface.address}`} />
              <PartActions
                projectId={router.projectId}
                name={`interface ${iface.address}`}
                remove={{
                  kind: "interface",
                  id: iface.portId,
                  name: `${iface.address} on ${name(iface.networkId)}`,
                  of: router.id,
                }}
              />
            </Fact>
          ))}
        </Facts>
      </PanelSection>
      {router.routes.length > 0 ? (
        <PanelSection title="Extra routes">
          <Facts>
            {router.routes.map((route) => (
              <Fact key={`${route.destination} ${route.nexthop}`} mono labelMono label={route.destination}>
                via {route.nexthop}
              </Fact>
            ))}
          </Facts>
        </PanelSection>
      ) : null}
      <Identity object={router} topology={topology} />
    </>
  );
}
