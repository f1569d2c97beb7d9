import Link from "next/link";
import Markdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";
import { CopyButton } from "../ui/copy-button.tsx";

/** Text of the handbook. It is ours; even so HTML in it would stay text. */
export function Prose({ children }: { children: string }) {
  return (
    <div className="flex flex-col gap-4 text-[0.9375rem] leading-6">
      <Markdown remarkPlugins={[remarkGfm]} components={COMPONENTS}>
        {children}
      </Markdown>
    </div>
  );
}

const COMPONENTS: Components = {
  h2: ({ children }) => <h2 className="pt-4 text-lg font-semibold">{children}</h2>,
  p: ({ children }) => <p className="text-pretty">{children}</p>,
  ul: ({ children }) => <ul className="flex list-disc flex-col gap-1.5 pl-5 marker:text-faint">{children}</ul>,
  a: ({ children, href = "" }) => (
    <Link
      href={href}
      prefetch={false}
      className="text-accent underline decoration-accent/40 underline-offset-2 hover:decoration-accent"
    >
      {children}
    </Link>
  ),
  code: ({ children }) => (
    <code className="rounded bg-sunken px-1 py-0.5 text-[0.8125rem] wrap-anywhere">{children}</code>
  ),
  pre: ({ node }) => {
    const code = node?.children[0];
    const first = code?.type === "element" ? code.children[0] : undefined;
    return <Commands text={first?.type === "text" ? first.value.trimEnd() : ""} />;
  },
};

function Commands({ text }: { text: string }) {
  return (
    <div className="relative rounded-lg border border-line bg-surface">
      {/* A region that scrolls must be reachable with the keyboard. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: see above */}
      <pre tabIndex={0} className="overflow-x-auto p-3 pr-12 text-xs leading-5">
        {text}
      </pre>
      <CopyButton text={text} label="Copy the commands" variant="ghost" className="absolute top-1.5 right-1.5" />
    </div>
  );
}
