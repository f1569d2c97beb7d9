/** What happens when the session has ended while a page is open. */
import { pages } from "../api/pages.ts";
import type { ApiFailure } from "./error.ts";
import { sayOver } from "./forms/draft.ts";

/** To the log-in, and from there back to what is shown now: the address holds all of it. Answers the failure as it came. */
export function logInAgain(failure: ApiFailure): ApiFailure {
  if (failure.status === 401 && typeof window !== "undefined" && window.location.pathname !== "/login") {
    const { pathname, search, hash } = window.location;
    sayOver();
    window.location.assign(pages.login(`${pathname}${search}${hash}`));
  }
  return failure;
}
