// @vitest-environment jsdom
import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { aCycle } from "@/test/builders";
import { renderWorded } from "@/test/intl";
import { useWhyWords, type Ended } from "./outcome-words";

function Said({ cycle }: { cycle: Ended }) {
  return <p>{useWhyWords()(cycle)}</p>;
}

it("a signal that the oracle turned away names the check and both numbers, not a code", () => {
  renderWorded(<Said cycle={aCycle({ outcome: "REFUSED", outcome_text: "CHECK_12_price step: got 2539 bps, wanted at most 2000 bps." })} />);

  expect(screen.getByText("The oracle's check 12, price step: 2539 bps, wanted at most 2000 bps.")).toBeInTheDocument();
});

it("one broken rule is told without naming it twice", () => {
  const rule = { id: "RULE-03" as const, title: "", measured: "0.61", limit: "0.65", unit: "probability" as const, text: "", measured_raw: "1", limit_raw: "2" };
  renderWorded(<Said cycle={aCycle({ outcome: "REJECTED", rules: [rule] })} />);

  expect(screen.getByText("Confidence 61.00 %, at least 65.00 % allowed.")).toBeInTheDocument();
});
