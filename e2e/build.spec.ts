/** A tenant builds by clicking, and pages follow what others change: on the real server, with the services' own answers. */
import { type APIRequestContext, expect, type Page, test } from "@playwright/test";
import { expectAccessible, expectAccessibleInBothThemes } from "./support/axe.ts";
import { logIn, NOBODY } from "./support/login.ts";
import { visit } from "./support/visit.ts";

const HEADERS = { "x-underlay-request": "1" };
const form = (page: Page) => page.getByRole("dialog");
const details = (page: Page) => page.getByRole("complementary", { name: "Details" });
const node = (page: Page, name: string) => page.getByRole("button", { name: new RegExp(`^${name}\\b`) });

async function create(page: Page, what: string): Promise<void> {
  await page.getByRole("button", { name: "Create", exact: true }).click();
  await page.getByRole("menuitem", { name: what, exact: true }).click();
}

async function network(page: Page, name: string, cidr: string): Promise<void> {
  await create(page, "Network");
  await form(page).getByRole("textbox", { name: "Name" }).fill(name);
  await form(page).getByRole("button", { name: "Create network" }).click();
  await expect(details(page).getByRole("heading", { name, exact: true })).toBeVisible();
  await details(page).getByRole("button", { name: "Add Subnet" }).click();
  await form(page).getByRole("textbox", { name: "CIDR" }).fill(cidr);
  await page.keyboard.press("Enter");
  await expect(node(page, `Network ${name} ${cidr}`)).toBeVisible();
}

async function instance(page: Page, name: string, on: string): Promise<void> {
  await node(page, `Network ${on}`).click();
  await expect(details(page).getByRole("heading", { name: on, exact: true })).toBeVisible();
  await details(page).getByRole("button", { name: "Add Instance" }).click();
  await form(page).getByRole("textbox", { name: "Name" }).fill(name);
  await form(page).getByRole("button", { name: "Create instance" }).click();
  await expect(details(page).getByRole("heading", { name, exact: true })).toBeVisible();
  await expect(node(page, `Instance ${name}`)).toHaveAccessibleName(/, active$/);
}

async function subnetOf(page: Page, router: string, subnet: RegExp): Promise<void> {
  await node(page, `Router ${router}`).click();
  await expect(details(page).getByRole("heading", { name: router, exact: true })).toBeVisible();
  await details(page).getByRole("button", { name: "Add Interface" }).click();
  const choice = form(page).getByRole("combobox", { name: "Subnet" });
  await choice.selectOption(await choice.locator("option").filter({ hasText: subnet }).getAttribute("value"));
  await form(page).getByRole("button", { name: "Add interface" }).click();
  await expect(form(page)).toHaveCount(0);
}

async function made(request: APIRequestContext, what: string, values: object): Promise<{ id: string }> {
  const answer = await request.post(`/networking/v2.0/${what}s`, { headers: HEADERS, data: { [what]: values } });
  expect(answer.status(), await answer.text()).toBe(201);
  return (await answer.json())[what];
}

/** A project that has nothing yet, and a user of the same name: demo, whom other specs log in as, keeps his only one. */
async function madeProject(request: APIRequestContext, name: string): Promise<{ user: string }> {
  await logIn(request, { user: "admin" });
  const ask = async (method: "get" | "post" | "put", path: string, data?: object) => {
    const answer = await request[method](`/identity/v3/${path}`, { headers: HEADERS, ...(data && { data }) });
    expect(answer.ok(), await answer.text()).toBe(true);
    return answer.status() === 204 ? undefined : answer.json();
  };
  const { project } = await ask("post", "projects", { project: { name, domain_id: "default" } });
  const { user } = await ask("post", "users", { user: { name, password: "underlay", domain_id: "default" } });
  const { roles } = await ask("get", "roles?name=member");
  await ask("put", `projects/${project.id}/users/${user.id}/roles/${roles[0].id}`);
  return { user: name };
}

test.use({ storageState: NOBODY });

test("a tenant builds two networks, finds that they do not reach each other, and joins them", async ({ page }) => {
  await page.goto("/login");
  await page.getByRole("button", { name: "Log in as demo" }).click();
  await expect(page).toHaveURL("/clouds/embedded/topology");
  await network(page, "east", "10.71.0.0/24");
  await network(page, "west", "10.72.0.0/24");
  await instance(page, "east-vm", "east");
  await instance(page, "west-vm", "west");

  await visit(page, "/clouds/embedded/trace?from=east-vm&to=west-vm");
  const verdict = page.getByRole("region", { name: "Verdict" });
  await expect(verdict).toContainText("east-vm");
  await expect(verdict).not.toContainText("east-vm reached west-vm");
  await verdict.getByRole("button", { name: "Try the repair" }).click();
  const tried = verdict.getByRole("region", { name: "The repair, tried" });
  await expect(tried).toContainText("openstack router create east-west");
  await expect(tried).toContainText("east-vm reached west-vm");

  await visit(page, "/clouds/embedded/topology");
  await create(page, "Router");
  await form(page).getByRole("textbox", { name: "Name" }).fill("between");
  await form(page).getByRole("button", { name: "Create router" }).click();
  await expect(details(page).getByRole("heading", { name: "between" })).toBeVisible();
  await subnetOf(page, "between", /^east: /);
  await subnetOf(page, "between", /^west: /);
  await expect(details(page)).toContainText("10.71.0.1");
  await expect(details(page)).toContainText("10.72.0.1");

  await visit(page, "/clouds/embedded/trace?from=east-vm&to=west-vm");
  await expect(verdict).toContainText("east-vm reached west-vm");
});

test("what is wrong is said beside its field, by the page and by Neutron, and what was typed stays", async ({
  page,
}) => {
  await logIn(page.request, { user: "demo" });
  const { id } = await made(page.request, "network", { name: "fields" });
  await made(page.request, "subnet", { network_id: id, cidr: "10.73.0.0/24", ip_version: 4 });
  await visit(page, `/clouds/embedded/topology?sel=${id}`);
  await details(page).getByRole("button", { name: "Add Subnet" }).click();
  const cidr = form(page).getByRole("textbox", { name: "CIDR" });
  await cidr.fill("10.73.0.0");
  await page.keyboard.press("Enter");
  await expect(cidr).toHaveAccessibleDescription(/“10.73.0.0” is not a CIDR/);
  await expect(cidr).toBeFocused();
  await expectAccessible(page);

  await form(page).getByRole("textbox", { name: "Name" }).fill("kept");
  await cidr.fill("10.73.0.128/25");
  await form(page).getByRole("button", { name: "Add subnet" }).click();
  await expect(cidr).toHaveAccessibleDescription(/10\.73\.0\.128\/25 .* overlaps with another subnet/);
  await expect(cidr).toHaveAttribute("aria-invalid", "true");
  await expect(form(page).getByRole("textbox", { name: "Name" })).toHaveValue("kept");
  await page.keyboard.press("Escape");
  await expect(form(page)).toHaveCount(0);
  await expect(details(page).getByRole("heading", { name: "fields" })).toBeVisible();
});

test("what was typed when the session ended is there again after the log-in", async ({ page }) => {
  await logIn(page.request, { user: "demo" });
  await visit(page, "/clouds/embedded/networks?form=new-network");
  const name = form(page).getByRole("textbox", { name: "Name" });
  await name.fill("kept");
  await page.context().clearCookies();
  await form(page).getByRole("button", { name: "Create network" }).click();
  await page.getByRole("button", { name: "Log in as demo" }).click();
  await expect(name).toHaveValue("kept");
});

test("what one user changes another sees within a second or so, and nothing else moves", async ({ page, browser }) => {
  await logIn(page.request, { user: "demo" });
  await visit(page, "/clouds/embedded/topology");
  const theirs = await browser.newContext();
  await logIn(theirs.request, { user: "admin" });
  const other = await theirs.newPage();
  await visit(other, "/clouds/embedded/networks");
  await expect(page.getByText("Live", { exact: true })).toBeVisible();
  const first = page.getByRole("button", { name: /^Instance cirros-vm1/ });
  const before = await first.boundingBox();
  await page.evaluate(() => Object.assign(window, { loaded: true }));

  const { id } = await made(page.request, "network", { name: "zz-alive" });
  const soon = { timeout: 3000 };
  await expect(page.getByRole("button", { name: /^Network zz-alive/ })).toBeVisible(soon);
  await expect(other.getByRole("button", { name: "zz-alive" })).toBeVisible(soon);
  const renamed = { network: { name: "zz-renamed" } };
  await theirs.request.put(`/networking/v2.0/networks/${id}`, { headers: HEADERS, data: renamed });
  await expect(page.getByRole("button", { name: /^Network zz-renamed/ })).toBeVisible(soon);
  const after = await first.boundingBox();
  expect(after?.x).toBeCloseTo(before?.x ?? 0, 1);
  expect(after?.width).toBeCloseTo(before?.width ?? 0, 1);
  await page.request.delete(`/networking/v2.0/networks/${id}`, { headers: HEADERS });
  await expect(page.getByRole("button", { name: /^Network zz-/ })).toHaveCount(0, soon);
  await expect(other.getByRole("button", { name: /^zz-/ })).toHaveCount(0, soon);
  expect(await page.evaluate(() => "loaded" in window)).toBe(true);
  await theirs.close();
});

test("before it deletes, the page says what goes too, and what must go first", async ({ page }) => {
  await logIn(page.request, { user: "demo" });
  const { id } = await made(page.request, "network", { name: "held" });
  const subnet = await made(page.request, "subnet", { network_id: id, cidr: "10.74.0.0/24", ip_version: 4 });
  const router = await made(page.request, "router", { name: "holder" });
  await page.request.put(`/networking/v2.0/routers/${router.id}/add_router_interface`, {
    headers: HEADERS,
    data: { subnet_id: subnet.id },
  });
  await visit(page, `/clouds/embedded/topology?sel=${id}`);
  await details(page).getByRole("button", { name: "Delete", exact: true }).click();
  await expect(form(page)).toContainText("Router holder has an interface on it");
  await expect(form(page).getByRole("button", { name: "Delete" })).toHaveCount(0);
  await expectAccessible(page);
  await form(page).getByRole("button", { name: "Close" }).last().click();

  await node(page, "Router holder").click();
  await details(page).getByRole("button", { name: "Remove interface 10.74.0.1" }).click();
  await form(page).getByRole("button", { name: "Remove" }).click();
  await expect(details(page)).not.toContainText("10.74.0.1");
  await node(page, "Network held").click();
  await details(page).getByRole("button", { name: "Delete", exact: true }).click();
  await expect(form(page)).toContainText("Subnet 10.74.0.0/24");
  await form(page).getByRole("button", { name: "Delete" }).click();
  await expect(page.getByText("Network held is deleted.")).toBeVisible();
  await expect(node(page, "Network held")).toHaveCount(0);
});

test("tables sort, and several rows go at once", async ({ page }) => {
  await logIn(page.request, { user: "demo" });
  for (const name of ["many-1", "many-2", "many-10"]) await made(page.request, "network", { name });
  await visit(page, "/clouds/embedded/networks?q=many-");
  const names = page.getByRole("button", { name: /^many-/ });
  await page.getByRole("columnheader", { name: "Name" }).getByRole("button").click();
  await expect(names).toHaveText(["many-1", "many-2", "many-10"]);
  await page.getByRole("columnheader", { name: "Name" }).getByRole("button").click();
  await expect(names).toHaveText(["many-10", "many-2", "many-1"]);
  await expect(page).toHaveURL(/sort=-Name/);
  await page.getByRole("checkbox", { name: "Tick all networks" }).check();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Delete 3" }).click();
  await form(page).getByRole("button", { name: "Delete" }).click();
  await expect(page.getByText("3 networks are deleted.")).toBeVisible();
  await expect(names).toHaveCount(0);
});

test("a project that has nothing is led through the demo story", async ({ page, request }) => {
  await logIn(page.request, await madeProject(request, "story"));
  await visit(page, "/clouds/embedded/topology");
  await expectAccessible(page);
  await page.getByRole("button", { name: "Build the demo story" }).click();
  for (const step of ["Create networks", "Add subnets", "Start instances"])
    await details(page).getByRole("button", { name: step }).click();
  await details(page).getByRole("link", { name: "Trace it" }).click();
  const verdict = page.getByRole("region", { name: "Verdict" });
  await expect(verdict).toContainText("story-blue-vm");
  await expect(verdict).not.toContainText("story-blue-vm reached story-green-vm");
  await page.goBack();
  await details(page).getByRole("button", { name: "Add the router" }).click();
  await expect(node(page, "Router story-router")).toBeVisible();
  await expectAccessible(page);
  await details(page).getByRole("link", { name: "Trace it" }).click();
  await expect(verdict).toContainText("story-blue-vm reached story-green-vm");
});

test("a recorded cloud offers nothing to build", async ({ page }) => {
  await logIn(page.request, { user: "admin" });
  await visit(page, "/clouds/legacy/topology");
  await expect(page.getByRole("button", { name: "Export" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Create", exact: true })).toHaveCount(0);
  await visit(page, "/clouds/legacy/networks");
  await expect(page.getByRole("checkbox")).toHaveCount(0);
});

for (const width of [1440, 390])
  test(`axe finds nothing in a form, ${width} px`, async ({ page }) => {
    await logIn(page.request, { user: "demo" });
    await page.setViewportSize({ width, height: 844 });
    await visit(page, "/clouds/embedded/topology?form=new-instance");
    await expect(form(page).getByRole("textbox", { name: "Name" })).toBeFocused();
    await form(page).getByRole("textbox", { name: "Name" }).fill("alone");
    await page.keyboard.press("Enter");
    await expect(form(page).getByRole("alert")).toContainText("Choose a network");
    await expectAccessibleInBothThemes(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  });
