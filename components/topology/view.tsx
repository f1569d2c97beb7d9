"use client";
import { FileImage, Waypoints } from "lucide-react";
import { useRouter } from "next/navigation";
import { useCallback, useEffect, useMemo, useRef } from "react";
import type { Topology } from "../../lib/api/http.ts";
import { pages } from "../../lib/api/pages.ts";
import { useUrlState } from "../../lib/client/use-url-state.ts";
import { layout } from "../../lib/topology/layout.ts";
import { useBuild } from "../forms/build.tsx";
import { CreateMenu } from "../forms/create-menu.tsx";
import { PageHead } from "../frame/page-head.tsx";
import { usePageKey } from "../frame/page-key.ts";
import { useIsAdmin } from "../frame/session.tsx";
import { SidePanel } from "../frame/side-panel.tsx";
import { download } from "../graph/export.ts";
import type { PictureHandle } from "../graph/picture.tsx";
import { Details } from "../objects/details.tsx";
import { type CloudObject, findObject, traceEndOf } from "../objects/find.ts";
import { useSelection } from "../objects/use-selection.ts";
import { useTopology } from "../objects/use-topology.ts";
import { Button, ButtonLink } from "../ui/button.tsx";
import { Menu, MenuItem } from "../ui/menu.tsx";
import { Segmented } from "../ui/segmented.tsx";
import { ErrorState } from "../ui/state.tsx";
import { TopologyDrawing } from "./drawing.tsx";
import { sourceName } from "./ends.ts";
import { NoTopology } from "./none.tsx";
import { TopologyOverview } from "./overview.tsx";
import { PickBar, promptOf } from "./pick-bar.tsx";
import { usePicking } from "./picking.ts";
import { TopologySkeleton } from "./skeleton.tsx";
import { DemoStory, FirstRun } from "./story.tsx";
import { TopologyTables } from "./tables.tsx";

const VIEWS = [
  { value: "picture", label: "Picture" },
  { value: "table", label: "Table" },
] as const;

export function TopologyView({ cloud }: { cloud: string }) {
  const query = useTopology(cloud);
  const router = useRouter();
  const { params, set } = useUrlState();
  const { selected, select } = useSelection();
  const picture = useRef<PictureHandle>(null);
  const view = params.get("view") === "table" ? "table" : "picture";
  const open = params.get("open") ?? "";
  const zoom = Number(params.get("zoom")) || null;
  const at = params.get("at");
  const topology = query.data;
  const drawing = useMemo(
    () =>
      topology && layout(topology, { open: new Set(open === "" ? [] : open.split(",")), show: selected ?? at ?? "" }),
    [topology, open, selected, at],
  );
  const object = topology && findObject(topology, selected);
  const admin = useIsAdmin();
  const from = topology && object ? sourceOf(topology, object, admin) : undefined;
  const build = useBuild();
  const story = build !== undefined && params.get("story") !== null;
  const bare = build !== undefined && topology !== undefined && isBare(topology);
  const traceHref = pages.trace(cloud, from ? { from } : {});

  const pictured = drawing !== undefined && view === "picture" && !(bare && !story) && topology?.networks.length !== 0;
  const picking = usePicking(cloud, topology);
  const { role, source } = picking;
  const isPicking = pictured && role !== undefined;
  const begin = () => picking.start(selected);
  const sourceText = topology ? sourceName(topology, source, picking.from) : "";
  usePageKey("t", () => {
    if (pictured && !isPicking) begin();
    else router.push(pages.trace(cloud, isPicking && picking.from ? { from: picking.from } : from ? { from } : {}));
  });
  const traceButton = useRef<HTMLButtonElement>(null);
  const wasPicking = useRef(false);
  useEffect(() => {
    // What had the focus may be gone with the bar.
    if (wasPicking.current && !isPicking && document.activeElement === document.body) traceButton.current?.focus();
    wasPicking.current = isPicking;
  }, [isPicking]);

  useEffect(() => {
    if (selected !== null && drawing) picture.current?.reveal(selected);
  }, [selected, drawing]);

  const openGroup = useCallback((id: string) => set({ open: open === "" ? id : `${open},${id}` }), [set, open]);
  const onZoom = useCallback(
    (next: number | null) => set({ zoom: next === null ? null : String(next) }, "replace"),
    [set],
  );
  const unselect = useCallback(() => select(null), [select]);

  return (
    <div className="relative flex h-full">
      <div className="flex min-w-0 flex-1 flex-col">
        <p role="status" className="sr-only">
          {isPicking ? (picking.why ?? promptOf(picking, sourceText)) : null}
        </p>
        {isPicking ? (
          <PickBar cloud={cloud} picking={picking} source={sourceText} />
        ) : (
          <PageHead title="Topology" summary={topology ? countsText(topology) : undefined}>
            {open !== "" ? (
              <Button variant="ghost" onClick={() => set({ open: null })}>
                Close groups
              </Button>
            ) : null}
            {query.isError ? null : (
              <Segmented
                label="View"
                value={view}
                options={VIEWS}
                onChange={(next) => set({ view: next === "picture" ? null : next })}
              />
            )}
            {view === "picture" && drawing ? (
              <Menu
                label="Export"
                align="end"
                trigger={
                  <Button>
                    <FileImage aria-hidden /> Export
                  </Button>
                }
              >
                <MenuItem
                  onSelect={() =>
                    void picture.current?.svg().then((svg) => download(svg, `${cloud}-topology.svg`, "image/svg+xml"))
                  }
                >
                  As SVG
                </MenuItem>
                <MenuItem
                  onSelect={() => void picture.current?.png().then((png) => download(png, `${cloud}-topology.png`))}
                >
                  As PNG
                </MenuItem>
              </Menu>
            ) : null}
            <CreateMenu />
            {pictured ? (
              <Button ref={traceButton} variant="accent" title="Trace between two ends (T)" onClick={begin}>
                <Waypoints aria-hidden /> Trace
              </Button>
            ) : (
              <ButtonLink variant="accent" href={traceHref} title="Trace (T)">
                <Waypoints aria-hidden /> Trace
              </ButtonLink>
            )}
          </PageHead>
        )}
        {query.isPending ? (
          <TopologySkeleton />
        ) : query.isError ? (
          <ErrorState
            title="The topology did not load"
            error={query.error}
            onRetry={() => void query.refetch()}
            {...(admin ? { action: <ButtonLink href={pages.clouds()}>All clouds</ButtonLink> } : {})}
          />
        ) : bare && !story ? (
          <FirstRun onStory={() => set({ story: "1" })} />
        ) : !build && topology?.networks.length === 0 && topology.instances.length === 0 ? (
          <NoTopology cloud={cloud} />
        ) : topology && drawing && view === "picture" ? (
          <TopologyDrawing
            ref={picture}
            drawing={drawing}
            selected={selected}
            picking={isPicking ? picking : undefined}
            onSelect={isPicking ? picking.choose : select}
            onOpenGroup={openGroup}
            onBackground={isPicking ? picking.back : unselect}
            zoom={zoom}
            onZoom={onZoom}
          />
        ) : topology ? (
          <TopologyTables topology={topology} selected={selected} onSelect={select} />
        ) : null}
      </div>
      {topology ? (
        <SidePanel
          label="Details"
          {...(isPicking
            ? {}
            : selected !== null
              ? { onClose: unselect }
              : story
                ? { onClose: () => set({ story: null }) }
                : {})}
        >
          {selected !== null ? (
            <Details object={object} topology={topology} cloud={cloud} />
          ) : story ? (
            <DemoStory cloud={cloud} topology={topology} />
          ) : (
            <TopologyOverview topology={topology} />
          )}
        </SidePanel>
      ) : null}
    </div>
  );
}

/** What a trace from an object takes; a router's project is not told what it sends. */
function sourceOf(topology: Topology, { kind, value }: CloudObject, admin: boolean): string | undefined {
  if (kind === "instance") return traceEndOf(topology, value);
  return kind === "router" && admin && value.interfaces.length > 0 ? value.id : undefined;
}

/** Nothing of one's own: what there is, is everybody's way out. */
function isBare({ networks, routers, instances }: Topology): boolean {
  return instances.length === 0 && routers.length === 0 && networks.every((one) => one.external);
}

function countsText(topology: { networks: unknown[]; routers: unknown[]; instances: unknown[] }): string {
  const count = (list: unknown[], one: string) => `${list.length} ${list.length === 1 ? one : `${one}s`}`;
  return [
    count(topology.networks, "network"),
    count(topology.routers, "router"),
    count(topology.instances, "instance"),
  ].join(" · ");
}
