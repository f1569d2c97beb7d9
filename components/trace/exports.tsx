"use client";
import { Download, FileJson, FileText, Image, Link2, Shapes } from "lucide-react";
import { type RefObject, useState } from "react";
import { urls } from "../../lib/client/keys.ts";
import { download, pngOf, svgOf } from "../graph/export.ts";
import { Button } from "../ui/button.tsx";
import { Menu, MenuItem, MenuLine } from "../ui/menu.tsx";
import type { TraceRun } from "./use-trace.ts";

/** Everything a trace can be taken away as. */
export function ExportMenu(props: {
  cloud: string;
  search: string;
  name: string;
  run: TraceRun;
  svg: RefObject<SVGSVGElement | null>;
}) {
  const { name, run, svg } = props;
  const [said, setSaid] = useState("");
  const copy = () =>
    navigator.clipboard.writeText(window.location.href).then(
      () => setSaid("Link copied"),
      () => setSaid("The link could not be copied"),
    );
  const picture = async (kind: "svg" | "png") => {
    if (!svg.current) return;
    try {
      if (kind === "svg") download(await svgOf(svg.current), `${name}.svg`, "image/svg+xml");
      else download(await pngOf(svg.current, 2), `${name}.png`);
      setSaid(`${name}.${kind} saved`);
    } catch (error) {
      setSaid(error instanceof Error ? error.message : "The picture could not be saved");
    }
  };
  return (
    <>
      <Menu
        label="Export"
        align="end"
        trigger={
          // In its place from the start, so that nothing moves when there is something to take away.
          <Button className="h-12 max-md:flex-1" disabled={run.state === "running" || run.events.length === 0}>
            <Download aria-hidden /> Export
          </Button>
        }
      >
        <MenuItem onSelect={() => void copy()}>
          <Link2 aria-hidden /> Copy link
        </MenuItem>
        <MenuLine />
        <MenuItem
          onSelect={() =>
            download(
              `${run.events.map((event) => JSON.stringify(event)).join("\n")}\n`,
              `${name}.ndjson`,
              "application/x-ndjson",
            )
          }
        >
          <FileJson aria-hidden /> Events as JSON lines
        </MenuItem>
        <MenuItem asChild>
          <a href={`${urls.cloud(props.cloud)}/trace.pcapng?${props.search}`} download={`${name}.pcapng`}>
            <FileText aria-hidden /> Capture for Wireshark (pcapng)
          </a>
        </MenuItem>
        <MenuLine />
        <MenuItem onSelect={() => void picture("svg")}>
          <Shapes aria-hidden /> Picture as SVG
        </MenuItem>
        <MenuItem onSelect={() => void picture("png")}>
          <Image aria-hidden /> Picture as PNG
        </MenuItem>
      </Menu>
      <span role="status" className="sr-only">
        {said}
      </span>
    </>
  );
}
