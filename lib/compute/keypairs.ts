/** SSH key pairs of a user. Source: nova/crypto.py, nova/api/openstack/compute/keypairs.py. */
import { createHash, generateKeyPair } from "node:crypto";
import { promisify } from "node:util";
import type { Context } from "../identity/context.ts";
import type { Store } from "../store/store.ts";
import { ComputeError } from "./errors.ts";
import { isoSecond } from "./first-start.ts";
import { type Keypair, keypairs } from "./model.ts";

export class Keypairs {
  private readonly store: Store;
  constructor(store: Store) {
    this.store = store;
  }

  list(context: Context): Promise<Keypair[]> {
    return keypairs.list(this.store.read, { keys: { user_id: context.userId } });
  }

  async show(context: Context, name: string): Promise<Keypair> {
    const pair = await keypairs.get(this.store.read, `${context.userId}/${name}`);
    if (!pair) throw missing(context, name);
    return pair;
  }

  /** Without a public key one is made, and its private half answered this once. */
  async create(context: Context, name: string, publicKey?: string): Promise<{ pair: Keypair; privateKey?: string }> {
    const made = publicKey === undefined ? await generate(context.userName) : undefined;
    const text = publicKey ?? made?.publicKey ?? "";
    const id = `${context.userId}/${name}`;
    const pair = await this.store.transaction(async (tx) => {
      if (await keypairs.get(tx, id)) throw new ComputeError("conflict", `Key pair '${name}' already exists.`);
      return keypairs.insert(tx, {
        id,
        user_id: context.userId,
        name,
        public_key: text,
        fingerprint: fingerprint(text),
        created_at: isoSecond(tx.now),
      });
    });
    return made ? { pair, privateKey: made.privateKey } : { pair };
  }

  async remove(context: Context, name: string): Promise<void> {
    const gone = await this.store.transaction((tx) => keypairs.remove(tx, `${context.userId}/${name}`));
    if (!gone) throw missing(context, name);
  }
}

function missing(context: Context, name: string): ComputeError {
  return new ComputeError("not-found", `Keypair ${name} not found for user ${context.userId}`);
}

/** MD5 over the key's blob, as `ssh-keygen -l -E md5` prints it. */
function fingerprint(publicKey: string): string {
  const blob = /^[\w@.-]+ +([A-Za-z0-9+/]+=*)/.exec(publicKey)?.[1];
  const bytes = Buffer.from(blob ?? "", "base64");
  // The blob begins with the length and name of its kind: RFC 4253, section 6.6.
  const length = bytes.length > 4 ? bytes.readUInt32BE(0) : 0;
  if (length === 0 || bytes.subarray(4, 4 + length).toString() !== publicKey.split(" ")[0])
    throw new ComputeError("bad-request", "Keypair data is invalid: failed to generate fingerprint");
  return createHash("md5")
    .update(bytes)
    .digest("hex")
    .replaceAll(/..(?=.)/g, "$&:");
}

async function generate(comment: string): Promise<{ publicKey: string; privateKey: string }> {
  const pair = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
  const { n, e } = pair.publicKey.export({ format: "jwk" });
  const field = (bytes: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  // mpint: a leading zero keeps it positive. RFC 4251, section 5.
  const number = (text: string | undefined) => {
    const bytes = Buffer.from(text ?? "", "base64url");
    return (bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
  };
  const blob = Buffer.concat([field(Buffer.from("ssh-rsa")), field(number(e)), field(number(n))]);
  return {
    publicKey: `ssh-rsa ${blob.toString("base64")} Generated-by-Underlay ${comment}`,
    privateKey: pair.privateKey.export({ type: "pkcs1", format: "pem" }).toString(),
  };
}
