/**
 * Secrets in configuration files and command lines, replaced as they are read: passwords, shared secrets, tokens, and
 * the credentials inside URLs (transport_url, connection, …).
 */
export const REDACTED = "REDACTED";

const SECRET_KEY = /(password|passwd|passphrase|secret(_?key)?|_token|api_?key|private_?key|community)s?$/i;
/** user:password@ of any URL, up to the last @. Lengths are bounded, so that no line takes more than its length in time. */
const URL_CREDENTIALS = /([a-z][a-z0-9+.-]{0,30}:\/\/[^\s:@/,]{0,200}):[^\s]{0,500}@/gi;
const SECRET_OPTION = /(--?[\w-]{0,60}(?:password|passwd|secret|token|api-?key)[ =])("[^"]*"|\S+)/gi;

export function isSecretKey(key: string): boolean {
  return SECRET_KEY.test(key.trim());
}

export function redactValue(key: string, value: string): string {
  if (value !== "" && isSecretKey(key)) return REDACTED;
  return redactUrls(value);
}

export function redactUrls(text: string): string {
  return text.includes("://") ? text.replace(URL_CREDENTIALS, `$1:${REDACTED}@`) : text;
}

export function redactCommand(text: string): string {
  return redactUrls(text).replace(SECRET_OPTION, `$1${REDACTED}`);
}

/** A whole configuration file, its lines kept. Continuation lines of a secret go too. */
export function redactConfig(text: string): string {
  let secret = false;
  return text
    .split("\n")
    .map((line) => {
      if (/^\s/.test(line) && line.trim() !== "") return secret ? ` ${REDACTED}` : redactUrls(line);
      // Comments too: an old password is still a password.
      const m = /^([#;\s]*)([\w.-]+)(\s*[=:]\s*)(.*)$/.exec(line);
      secret = false;
      if (!m) return redactUrls(line);
      secret = isSecretKey(m[2] as string);
      return `${m[1]}${m[2]}${m[3]}${redactValue(m[2] as string, m[4] as string)}`;
    })
    .join("\n");
}
