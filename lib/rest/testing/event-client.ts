/** Reads server-sent events as a browser does. */

export interface Message {
  readonly id?: string;
  readonly event?: string;
  readonly data: unknown;
}

export class EventClient {
  private readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  private readonly decoder = new TextDecoder();
  private text = "";

  constructor(response: Response) {
    const type = response.headers.get("content-type");
    if (!type?.startsWith("text/event-stream") || !response.body) throw new Error(`not a stream of events: ${type}`);
    this.reader = response.body.getReader();
  }

  /** The next message with data; undefined at the end. */
  async next(): Promise<Message | undefined> {
    for (;;) {
      const block = await this.block();
      if (block === undefined) return undefined;
      const fields = Object.fromEntries(block.split("\n").map((line) => line.split(/: (.*)/s, 2)));
      if (fields.data !== undefined) return { id: fields.id, event: fields.event, data: JSON.parse(fields.data) };
    }
  }

  /** The next block of lines, whatever it says. */
  async block(): Promise<string | undefined> {
    for (;;) {
      const end = this.text.indexOf("\n\n");
      if (end >= 0) {
        const block = this.text.slice(0, end);
        this.text = this.text.slice(end + 2);
        return block;
      }
      const { done, value } = await this.reader.read();
      if (done) return undefined;
      this.text += this.decoder.decode(value, { stream: true });
    }
  }

  async leave(): Promise<void> {
    await this.reader.cancel();
  }
}
