/** The address of a page, told to the page: it does not know its own. proxy.ts sets the header, whatever a client sent. */
export const ADDRESS_HEADER = "x-underlay-address";

/** Path and query, without what Next adds when it asks for a part of a page. */
export function addressOf(url: string): string {
  const { pathname, searchParams } = new URL(url);
  searchParams.delete("_rsc");
  return `${pathname}${searchParams.size > 0 ? `?${searchParams}` : ""}`;
}
