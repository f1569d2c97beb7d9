import { expect, test } from "vitest";
import { pageToken, sessionCookie } from "./session-cookie.ts";

const headers = (cookie: string, more: Record<string, string> = {}) => new Headers({ cookie, ...more });

test.each([
  ["underlay-session=abc", "abc"],
  ["theme=dark; underlay-session=a-b_c==; x=1", "a-b_c=="],
  ["my-underlay-session=abc", undefined],
  ["underlay-session=", undefined],
  ["underlay-session", undefined],
  ["", undefined],
])("the token of %j", (cookie, token) => expect(sessionCookie(headers(cookie))).toBe(token));

test("it counts for the services only with the header that no other site can send", () => {
  expect(pageToken(headers("underlay-session=abc", { "X-Underlay-Request": "1" }))).toBe("abc");
  expect(pageToken(headers("underlay-session=abc"))).toBe(undefined);
  expect(pageToken(headers("underlay-session=abc", { "X-Underlay-Request": "0" }))).toBe(undefined);
});
