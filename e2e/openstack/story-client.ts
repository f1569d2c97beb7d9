import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Account, Cloud } from "./cloud.ts";
import { type StoryStep, words } from "./story-steps.ts";

export interface StoryAnswer {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Debian's: another Python on the PATH would lack its packages. */
const PYTHON = "/usr/bin/python3";
const ACCOUNTS: Readonly<Record<string, Account>> = {
  story: { user: "story", password: "story-password", project: "story" },
  other: { user: "other", password: "other-password", project: "other" },
  wrong: { user: "story", password: "wrong", project: "story" },
  nobody: { user: "nobody", password: "nothing", project: "story" },
};

/** The real `openstack` command: client.py runs it, one command at a time, in a directory of its own. */
export class StoryClient {
  readonly #cloud: Cloud;
  readonly #directory = mkdtempSync(join(tmpdir(), "underlay-story-"));
  readonly #child: ChildProcess;
  readonly #answers: AsyncIterator<string>;
  readonly #kept = new Map<string, string>();

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
    writeFileSync(join(this.#directory, "image.bin"), Buffer.alloc(512));
    copyFileSync(new URL("key.pub", import.meta.url), join(this.#directory, "key.pub"));
    const script = new URL("client.py", import.meta.url).pathname;
    this.#child = spawn(PYTHON, [script], { cwd: this.#directory, stdio: ["pipe", "pipe", "inherit"] });
    const { stdout } = this.#child;
    if (stdout === null) throw new Error("client.py has an output");
    this.#answers = createInterface({ input: stdout })[Symbol.asyncIterator]();
  }

  async run(step: StoryStep): Promise<StoryAnswer> {
    const argv = words(step.command, this.#kept);
    this.#child.stdin?.write(`${JSON.stringify({ argv, env: this.#environment(step.who) })}\n`);
    const { done, value } = await this.#answers.next();
    if (done) throw new Error("client.py ended: is python3-openstackclient installed?");
    const answer: StoryAnswer = JSON.parse(value);
    if (step.keep !== undefined) this.#kept.set(step.keep, answer.stdout.trim());
    return answer;
  }

  close(): void {
    this.#child.stdin?.end();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #environment(who: string): Record<string, string> {
    const admin = { user: "admin", password: this.#cloud.adminPassword, project: "admin" };
    const account = who === "admin" ? admin : who === "admin-in-story" ? { ...admin, project: "story" } : ACCOUNTS[who];
    if (account === undefined) throw new Error(`nobody is named ${who}`);
    return {
      OS_AUTH_URL: this.#cloud.authUrl,
      OS_USERNAME: account.user,
      OS_PASSWORD: account.password,
      OS_PROJECT_NAME: account.project,
      OS_USER_DOMAIN_NAME: "Default",
      OS_PROJECT_DOMAIN_NAME: "Default",
      OS_IDENTITY_API_VERSION: "3",
      OS_REGION_NAME: "RegionOne",
    };
  }
}
