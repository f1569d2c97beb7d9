/**
 * The metadata proxy of a router or a network, in the script of a host. Its configuration is a file that a host's state does
 * not hold, and says little: where it listens, whose requests they are, and the agent's socket. Source:
 * neutron/agent/metadata/driver.py HaproxyConfigurator.
 */
import { quoteWord } from "../host/command/words.ts";

/** Nobody else needs it, so that it is left out where the program is not installed; without an agent it answers 503. */
export function metadataProxy(words: readonly string[], netns: string, command: string): string {
  const file = words[words.indexOf("-f") + 1] ?? "";
  const id = /([\w-]+)\.conf$/.exec(file)?.[1] ?? "";
  const network = netns.startsWith("qdhcp-");
  return `if have haproxy; then
mkdir -p ${quoteWord(file.replace(/\/[^/]*$/, ""))}
cat > ${quoteWord(file)} <<'EOF'
global
    maxconn 1024
    daemon
defaults
    mode http
    timeout connect 30s
    timeout client 32s
    timeout server 32s
listen listener
    bind ${network ? "169.254.169.254:80" : "0.0.0.0:9697"}
    server metadata /var/lib/neutron/metadata_proxy
    http-request add-header X-Neutron-${network ? "Network" : "Router"}-ID ${id}
EOF
${command}
fi
`;
}
