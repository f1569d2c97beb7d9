/** Changes of the embedded cloud as its clients are told of them, over the real server. */
import { type APIRequestContext, expect, test } from "@playwright/test";

interface Told {
  readonly id: string;
  readonly event: string;
  // biome-ignore lint/suspicious/noExplicitAny: read as a client does, attribute by attribute.
  readonly data: any;
}

async function login(request: APIRequestContext, user: string): Promise<string> {
  const domain = { id: "default" };
  const identity = { methods: ["password"], password: { user: { name: user, password: "underlay", domain } } };
  const scope = { project: { name: user, domain } };
  const answer = await request.post("/identity/v3/auth/tokens", { data: { auth: { identity, scope } } });
  return answer.headers()["x-subject-token"] ?? "";
}

/** Follows the stream from `since`, or from now; answers what was told so far. */
async function follow(baseURL: string, token: string, since?: string): Promise<{ told: Told[]; stop(): void }> {
  const leave = new AbortController();
  const headers = { "x-auth-token": token, ...(since === undefined ? {} : { "last-event-id": since }) };
  const response = await fetch(`${baseURL}/api/events`, { headers, signal: leave.signal });
  expect(response.status).toBe(200);
  const told: Told[] = [];
  void read(response, told).catch(() => {}); // Ends with the test.
  await expect.poll(() => told[0]?.event).toBe("ready");
  return { told, stop: () => leave.abort() };
}

async function read(response: Response, told: Told[]): Promise<void> {
  let rest = "";
  for await (const chunk of response.body ?? []) {
    const blocks = (rest + Buffer.from(chunk).toString()).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const fields = new Map(
        block.split("\n").map((line) => [line.split(": ")[0], line.slice(line.indexOf(": ") + 2)]),
      );
      const event = fields.get("event");
      if (event) told.push({ id: fields.get("id") ?? "", event, data: JSON.parse(fields.get("data") ?? "null") });
    }
  }
}

test("a change is told to those who may see it, with what they may see, and to who was away when he is back", async ({
  request,
  baseURL,
}) => {
  const [admin, demo] = [await login(request, "admin"), await login(request, "demo")];
  const post = async (token: string, what: string, values: object) => {
    const data = { [what]: values };
    const answer = await request.post(`/networking/v2.0/${what}s`, { headers: { "x-auth-token": token }, data });
    expect(answer.status()).toBe(201);
    return (await answer.json())[what];
  };
  const [asAdmin, asDemo] = [await follow(String(baseURL), admin), await follow(String(baseURL), demo)];
  const about = (from: { told: Told[] }, id: string) => from.told.filter((one) => one.data.id === id);

  const hidden = await post(admin, "network", { name: "hidden" });
  const network = await post(demo, "network", { name: "mine" });
  const port = await post(demo, "port", { network_id: network.id, name: "p" });
  await expect.poll(() => about(asDemo, port.id).length).toBeGreaterThan(0);
  await expect.poll(() => about(asAdmin, port.id).length).toBeGreaterThan(0);

  const [seen] = about(asDemo, port.id);
  expect(seen?.data).toMatchObject({ resource: "port", before: null, after: { name: "p", status: "DOWN" } });
  expect(Object.keys(seen?.data.after).filter((key) => key.startsWith("binding"))).toEqual(["binding:vnic_type"]);
  expect(about(asAdmin, port.id)[0]?.data.after).toHaveProperty(["binding:host_id"], "");
  expect(about(asAdmin, hidden.id)).toHaveLength(1);
  expect(about(asDemo, hidden.id)).toEqual([]);

  const last = asDemo.told.at(-1)?.id;
  asDemo.stop();
  await request.delete(`/networking/v2.0/ports/${port.id}`, { headers: { "x-auth-token": demo } });
  const again = await follow(String(baseURL), demo, last);
  await expect.poll(() => about(again, port.id).at(-1)?.data.after).toBe(null);
  again.stop();
  asAdmin.stop();
});

test("a server is told to its project and to administrators, who alone are told its host", async ({
  request,
  baseURL,
}) => {
  const [admin, demo] = [await login(request, "admin"), await login(request, "demo")];
  const [asAdmin, asDemo] = [await follow(String(baseURL), admin), await follow(String(baseURL), demo)];
  const headers = { "x-auth-token": demo };
  const { images } = await (await request.get("/image/v2/images", { headers })).json();
  const server = { name: "told", flavorRef: "1", imageRef: images[0].id, networks: "none" };
  const made = await request.post("/compute/v2.1/servers", { headers, data: { server } });
  expect(made.status()).toBe(202);
  const { id } = (await made.json()).server;
  const last = (from: { told: Told[] }) => from.told.filter((one) => one.data.id === id).at(-1)?.data;
  await expect.poll(() => last(asDemo)?.after).toMatchObject({ name: "told", status: "ACTIVE" });
  await expect.poll(() => last(asAdmin)?.after?.["OS-EXT-SRV-ATTR:host"]).toMatch(/compute/);
  expect(last(asDemo)?.after).not.toHaveProperty(["OS-EXT-SRV-ATTR:host"]);
  await request.delete(`/compute/v2.1/servers/${id}`, { headers });
  await expect.poll(() => last(asDemo)?.after).toBe(null);
  asAdmin.stop();
  asDemo.stop();
});

test("without a token or a session nothing is told", async ({ baseURL }) => {
  expect((await fetch(`${baseURL}/api/events`)).status).toBe(401);
});
