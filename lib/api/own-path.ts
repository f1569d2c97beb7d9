/** Where to go after the log-in: a path of this server, never another site. */

/** @returns path, query and fragment; undefined for what leads, or might lead, elsewhere */
export function ownPath(text: string | undefined | null): string | undefined {
  if (!text?.startsWith("/") || /^\/[/\\]|[\p{Cc}\\]/u.test(text)) return undefined;
  const url = URL.parse(text, "http://own.invalid");
  if (url?.origin !== "http://own.invalid" || url.pathname.startsWith("//")) return undefined;
  return `${url.pathname}${url.search}${url.hash}`;
}
