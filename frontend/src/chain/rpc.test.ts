import { afterEach, expect, it, vi } from "vitest";
import { reasonOf } from "@/lib/reason";
import { askAt } from "./rpc";

afterEach(() => vi.unstubAllGlobals());

const answering = (answer: () => Promise<Response>) => vi.stubGlobal("fetch", answer);

it("a node that says nothing is told by name, not as a browser words it", async () => {
  answering(() => Promise.reject(new TypeError("Failed to fetch")));

  await expect(askAt("http://127.0.0.1:8545", { together: false })("eth_chainId")).rejects.toMatchObject({
    code: "NODE_SILENT",
    message: expect.stringContaining("http://127.0.0.1:8545"),
  });
});

it("the silence of the node behind our own server is that server's", async () => {
  vi.stubGlobal("window", { location: { origin: "http://127.0.0.1:8000" } });
  answering(() => Promise.reject(new TypeError("Failed to fetch")));

  await expect(askAt("http://127.0.0.1:8000/rpc")("eth_chainId")).rejects.toMatchObject({ code: "NO_ANSWER" });
});

it("another port of this machine is another node", async () => {
  vi.stubGlobal("window", { location: { origin: "http://127.0.0.1" } });
  answering(() => Promise.reject(new TypeError("Failed to fetch")));

  await expect(askAt("http://127.0.0.1:8545", { together: false })("eth_chainId")).rejects.toMatchObject({ code: "NODE_SILENT" });
});

it("an answer that is no JSON is an answer", async () => {
  answering(() => Promise.resolve(new Response("<p>hello</p>", { headers: { "content-type": "text/html" } })));

  const error: unknown = await askAt("http://127.0.0.1:8545", { together: false })("eth_chainId").catch((cause: unknown) => cause);

  expect(error).not.toHaveProperty("code", "NODE_SILENT");
});

it("what a node says stays in its own words", async () => {
  answering(() => Promise.resolve(Response.json({ jsonrpc: "2.0", id: 0, error: { code: 3, message: "execution reverted" } })));

  const error: unknown = await askAt("http://127.0.0.1:8545", { together: false })("eth_call").catch((cause: unknown) => cause);

  expect(reasonOf(error)).toBe("execution reverted");
});
