/** The clouds that ship with Underlay: recorded from a running OpenStack, see lib/demo/README.md. */
export const DEMOS: readonly { id: string; name: string }[] = [
  { id: "legacy", name: "Central router" },
  { id: "dvr", name: "Distributed router" },
];
