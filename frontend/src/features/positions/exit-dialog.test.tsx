// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { renderWorded } from "@/test/intl";
import type { Position } from "@/api/types";
import { ExitDialog } from "./exit-dialog";

vi.mock("@/live/live", () => ({ useDashboard: () => ({ observed_at: "2021-05-01T13:00:00Z" }) }));
vi.mock("@/live/trading-block", () => ({ useChangeBlock: () => null }));

const position: Position = {
  market: "BTC-USDT",
  symbol: "BTC",
  quantity: "0.5",
  cost: "16000",
  average: "32000",
  mark: "33056.92",
  value: "16528.46",
  share: null,
  unrealised: "528.46",
  unrealised_fraction: null,
  stop: null,
  target: null,
  time_limit: null,
  opened_at: null,
  opening_cycle: null,
  stale: false,
};

it("values a position at the contract's mark and says of when it is, for the price beside it is newer", () => {
  renderWorded(
    <QueryClientProvider client={new QueryClient()}>
      <ExitDialog position={position} onClose={() => undefined} />
    </QueryClientProvider>,
  );

  expect(screen.getByText(/bought at/)).toHaveTextContent("At the contract’s mark of 2021-05-01 13:00 UTC, 33,056.92 USDT: worth 16,528.46 USDT");
});
