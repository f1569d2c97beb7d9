import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { expect, type Page, test } from "@playwright/test";
import type { CloudSummary } from "../lib/api/http.ts";
import { expectAccessibleInBothThemes } from "./support/axe.ts";
import { bundle } from "./support/bundle.ts";
import { visit } from "./support/visit.ts";

const from = (page: Page) => page.getByRole("combobox", { name: "From" });
const to = (page: Page) => page.getByRole("combobox", { name: "To" });
const verdict = (page: Page) => page.getByRole("region", { name: "Verdict" });
const picture = (page: Page) => page.getByRole("group", { name: /^Path of the/ });
const hops = (page: Page) => page.getByRole("table", { name: /^Hops of the/ });
const selected = (page: Page) => hops(page).locator('[aria-current="step"]');
const leg = (page: Page, name: string) => page.getByRole("radio", { name, exact: true });

test("two instances on different hosts, by typing: the path over the network node is drawn, and the reply can be read", async ({
  page,
}) => {
  await visit(page, "/clouds/legacy/trace");
  await from(page).fill("cirros-vm1");
  await to(page).fill("cirros-vm3");
  await to(page).press("Enter");
  await expect(verdict(page)).toContainText("Delivered");
  await expect(page).toHaveURL(/from=cirros-vm1&to=cirros-vm3/);
  await expect(picture(page).getByText("network1")).toBeVisible();
  await expect(picture(page).getByRole("button", { name: /^qr-4af8330d-85 172\.16\.10\.1 on network1/ })).toBeVisible();
  await expect(picture(page).getByText("VXLAN 10")).toBeVisible();
  const route = hops(page).getByRole("row", { name: /qr-4af8330d-85 route 172\.16\.11\.0\/24/ });
  await expect(route).toContainText("TTL 64 → 63");

  await leg(page, "Reply").click();
  await expect(page).toHaveURL(/leg=reply/);
  await expect(page.getByRole("table", { name: "Hops of the Reply" })).toBeVisible();
  await expect(hops(page).getByRole("row").nth(1)).toContainText("compute2 · cirros-vm3");
  await expect(selected(page)).toContainText("compute1 · cirros-vm1");
});

test("two instances on one host, by clicking: the second choice runs the trace", async ({ page }) => {
  await visit(page, "/clouds/legacy/trace");
  await from(page).click();
  await page.getByRole("option", { name: /^cirros-vm1 172\.16\.10\.237/ }).click();
  await to(page).click();
  await page.getByRole("option", { name: /^cirros-vm4/ }).click();
  await expect(verdict(page)).toContainText("Delivered");
  await expect(picture(page).getByText("compute1")).toHaveCount(1);
  await expect(picture(page).getByText("compute2")).toHaveCount(0);
});

test("an example of the cloud's own ends is one click", async ({ page }) => {
  await visit(page, "/clouds/legacy/trace");
  await page.getByRole("button", { name: /From outside to a floating IP/ }).click();
  await expect(verdict(page)).toContainText("Delivered");
  await expect(to(page)).toHaveValue("172.24.4.97");
});

test("a blocked instance: the verdict names the rule, its group and the command, and the picture shows the place", async ({
  page,
}) => {
  await visit(page, "/clouds/legacy/trace?from=cirros-vm1&to=cirros-vm5");
  await expect(verdict(page)).toContainText("Dropped at hop 9");
  await expect(verdict(page)).toContainText("SECURITY_GROUP_DENIED");
  await expect(
    picture(page).getByRole("button", { name: /qbr1f69615b-95 on compute1, the packet ended here/ }),
  ).toBeVisible();
  await verdict(page).getByRole("button", { name: "Show the command" }).click();
  await expect(verdict(page)).toContainText("iptables -t filter -S neutron-openvswi-sg-fallback -v");
  // Away from the fault, and back by the element.
  await hops(page)
    .getByRole("button", { name: /cirros-vm1$/ })
    .click();
  await expect(page.getByText("hop 1 of 9")).toBeVisible();
  await verdict(page)
    .getByRole("button", { name: /neutron-openvswi-sg-fallback/ })
    .click();
  await expect(selected(page)).toContainText("qbr1f69615b-95");
  await verdict(page).getByRole("link", { name: "Security group noicmp" }).click();
  await expect(page).toHaveURL(/security-groups\?sel=3c490bce/);
});

test("a floating IP from outside, through the distributed router's namespaces", async ({ page }) => {
  await visit(page, "/clouds/dvr/trace?from=outside&to=172.24.4.104");
  await expect(verdict(page)).toContainText("Delivered");
  for (const namespace of ["fip-6864427f", "qrouter-6318f426"])
    await expect(picture(page).getByText(namespace)).toBeVisible();
  await expect(hops(page).getByRole("row", { name: /DNAT 172\.24\.4\.104 → 172\.16\.10\.237/ })).toBeVisible();
  await leg(page, "Reply").click();
  await expect(
    hops(page)
      .getByRole("row", { name: /SNAT|172\.16\.10\.237 → 172\.24\.4\.104/ })
      .first(),
  ).toBeVisible();
});

test("a DHCP exchange needs no destination and has its messages as legs", async ({ page }) => {
  await visit(page, "/clouds/legacy/trace");
  await from(page).fill("cirros-vm1");
  await page.getByRole("button", { name: "Packet: ICMP" }).click();
  await leg(page, "DHCP").click();
  await expect(to(page)).toBeDisabled();
  await page.getByRole("button", { name: "Trace", exact: true }).click();
  await expect(verdict(page)).toContainText("Delivered");
  for (const message of ["Discover", "Offer", "Request", "Ack"]) {
    await leg(page, message).click();
    await expect(hops(page)).toHaveAccessibleName(`Hops of the ${message}`);
  }
  await expect(page.getByRole("region", { name: "Headers" })).toContainText("172.16.10.237");
  await leg(page, "Discover").click();
  await expect(picture(page).getByRole("button", { name: /^br-int \+\d copies on compute1/ })).toBeVisible();
});

test("protocol, port and size are part of the question", async ({ page }) => {
  await visit(page, "/clouds/legacy/trace?from=cirros-vm1&to=cirros-vm5&proto=tcp&dport=22");
  await expect(verdict(page)).toContainText("Delivered");
  await page.getByRole("button", { name: "Packet: TCP 22" }).click();
  await page.getByLabel("Port", { exact: true }).fill("80");
  await page.getByRole("button", { name: "Trace", exact: true }).click();
  await expect(page).toHaveURL(/dport=80/);
  await expect(verdict(page)).toContainText("SECURITY_GROUP_DENIED");
});

test("a link opens the same leg and hop, and the picture, the timeline and the packet agree", async ({ page }) => {
  await visit(page, "/clouds/legacy/trace?from=cirros-vm1&to=cirros-vm3&leg=request&step=14");
  await expect(selected(page)).toContainText("qr-4af8330d-85");
  await expect(picture(page).getByRole("button", { pressed: true })).toHaveAccessibleName(/^qr-4af8330d-85/);
  await expect(page.getByRole("region", { name: "Packet" })).toContainText("TTL was 64, by qrouter");
  await picture(page)
    .getByRole("button", { name: /^qr-7265cdca-fe/ })
    .click();
  await expect(page).toHaveURL(/step=15/);
  await expect(selected(page)).toContainText("qr-7265cdca-fe");
});

test("back and forward walk over traces and legs", async ({ page }) => {
  await visit(page, "/clouds/legacy/trace?from=cirros-vm1&to=cirros-vm4");
  await expect(verdict(page)).toContainText("cirros-vm4");
  await to(page).fill("cirros-vm2");
  await to(page).press("Enter");
  await expect(verdict(page)).toContainText("cirros-vm2");
  await leg(page, "Reply").click();
  await page.goBack();
  await expect(hops(page)).toHaveAccessibleName("Hops of the Request");
  await page.goBack();
  await expect(verdict(page)).toContainText("cirros-vm4");
  await expect(to(page)).toHaveValue("cirros-vm4");
  await page.goForward();
  await expect(verdict(page)).toContainText("cirros-vm2");
});

test("the keyboard alone is enough", async ({ page }) => {
  await visit(page, "/clouds/legacy/trace");
  await page.keyboard.press("t");
  await expect(from(page)).toBeFocused();
  await page.keyboard.type("cirros-vm1");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await expect(to(page)).toBeFocused();
  await page.keyboard.type("vm2");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(verdict(page)).toContainText("Delivered");
  await expect(page.getByRole("status").filter({ hasText: "delivered" })).toHaveCount(1);
  await leg(page, "Request").focus();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Home");
  await expect(page.getByText("hop 1 of")).toBeVisible();
  await page.keyboard.press("ArrowRight");
  await expect(page.getByText("hop 2 of")).toBeVisible();
  await page.keyboard.press("ArrowLeft");
  await expect(page.getByText("hop 1 of")).toBeVisible();
  await page.keyboard.press("End");
  await expect(selected(page)).toContainText("cirros-vm2");
  await picture(page)
    .getByRole("button", { name: /^eth1 VNI 10 on compute1/ })
    .focus();
  await page.keyboard.press("Enter");
  await expect(selected(page)).toContainText("compute1 · eth1");
  await hops(page).getByRole("button", { name: "Steps of hop 7", exact: true }).focus();
  await page.keyboard.press("Enter");
  await expect(hops(page)).toContainText("UCAST_TO_TUN 20");
});

test("playing walks the packet to the end", async ({ page }) => {
  await visit(page, "/clouds/legacy/trace?from=cirros-vm1&to=cirros-vm4&leg=request&step=8");
  await page.getByRole("button", { name: "Play" }).click();
  await expect(page.getByRole("button", { name: "Pause" })).toBeVisible();
  await expect(selected(page)).toContainText("cirros-vm4");
  await expect(page.getByRole("button", { name: "Play" })).toBeVisible();
});

test("a trace is taken away as link, events, capture and picture", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await visit(page, "/clouds/legacy/trace?from=cirros-vm1&to=cirros-vm3");
  await expect(verdict(page)).toContainText("Delivered");
  const menu = async (name: string | RegExp) => {
    await page.getByRole("button", { name: "Export" }).click();
    await page.getByRole("menuitem", { name }).click();
  };
  const saved = async (name: string | RegExp) => {
    const [file] = await Promise.all([page.waitForEvent("download"), menu(name)]);
    return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
  };
  await menu("Copy link");
  await expect(page.getByText("Link copied")).toBeAttached();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain("from=cirros-vm1&to=cirros-vm3");

  const events = await saved(/JSON lines/);
  const lines = events.bytes.toString().trimEnd().split("\n");
  expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ kind: "verdict", code: "DELIVERED" });

  const capture = await saved(/pcapng/);
  expect(capture.name).toBe("trace-cirros-vm1-to-cirros-vm3.pcapng");
  expect(capture.bytes.readUInt32LE(0)).toBe(0x0a0d0d0a);

  const svg = await saved(/SVG/);
  expect(svg.bytes.toString()).toMatch(/^<svg[\s\S]*qr-4af8330d-85[\s\S]*<\/svg>$/);
  const png = await saved(/PNG/);
  expect(png.bytes.subarray(1, 4).toString()).toBe("PNG");
});

test("an end that nothing is named by is said at its box", async ({ page }) => {
  await visit(page, "/clouds/legacy/trace?from=cirros-vm1&to=nosuch");
  await expect(to(page)).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByRole("alert").filter({ hasText: "nosuch" })).toContainText(
    "Nothing in Central router is named",
  );
  await to(page).fill("cirros-vm2");
  await to(page).press("Enter");
  await expect(verdict(page)).toContainText("Delivered");
});

test("a question in the address that cannot be read is an error at its field, and nothing is traced", async ({
  page,
}) => {
  for (const [search, message] of [
    ["proto=gopher", "“gopher” is not one of"],
    ["proto=tcp&dport=abc", "“abc” is not a whole number"],
  ] as const) {
    await visit(page, `/clouds/legacy/trace?from=cirros-vm1&to=cirros-vm3&${search}`);
    await expect(page.getByRole("form", { name: "Trace" }).getByRole("alert")).toContainText(message);
    await expect(verdict(page)).toHaveCount(0);
  }
});

test("bad input is a 400 that names the field", async ({ request }) => {
  for (const [search, field] of [
    ["to=x", "from"],
    ["from=cirros-vm1", "to"],
    ["from=cirros-vm1&to=cirros-vm2&proto=gopher", "proto"],
    ["from=cirros-vm1&to=cirros-vm2&ttl=0", "ttl"],
    ["from=cirros-vm1&to=cirros-vm2&fromAddress=here", "fromAddress"],
  ]) {
    const answer = await request.get(`/api/clouds/legacy/trace?${search}`);
    expect(answer.status()).toBe(400);
    expect(await answer.json()).toMatchObject({ error: { field } });
  }
});

test("state that is missing ends in a verdict that says what was missing", async ({ page, request }) => {
  const archive = bundle("no-flows", (dir) => rmSync(path.join(dir, "compute1/ovs/br-int"), { recursive: true }));
  const answer = await request.post("/api/clouds?name=no-flows", {
    data: readFileSync(archive),
    headers: { "content-type": "application/gzip" },
  });
  expect(answer.ok()).toBe(true);
  const clouds: CloudSummary[] = await (await request.get("/api/clouds")).json();
  const cloud = clouds.find((one) => one.name === "no-flows");
  await visit(page, `/clouds/${cloud?.id}/trace?from=cirros-vm1&to=cirros-vm4`);
  await expect(verdict(page)).toContainText("Cannot be told");
  await expect(verdict(page)).toContainText("STATE_INCOMPLETE");
  await expect(verdict(page)).toContainText("br-int");
  await request.delete(`/api/clouds/${cloud?.id}`);
});

for (const [state, search] of [
  ["no question", ""],
  ["delivered", "?from=cirros-vm1&to=cirros-vm3"],
  ["dropped", "?from=cirros-vm1&to=cirros-vm5"],
  ["an exchange", "?from=cirros-vm1&proto=dhcp"],
  ["no such end", "?from=cirros-vm1&to=nosuch"],
] as const)
  test(`axe finds nothing: ${state}`, async ({ page }) => {
    await visit(page, `/clouds/legacy/trace${search}`);
    if (search.includes("nosuch")) await expect(page.getByRole("alert").filter({ hasText: "nosuch" })).toBeVisible();
    else if (search !== "") await expect(verdict(page)).toContainText(/Delivered|Dropped/);
    await expectAccessibleInBothThemes(page);
  });
