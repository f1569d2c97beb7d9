/** The console of a host over HTTP. */

/** Where the next line runs: kept by the browser, sent back as it is. */
export interface ConsoleSession {
  netns?: string;
  /** Id of an instance's port. */
  guest?: string;
}

/** How far a program is that goes on until it is interrupted: sent back with the same line, to be told what came since. */
export interface ConsoleProgress {
  /** Frames that there had been. */
  after: number;
  captured: number;
  received: number;
}

export interface ConsoleQuestion {
  line: string;
  session: ConsoleSession;
  /** Present: the browser asks again while a program goes on; null at first. */
  follow?: ConsoleProgress | null;
}

export interface ConsoleReply {
  output: string;
  /** Exit status of the last program. */
  status: number;
  session: ConsoleSession;
  /** What no real host would say: why a packet was lost, in a sentence each. */
  notes: string[];
  /** The screen is to be emptied. */
  clear: boolean;
  /** Commands that changed the host. */
  changes: number;
  /** The program goes on: ask again. */
  follow?: {
    progress: ConsoleProgress;
    /** What it prints when it is ended. */
    farewell: string;
    /** It ends by itself then. */
    seconds?: number;
  };
}

/** What Tab completes, and whether anything can be changed. */
export interface ConsoleInfo {
  programs: string[];
  words: string[];
  namespaces: string[];
  /** Each program with what it shows, and what it changes. */
  help: { names: string[]; shows: string; changes?: string }[];
  /** Instances by port id, for the prompt. */
  guests: Record<string, string>;
  readOnly?: string;
}
