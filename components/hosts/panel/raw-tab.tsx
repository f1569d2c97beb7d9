import { ExternalLink } from "lucide-react";
import type { DevicePanel } from "../../../lib/api/http.ts";
import { buttonClass } from "../../ui/button.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Select } from "../../ui/input.tsx";

interface Props {
  raw: NonNullable<DevicePanel["raw"]>;
  file: string | null;
  onFile: (file: string) => void;
  /** URL of a whole file. */
  href: (file: string) => string;
}

/** The text that a terminal printed when the host was recorded. */
export function RawTab({ raw, file, onFile, href }: Props) {
  const current = raw.find((one) => one.file === file) ?? raw[0];
  if (!current) return null;
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex items-center gap-1 border-b border-line px-4 py-3">
        <Select
          aria-label="Recorded command"
          value={current.file}
          onChange={(event) => onFile(event.target.value)}
          className="min-w-0 flex-1 font-mono text-xs"
        >
          {raw.map((one) => (
            <option key={one.file} value={one.file}>
              {one.command.length > 90 ? `${one.command.slice(0, 90)}…` : one.command}
            </option>
          ))}
        </Select>
        <CopyButton text={current.text} label="Copy this text" />
        <a
          href={href(current.file)}
          target="_blank"
          rel="noreferrer"
          className={buttonClass("ghost", "icon")}
          aria-label="Open the whole file"
          title="Open the whole file"
        >
          <ExternalLink aria-hidden />
        </a>
      </div>
      <p className="border-b border-line px-4 py-1.5 font-mono text-2xs text-muted [overflow-wrap:anywhere]">
        {current.file}
      </p>
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
        tabIndex={0}
        aria-label={current.command}
        className="min-h-0 flex-1 overflow-auto px-4 py-3 focus-visible:-outline-offset-2"
      >
        <pre className="font-mono text-xs leading-5">
          {current.text === "" ? <span className="text-muted">The command printed nothing.</span> : current.text}
          {current.truncated ? (
            <span className="text-muted">{"\n… cut here: open the whole file for the rest"}</span>
          ) : null}
        </pre>
      </section>
    </div>
  );
}
