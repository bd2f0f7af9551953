import { afterEach, expect, it, vi } from "vitest";
import { addressOf, client } from "./client";

afterEach(() => vi.unstubAllGlobals());

function answering(status: number, text: string) {
  const fetched = vi.fn(async () => new Response(text, { status }));
  vi.stubGlobal("fetch", fetched);
  return fetched;
}

it("writes names into the address and asks only what is set", () => {
  expect(addressOf({ url: "/api/market/candles/{symbol}", path: { symbol: "A/B" }, query: { limit: 5, from: undefined, to: null } })).toBe("/api/market/candles/A%2FB?limit=5");
});

it("gives an answer as data", async () => {
  answering(200, '{"seq":1}');
  expect(await client.get({ url: "/api/dashboard" })).toMatchObject({ data: { seq: 1 } });
});

it("gives a refusal as an error, also one in words", async () => {
  answering(409, '{"code":"STARTING"}');
  expect(await client.get({ url: "/api/dashboard" })).toMatchObject({ error: { code: "STARTING" } });
  answering(502, "Bad gateway");
  expect(await client.get({ url: "/api/dashboard" })).toMatchObject({ error: "Bad gateway", response: { status: 502 } });
});

it("sends a change as JSON on the page's own origin", async () => {
  const fetched = answering(200, "{}");
  await client.post({ url: "/api/engine/pause", body: { why: "lunch" }, headers: { "Content-Type": "application/json" } });
  expect(fetched).toHaveBeenCalledWith("/api/engine/pause", expect.objectContaining({ method: "POST", body: '{"why":"lunch"}', credentials: "same-origin" }));
});
