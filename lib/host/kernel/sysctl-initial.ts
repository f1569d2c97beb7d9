/** What a setting is that nobody set: the kernel's own default, where it is not 0. */
export function initial(name: string): string {
  return INITIAL[name.slice(name.lastIndexOf(".") + 1)] ?? "0";
}

const INITIAL: Readonly<Record<string, string>> = {
  accept_ra: "1",
  autoconf: "1",
  accept_dad: "1",
  accept_redirects: "1",
  secure_redirects: "1",
  send_redirects: "1",
  nf_conntrack_tcp_loose: "1",
};
