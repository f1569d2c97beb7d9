/**
 * News of events that another process has committed: a connection that listens, and comes back when it was lost. A notification
 * says only that there is something to read: what was missed meanwhile is found by its number.
 */
import pg from "pg";

const CHANNEL = "underlay_events";
const RECONNECT_MS = { first: 50, longest: 5_000 };
/** How often the log is read though nobody spoke: a connection may be dead without either end knowing. */
const POLL_MS = 5_000;

/** An expression that wakes all others when its transaction commits. @param origin who speaks, and is not woken: a UUID */
export const announcementOf = (origin: string) => `pg_notify('${CHANNEL}', '${origin}')`;

export class PostgresNews {
  private readonly config: pg.ClientConfig;
  private readonly origin: string;
  private readonly wake: () => void;
  private readonly poll: NodeJS.Timeout;
  private client: pg.Client | undefined;
  private reconnect: NodeJS.Timeout | undefined;
  private delay = RECONNECT_MS.first;
  private closed = false;

  constructor(config: pg.ClientConfig, origin: string, wake: () => void) {
    this.config = config;
    this.origin = origin;
    this.wake = wake;
    this.poll = setInterval(wake, POLL_MS).unref();
  }

  /** Listens from its end on; rejects never. */
  async connect(): Promise<void> {
    const client = new pg.Client({ ...this.config, keepAlive: true });
    this.client = client;
    client.on("notification", ({ payload }) => {
      if (payload !== this.origin) this.wake();
    });
    client.on("error", () => this.lost(client));
    client.on("end", () => this.lost(client));
    try {
      await client.connect();
      await client.query(`listen ${CHANNEL}`);
      this.delay = RECONNECT_MS.first;
      this.wake();
    } catch {
      this.lost(client);
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.poll);
    clearTimeout(this.reconnect);
    await this.client?.end().catch(() => {});
  }

  private lost(client: pg.Client): void {
    if (this.closed || client !== this.client) return;
    this.client = undefined;
    client.end().catch(() => {});
    this.reconnect = setTimeout(() => void this.connect(), this.delay);
    this.delay = Math.min(this.delay * 2, RECONNECT_MS.longest);
  }
}
