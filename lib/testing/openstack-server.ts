/**
 * The embedded cloud's four services under a bare HTTP server, without the dashboard: for tests that need clients over
 * sockets, and by hand: `node lib/testing/openstack-server.ts PORT DATA_DIR`.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type EmbeddedCloud, openEmbedded, storePlace } from "../embedded.ts";
import { openstackDoor } from "../server/openstack.ts";

export interface OpenstackServer {
  readonly cloud: EmbeddedCloud;
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  close(): Promise<void>;
}

/** @param port 0 takes a free one @param env without UNDERLAY_EMPTY_CLOUD=0 the cloud begins without the first content */
export async function openstackServer(
  dataDir: string,
  port = 0,
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<OpenstackServer> {
  const ending = new AbortController();
  const report = (error: unknown) => process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  const cloud = await openEmbedded({
    place: storePlace(dataDir, env),
    env: { UNDERLAY_EMPTY_CLOUD: "1", ...env },
    report,
    signal: ending.signal,
  });
  const door = openstackDoor({ cloud: async () => cloud, report });
  const server = createServer((request, response) => {
    if (!door(request, response)) response.writeHead(404).end();
  });
  await new Promise<void>((listening) => server.listen(port, "127.0.0.1", listening));
  return { cloud, url: `http://127.0.0.1:${portOf(server)}`, close };

  async function close(): Promise<void> {
    ending.abort();
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    await cloud.close();
  }
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port; // It listens on TCP.
}

const [, script, port, dataDir] = process.argv;
if (script === import.meta.filename && dataDir !== undefined) {
  const { url } = await openstackServer(dataDir, Number(port), process.env);
  process.stdout.write(`${url}\n`);
}
