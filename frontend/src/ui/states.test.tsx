// @vitest-environment jsdom
import { fireEvent, screen } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { renderWorded } from "@/test/intl";
import { aCycle, stepsUpTo } from "@/test/builders";
import { Badge, SyntheticLabel } from "./badge";
import { Button } from "./button";
import { Delta } from "./delta";
import { Gauge } from "./gauge";
import { RuleFailures } from "./rule-failures";
import { Answered, Empty, Failure } from "./states";
import { StepTicks } from "./steps";
import { TradeResult } from "./trade-result";

const query = { data: undefined as string | undefined, error: null as unknown, isPending: false, dataUpdatedAt: 0, refetch: () => undefined };

describe("a query in its states", () => {
  const show = (part: Partial<typeof query>) =>
    renderWorded(
      <Answered query={{ ...query, ...part }} what="The trades could not be loaded" loading={<p>bones</p>}>
        {(data) => <p>{data}</p>}
      </Answered>,
    );

  it("shows bones while it loads", () => {
    show({});
    expect(screen.getByText("bones")).toBeVisible();
  });
  it("says what failed and why, and tries again when asked", () => {
    const refetch = vi.fn();
    show({ error: new Error("The chain did not answer within 5 s."), refetch });
    expect(screen.getByRole("alert")).toHaveTextContent("The trades could not be loaded");
    expect(screen.getByRole("alert")).toHaveTextContent("The chain did not answer within 5 s.");
    fireEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(refetch).toHaveBeenCalledOnce();
  });
  it("keeps old data in sight after a failure, marked with its age", () => {
    show({ data: "old trades", error: new Error("no"), dataUpdatedAt: Date.now() - 65_000 });
    expect(screen.getByText("old trades")).toBeVisible();
    expect(screen.getByText(/as of 1 min ago/)).toBeVisible();
  });
  it("shows the answer alone when all is well", () => {
    show({ data: "trades" });
    expect(screen.getByText("trades")).toBeVisible();
    expect(screen.queryByRole("alert")).toBeNull();
  });
});

describe("a button that is off", () => {
  it("names its reason, stays in reach of the keyboard, and does nothing", () => {
    const act = vi.fn();
    renderWorded(
      <Button blocked="No session: open the address with #key=…" reason="below" onClick={act}>
        Execute
      </Button>,
    );
    const button = screen.getByRole("button", { name: "Execute" });
    expect(button).toHaveAttribute("aria-disabled", "true");
    expect(button).toHaveAccessibleDescription("No session: open the address with #key=…");
    button.focus();
    expect(button).toHaveFocus();
    fireEvent.click(button);
    expect(act).not.toHaveBeenCalled();
  });
  it("acts when nothing blocks it", () => {
    const act = vi.fn();
    renderWorded(<Button onClick={act}>Execute</Button>);
    fireEvent.click(screen.getByRole("button"));
    expect(act).toHaveBeenCalledOnce();
  });
});

describe("small parts", () => {
  it("says why there is nothing, and the next step", () => {
    renderWorded(<Empty why="No trade matches this filter." next="Clear the filter." />);
    expect(screen.getByText("Clear the filter.")).toBeVisible();
  });
  it("labels synthetic prices and only those", () => {
    const { rerender } = renderWorded(<SyntheticLabel synthetic />);
    expect(screen.getByText("synthetic")).toBeVisible();
    rerender(<SyntheticLabel synthetic={false} />);
    expect(screen.queryByText("synthetic")).toBeNull();
  });
  it("says gain and loss without colour too", () => {
    const { rerender } = renderWorded(<Delta value="-3.5" arrow />);
    expect(screen.getByText("−3.50")).toHaveTextContent("▼ −3.50");
    rerender(<Delta value={null} arrow />);
    expect(screen.getByText("—")).toBeVisible();
  });
  it("draws a gauge without a measure as not measured", () => {
    renderWorded(<Gauge label="RULE-06" share={null} state="off" valueText="not measured" />);
    expect(screen.getByRole("meter")).toHaveAttribute("aria-valuetext", "not measured");
    expect(screen.getByRole("meter")).toHaveClass("hatch");
  });
  it("shows a failure and a badge without an action", () => {
    renderWorded(
      <>
        <Failure what="It failed" error="because" />
        <Badge tone="warn">old</Badge>
      </>,
    );
    expect(screen.queryByRole("button")).toBeNull();
    expect(screen.getByText("because")).toBeVisible();
  });
});

describe("what came of a trade", () => {
  const rules = [
    { id: "RULE-03" as const, title: "Confidence", measured: "0.61", limit: "0.65", unit: "probability" as const, text: "Confidence 61.00 %, at least 65.00 % allowed.", measured_raw: "6100", limit_raw: "6500" },
    { id: "RULE-09" as const, title: "Book state", measured: "REDUCING, mark stale", limit: "ACTIVE", unit: "state" as const, text: "The book takes no entries now.", measured_raw: "1", limit_raw: "0" },
  ];
  it("names every rule with both sides of its comparison", () => {
    renderWorded(<RuleFailures rules={rules} />);
    expect(screen.getByText("RULE-03").closest("li")).toHaveTextContent("Confidence 61.00 %, at least 65.00 % allowed.");
    expect(screen.getByText("RULE-09").closest("li")).toHaveTextContent("The book takes no such order now: REDUCING, mark stale.");
  });
  it("leads from a rule to everything it rejected", () => {
    renderWorded(<RuleFailures rules={rules} />);
    expect(screen.getByRole("link", { name: "RULE-09" })).toHaveAttribute("href", "/trades?rule=RULE-09");
  });
  it("tells the seven steps to who cannot see ticks", () => {
    renderWorded(<StepTicks steps={stepsUpTo(4, "REJECTED")} />);
    const steps = screen.getAllByRole("listitem");
    expect(steps).toHaveLength(7);
    const told = steps.map((step) => step.getAttribute("aria-label"));
    expect(told.slice(2, 5)).toEqual(["oracle: done", "authorise: rejected by the contract", "execute: not reached"]);
  });
  it("shows a rejection as an answer", () => {
    renderWorded(<TradeResult answer={{ outcome: "REJECTED", message: "The contract said no.", already_run: true, cycle: aCycle({ rules, steps: stepsUpTo(4, "REJECTED") }) }} />);
    expect(screen.getByText("Rejected by the contract")).toBeVisible();
    expect(screen.getByText("already run")).toBeVisible();
    expect(screen.getByRole("link", { name: "See the whole trade" })).toHaveAttribute("href", "/trades?id=c-1");
  });
  it("shows HOLD as no signal, without a cycle", () => {
    renderWorded(<TradeResult answer={{ outcome: "NO_SIGNAL", message: "HOLD on this candle.", already_run: false, cycle: null }} />);
    expect(screen.getByText("No signal: the strategy says HOLD")).toBeVisible();
    expect(screen.queryByRole("link")).toBeNull();
  });
});
