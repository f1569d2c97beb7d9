// Every way in which starting can fail ends in one line that says what to do. Plain JavaScript without dependencies:
// these files run before anything is installed, under whatever Node the machine has (18 or later).

/** An ending that the user can mend: printed as one line, without a stack. */
export class Failure extends Error {
  /** @param {string} message one line @param {number} [status] the exit status, where the entry point's own does not do */
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/** @type {readonly (readonly [RegExp, string])[]} the first that matches says what went wrong */
const DISK = [
  [/\bENOSPC\b|no space left on device/i, "no space is left on the disk: about 1 GB is needed here and in npm's cache"],
  [/\bEDQUOT\b|quota exceeded/i, "the disk quota is used up: about 1 GB is needed here and in npm's cache"],
];
const CAUSES = [
  ...DISK,
  [
    /\b(?:ENETUNREACH|EHOSTUNREACH|EAI_AGAIN|ENOTFOUND|ENETDOWN)\b|getaddrinfo/,
    "no network: the package registry cannot be reached",
  ],
  [
    /\b(?:ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT|EPIPE|FETCH_ERROR|EIDLETIMEOUT)\b|network (?:timeout|request)/,
    "no answer from the package registry: check the network, and npm's registry and proxy settings",
  ],
  [
    /\b(?:CERT_\w+|SELF_SIGNED_CERT\w*|UNABLE_TO_(?:GET|VERIFY)\w+)\b/,
    "the package registry's certificate is not trusted: see npm's cafile setting",
  ],
  [/\bE(?:401|403)\b/, "the package registry refused access: check npm's registry settings"],
  [/\bE(?:404|TARGET|NOVERSIONS)\b/, "the package registry lacks a package that the lock names"],
  [/\bEINTEGRITY\b/, "a downloaded package is not the one that the lock names: run `npm cache verify` and try again"],
  [/\b(?:EACCES|EPERM|EROFS)\b/, "permission denied: this directory or npm's cache cannot be written"],
  [/\bEUSAGE\b/, "package.json and package-lock.json disagree: run `npm install`, then bin/complete-lock.mjs"],
];

/**
 * What an installer's or a system call's output means, in one line.
 * @param {string} output everything that it printed
 * @returns {string | undefined} undefined when it is none of the known causes
 */
export function cause(output) {
  return first(CAUSES, output);
}

/** The same for a full disk alone: other programs' output may name the other causes in passing. */
export function diskFull(output) {
  return first(DISK, output);
}

const first = (causes, output) => causes.find(([pattern]) => pattern.test(output))?.[1];

/**
 * Runs an entry point. A Failure, or a system error with a known cause, is printed as one line; anything else is a
 * defect of ours and keeps its stack.
 * @param {() => Promise<number>} main returns the exit status
 * @param {number} [failed] the exit status when it throws
 */
export async function entry(main, failed = 1) {
  try {
    process.exitCode = await main();
  } catch (error) {
    const known =
      error instanceof Failure ? error.message : typeof error?.code === "string" ? cause(error.code) : undefined;
    process.stderr.write(`underlay: ${known ?? error?.stack ?? error}\n`);
    process.exitCode = error?.status ?? failed;
  }
}
