/** What the parts of the identity service share: the store, the time, and one way to write. */
import { randomUUID } from "node:crypto";
import { DuplicateError } from "../store/collection.ts";
import type { Reader, Store, Tx } from "../store/store.ts";
import { conflict } from "./error.ts";

export class Backing {
  readonly read: Reader;
  readonly now: () => number;
  private readonly store: Store;
  private readonly changed: () => void;

  /** @param changed runs after every commit, before the writer goes on */
  constructor(store: Store, now: () => number, changed: () => void) {
    this.store = store;
    this.read = store.read;
    this.now = now;
    this.changed = changed;
  }

  /** For what no token's worth depends on: new tokens, better hashes. */
  quietly<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.store.transaction(work);
  }

  async write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    try {
      return await this.store.transaction((tx) => {
        tx.afterCommit(this.changed);
        return work(tx);
      });
    } catch (error) {
      if (error instanceof DuplicateError) throw duplicate(error);
      throw error;
    }
  }
}

/** Keystone's ids are UUIDs without dashes. */
export const newId = () => randomUUID().replaceAll("-", "");

/** `keystone/common/sql/core.py`, handle_conflicts; projects and domains word theirs themselves. */
function duplicate(error: DuplicateError): Error {
  const slash = error.value.indexOf("/");
  const [owner, name] = [error.value.slice(0, slash), error.value.slice(slash + 1)];
  const details = `Duplicate entry found with name ${name}`;
  switch (error.kind) {
    case "user":
    case "group":
      return conflict(error.kind, "name", `${details} at domain ID ${owner}`);
    case "role":
      return conflict("role", "name", owner === "" ? details : `${details} at domain ID ${owner}`);
    case "application_credential":
      return conflict("application credential", "name", details);
    default:
      return error;
  }
}
