// @vitest-environment jsdom
import { screen } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { renderWorded } from "@/test/intl";
import { Health } from "./index";

const now = { clock: "", link: "", open: 0, attesting: true, signed: "" };
beforeEach(() => Object.assign(now, { clock: "2021-05-19T13:00:00Z", link: "open", open: 0, attesting: true, signed: new Date(Date.now() - 90_000).toISOString() }));

const components = [{ name: "chain", state: "OK", detail: "block 7" }];
vi.mock("@/api/health", () => ({ useHealth: () => ({ data: { components }, error: null, refetch: () => undefined }) }));
vi.mock("@/live/live", () => ({
  useReady: () => true,
  useLive: (part: (live: object) => unknown) => part({ link: { link: now.link } }),
  useDashboard: (part: string) =>
    ({
      status: { attesting: now.attesting, signed_at: now.signed, phase: "RUNNING", phase_detail: null, ready: true, data: { label: "binance", interval_s: 3600, synthetic: false, note: null }, data_clock: now.clock, progress: null, chain: { kind: "anvil", block: 7, block_hash: null }, store: { position: 1, lag: 0 } },
      book: { observed_at: "2021-05-19T12:00:00Z", record_seq: 1, record_head: null },
      counters: { open: now.open, verified: 2442, refused: 2 },
    })[part],
}));

it("tells whether the oracle is alive: by its newest signed prices, and by what it let through and turned away", () => {
  renderWorded(<Health />);

  expect(screen.getByText(/signed prices of/)).toHaveTextContent("2021-05-19 12:00, 1 min ago");
  expect(screen.getByText(/^alive: in step/)).toBeInTheDocument();
  expect(screen.getByText("2,442 signals verified, 2 refused")).toBeInTheDocument();
});

it("an oracle behind whose prices a signal waits is not called alive", () => {
  Object.assign(now, { clock: "2021-05-19T15:00:00Z", open: 1 });
  renderWorded(<Health />);

  expect(screen.getByText("1 signal waits for signed prices; 3 candles behind the data clock")).toBeInTheDocument();
});

it("an oracle that had nothing to sign is not called late", () => {
  now.clock = "2021-05-19T15:00:00Z";
  renderWorded(<Health />);

  expect(screen.getByText("alive: nothing waits, no price had to be signed for 3 candles")).toBeInTheDocument();
});

it("an oracle without its keys is not called alive, however near the clock its prices are", () => {
  now.attesting = false;
  renderWorded(<Health />);

  expect(screen.getByText("signs nothing: too few of its keys are here")).toBeInTheDocument();
  expect(screen.getByText("oracle", { selector: "li" })).toHaveTextContent("down");
});

it("says of nothing that it is well while it cannot be asked", () => {
  now.link = "waiting";
  renderWorded(<Health />);

  expect(screen.getByText("not known now: not connected")).toBeInTheDocument();
  expect(screen.getByText("chain").closest("li")).toHaveTextContent("not known now");
  expect(screen.queryByText("well")).toBeNull();
});
