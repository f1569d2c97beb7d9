import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { expect, test } from "vitest";
import { forPages } from "./node-http.ts";

function asked(method: string, url: string): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  return Object.assign(request, { method, url });
}

test.each([
  ["/login?next=%2F", "/login?next=%2F"],
  ["http://elsewhere.example/login?a", "/login?a"],
  ["HTTPS://elsewhere.example", "/"],
  ["http://elsewhere.example?a=b", "/?a=b"],
])("a page that is asked for as %s is %s", (url, path) => {
  const request = asked("GET", url);
  expect([forPages(request), request.url]).toEqual([undefined, path]);
});

test.each([
  ["OPTIONS", "*", 400],
  ["GET", "ftp://elsewhere.example/", 400],
  ["TRACE", "/login", 405],
])("%s %s is for no page", (method, url, status) => {
  expect(forPages(asked(method, url))).toEqual({ status });
});
