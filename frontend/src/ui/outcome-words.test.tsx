// @vitest-environment jsdom
import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { aCycle } from "@/test/builders";
import { renderWorded } from "@/test/intl";
import { useOutcomeWords, type Ended } from "./outcome-words";

function Said({ cycle }: { cycle: Ended }) {
  return <p>{useOutcomeWords()(cycle)}</p>;
}

it("a signal that the oracle turned away names the check and both numbers, not a code", () => {
  renderWorded(<Said cycle={aCycle({ outcome: "REFUSED", outcome_text: "CHECK_12_price step: got 2539 bps, wanted at most 2000 bps." })} />);

  expect(screen.getByText("The oracle's check 12, price step: 2539 bps, wanted at most 2000 bps.")).toBeInTheDocument();
});
