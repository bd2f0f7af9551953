// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, screen } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Governance, Pull } from "@/api/governance";
import { ApiProblem } from "@/api/problem";
import type { Cycle } from "@/api/types";
import { aCycle, stepsUpTo } from "@/test/builders";
import { renderWorded } from "@/test/intl";
import { howItFailed } from "./how-it-failed";
import { Levers } from "./index";
import { LeverDialog } from "./lever-dialog";

const pulled: Pull[] = [];
let failed: Error | null = null;
let known: Governance;
let signals: Cycle[] = [];

vi.mock("@/live/live", () => ({ useReady: () => true, useDashboard: (part: string) => (part === "signals" ? signals : { data: { markets: ["BTC-USDT"] } }) }));
vi.mock("@/live/trading-block", () => ({ useChangeBlock: () => null }));
vi.mock("@/api/governance", () => ({
  useGovernance: () => ({ data: known, error: null, isPending: false, dataUpdatedAt: 0, refetch: () => undefined }),
  usePull: () => ({ mutate: (pull: Pull) => pulled.push(pull), isPending: false, error: failed, data: undefined }),
}));

const key = { address: `0x${"a".repeat(40)}`, held: true };
const change: Governance["waiting"][number] = {
  id: `0x${"1".repeat(64)}`,
  change: "LIMITS",
  contract: "book",
  status: "WAITING",
  block_time_from: "2021-05-02T00:00:00Z",
  observed_from: "2021-05-02T00:00:00Z",
  accept_until: "2021-05-16T00:00:00Z",
  left_s: 3600,
  differences: [{ name: "max_position_bps", now: "1500", then: "2000" }],
};

beforeEach(() => {
  pulled.length = 0;
  failed = null;
  known = {
    block_clock: "2021-05-01T00:00:00Z",
    marks_clock: "2021-05-01T00:00:00Z",
    simulated: true,
    limits: { max_position_bps: 1500, delay_seconds: 86400 },
    governor: key,
    guardian: key,
    trader: key,
    signers: [key],
    quorum: 1,
    epoch: 1,
    attesting: true,
    free_cash: "9500",
    state: "ACTIVE",
    manual: "ACTIVE",
    day_latched: false,
    drawdown_latched: false,
    waiting: [change],
  };
});

const shown = (what: React.ReactNode) => renderWorded(<QueryClientProvider client={new QueryClient()}>{what}</QueryClientProvider>);

it("shows what waits, what would change and how long it takes, and does not let it be accepted early", () => {
  shown(<Levers />);

  expect(screen.getByText(/Largest position/)).toHaveTextContent("15.00 % → 20.00 %");
  expect(screen.getByText(/^1\s*h/)).toBeInTheDocument();
  fireEvent.click(screen.getByRole("button", { name: "Accept" }));
  expect(pulled).toEqual([]);
});

it("accepts what has waited, once for each press", () => {
  known.waiting = [{ ...change, status: "READY", left_s: 0 }];
  shown(<Levers />);

  fireEvent.click(screen.getByRole("button", { name: "Accept" }));

  expect(pulled).toHaveLength(1);
  expect(pulled[0]).toMatchObject({ lever: "accept", id: change.id });
});

it("names the reason of a lever that cannot be used", () => {
  known.trader = null;
  known.state = known.manual = "REDUCING";
  shown(<Levers />);

  expect(screen.getByRole("button", { name: "Freeze trader…" })).toHaveAccessibleDescription("The trader is frozen already.");
  expect(screen.getByRole("button", { name: "Stop…" })).toHaveAccessibleDescription("The book is stopped already.");
  expect(screen.getByRole("button", { name: "Resume…" })).not.toHaveAttribute("aria-disabled");
});

it("halts only after the word was typed", () => {
  shown(<LeverDialog lever="halt" known={known} onClose={() => undefined} />);
  const confirm = screen.getByRole("button", { name: "Confirm" });

  fireEvent.click(confirm);
  expect(pulled).toEqual([]);

  fireEvent.change(screen.getByRole("textbox", { name: /Type HALT/ }), { target: { value: "HALT" } });
  fireEvent.click(confirm);
  expect(pulled[0]).toMatchObject({ lever: "halt", reason: "by hand" });
});

it("withdraws by a negative amount", () => {
  shown(<LeverDialog lever="money" known={known} onClose={() => undefined} />);

  fireEvent.click(screen.getByRole("radio", { name: "Withdraw" }));
  fireEvent.change(screen.getByRole("textbox", { name: /Amount/ }), { target: { value: "250.5" } });
  fireEvent.click(screen.getByRole("button", { name: "Confirm" }));

  expect(pulled[0]).toMatchObject({ lever: "flow", amount: "-250.5" });
});

describe("revoking a signal", () => {
  const committed = aCycle({
    id: "waits",
    digest: `0x${"ab".repeat(32)}`,
    outcome: null,
    steps: stepsUpTo(4, "WAITING"),
  });
  const judged = { ...committed, id: "judged", digest: `0x${"cd".repeat(32)}`, outcome: "REJECTED" };

  it("offers what is committed and not judged yet", () => {
    signals = [judged, committed];
    shown(<LeverDialog lever="signal" known={known} onClose={() => undefined} />);

    expect(screen.getAllByRole("option")).toHaveLength(1);
    fireEvent.click(screen.getByRole("button", { name: "Revoke the signal" }));
    expect(pulled[0]).toMatchObject({ lever: "revokeSignal", digest: committed.digest });
  });

  it("says that there is none", () => {
    signals = [judged];
    shown(<Levers />);
    expect(screen.getByRole("button", { name: "Revoke signal…" })).toHaveAccessibleDescription("No committed signal waits for its judgement.");
  });
});

describe("a lever that failed", () => {
  const why = (status: number) => howItFailed(new ApiProblem("CODE", "Why.", status));

  it("is a no where one was said", () => expect(why(409)).toBe("refused"));
  it("is not done where the server turned it away", () => {
    expect([why(401), why(422), howItFailed(new ApiProblem("STARTING", "Why.", 503))]).toEqual(["notDone", "notDone", "notDone"]);
  });
  it("may have been done where nothing or no whole answer came", () => expect([why(0), why(503), howItFailed(new TypeError("x"))]).toEqual(["unknown", "unknown", "unknown"]));

  const press = (amount: string) => {
    fireEvent.change(screen.getByRole("textbox", { name: /Amount/ }), { target: { value: amount } });
    fireEvent.click(screen.getByRole("button", { name: "Confirm" }));
  };
  const keysOf = () => pulled.map((each) => each.key);

  it("is asked for again under the same key while nobody knows whether it was done, so that it is done once", () => {
    failed = new ApiProblem("NO_ANSWER", "Nothing came.", 0);
    shown(<LeverDialog lever="money" known={known} onClose={() => undefined} />);

    for (const amount of ["100", "100", "200"]) press(amount);

    const [first, again, another] = keysOf();
    expect(again).toBe(first);
    expect(another).not.toBe(first);
  });

  it("is another order after a no", () => {
    failed = new ApiProblem("WITHDRAWS_ALL", "No.", 409);
    shown(<LeverDialog lever="money" known={known} onClose={() => undefined} />);

    for (const amount of ["100", "100"]) press(amount);

    expect(new Set(keysOf()).size).toBe(2);
  });
});
