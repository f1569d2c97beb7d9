import { CopyButton } from "../ui/copy-button.tsx";

/** Lines as a terminal would take them: wrapped with a hanging indent, scrolled when there are many, copied as they are. */
export function ScriptBlock(props: { text: string; label: string; className?: string }) {
  const lines = props.text.trimEnd().split("\n");
  return (
    <div className="relative min-w-0">
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
        tabIndex={0}
        aria-label={props.label}
        className={props.className ?? "max-h-72 overflow-auto rounded-md border border-line bg-sunken"}
      >
        <pre className="py-2 pr-10 pl-3 font-mono text-xs leading-5 whitespace-pre-wrap [overflow-wrap:anywhere]">
          {lines.map((line, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity, and may repeat
            <span key={i} className="block pl-5 -indent-5">
              {line === "" ? " " : line}
            </span>
          ))}
        </pre>
      </section>
      <CopyButton
        text={props.text}
        label={`Copy ${props.label.charAt(0).toLowerCase()}${props.label.slice(1)}`}
        className="absolute top-1 right-1 size-7 bg-sunken [&_svg]:size-3.5"
      />
    </div>
  );
}
