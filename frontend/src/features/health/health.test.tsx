// @vitest-environment jsdom
import { screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { renderWorded } from "@/test/intl";
import { Health } from "./index";

const clock = { now: "2021-05-19T13:00:00Z" };

vi.mock("@/api/health", () => ({ useHealth: () => ({ data: undefined, error: null, refetch: () => undefined }) }));
vi.mock("@/live/live", () => ({
  useLive: () => "open",
  useDashboard: (part: string) =>
    ({
      status: { phase: "RUNNING", phase_detail: null, ready: true, data: { label: "binance", interval_s: 3600, synthetic: false, note: null }, data_clock: clock.now, progress: null, chain: { kind: "anvil", block: 7, block_hash: null }, store: { position: 1, lag: 0 } },
      book: { observed_at: "2021-05-19T12:00:00Z", record_seq: 1, record_head: null },
      counters: { verified: 2442, refused: 2 },
    })[part],
}));

it("tells whether the oracle is alive: by its newest signed prices, and by what it let through and turned away", () => {
  clock.now = "2021-05-19T13:00:00Z";
  renderWorded(<Health />);

  expect(screen.getByText(/signed prices of/)).toHaveTextContent("2021-05-19 12:00");
  expect(screen.getByText("alive: in step with the data clock")).toBeInTheDocument();
  expect(screen.getByText("2,442 signals verified, 2 refused")).toBeInTheDocument();
});

it("an oracle whose prices stay behind the clock is not called alive", () => {
  clock.now = "2021-05-19T15:00:00Z";
  renderWorded(<Health />);

  expect(screen.getByText("3 candles behind the data clock")).toBeInTheDocument();
});
