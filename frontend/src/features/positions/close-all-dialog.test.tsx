// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, screen, waitFor } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import type { TradeAnswer } from "@/api/types";
import { aPosition } from "@/test/builders";
import { renderWorded } from "@/test/intl";
import { CloseAllDialog } from "./close-all-dialog";

const sold: { symbol: string; key: string }[] = [];
let away: string | null = null;

vi.mock("@/live/trading-block", () => ({ useChangeBlock: () => null }));
vi.mock("@/api/exit", async () => {
  const { useMutation } = await import("@tanstack/react-query");
  const send = async (order: { symbol: string; key: string }): Promise<TradeAnswer> => {
    if (order.symbol === away) throw new Error("The server did not answer.");
    sold.push(order);
    return { outcome: "SETTLED", message: "The exit ran.", already_run: false, cycle: null };
  };
  return { useExit: () => useMutation({ mutationFn: send }) };
});
vi.mock("@/api/preview", () => ({ exitPreviewQuery: (symbol: string) => ({ queryKey: [symbol], queryFn: () => null }) }));

beforeEach(() => {
  sold.length = 0;
  away = null;
});

const shown = () =>
  renderWorded(
    <QueryClientProvider client={new QueryClient()}>
      <CloseAllDialog positions={[aPosition(), aPosition({ market: "ETH-USDT", symbol: "ETH" })]} onClose={() => undefined} />
    </QueryClientProvider>,
  );
const confirm = () => screen.getByRole("button", { name: "Close 2 positions" });
const type = (word: string) => fireEvent.change(screen.getByRole("textbox"), { target: { value: word } });

it("closes nothing before the word is typed", () => {
  shown();
  fireEvent.click(confirm());
  type("close");
  fireEvent.click(confirm());
  expect(sold).toEqual([]);
  expect(confirm()).toHaveAccessibleDescription("Type CLOSE to go on");
});

it("closes each position once, under a key of its own", async () => {
  shown();
  type("CLOSE");
  fireEvent.click(confirm());
  await waitFor(() => expect(sold.map((order) => order.symbol)).toEqual(["BTC-USDT", "ETH-USDT"]));
  expect(new Set(sold.map((order) => order.key)).size).toBe(2);
});

it("stops at one that is not carried out, says so, and goes on from there when asked again", async () => {
  away = "ETH-USDT";
  shown();
  type("CLOSE");
  fireEvent.click(confirm());
  expect(await screen.findByText("An exit was not carried out; those before it were")).toBeInTheDocument();

  away = null;
  await waitFor(() => expect(confirm()).not.toHaveAttribute("aria-disabled"));
  fireEvent.click(confirm());
  await waitFor(() => expect(sold.map((order) => order.symbol)).toEqual(["BTC-USDT", "ETH-USDT"]));
});
