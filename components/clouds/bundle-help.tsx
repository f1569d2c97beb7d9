import { ChevronRight } from "lucide-react";

const TREE = `my-cloud.tar.gz
├── compute1/
│   ├── index.tsv            file, exit status, command: one line for each output
│   ├── root/                ip -j -d link, ip -j addr, iptables-save -c, …
│   ├── netns/<namespace>/   the same, inside qrouter-…, qdhcp-…, …
│   ├── ovs/                 ovs-vsctl list, ovs-ofctl dump-flows, fdb/show, …
│   ├── dnsmasq/             host, opts and leases files of the DHCP agent
│   └── etc-neutron/         the agents' .ini files
├── network1/
└── api/                     networks.json, subnets.json, ports.json, routers.json, …`;

/** What a bundle is, for whoever has none yet. */
export function BundleHelp() {
  return (
    <details className="group/help -mt-4">
      <summary className="flex w-fit cursor-pointer list-none items-center gap-1.5 text-sm text-muted hover:text-ink [&::-webkit-details-marker]:hidden">
        <ChevronRight aria-hidden className="size-4 group-open/help:rotate-90" /> What is a bundle?
      </summary>
      <div className="pt-3 pl-5.5">
        <p className="max-w-2xl text-sm text-muted">
          The outputs of ordinary commands, as they were printed: one directory for each host, and the answers of the
          APIs beside them. Anything may be missing; what is missing is reported, and a trace that needs it says so. The
          demo clouds are bundles too: look into lib/demo for an example of every file.
        </p>
        <pre
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
          tabIndex={0}
          className="mt-3 overflow-x-auto rounded-lg border border-line bg-surface p-4 text-xs leading-5"
        >
          {TREE}
        </pre>
      </div>
    </details>
  );
}
