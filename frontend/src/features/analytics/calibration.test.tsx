// @vitest-environment jsdom
import { screen, within } from "@testing-library/react";
import { render } from "@testing-library/react";
import { IntlProvider } from "use-intl";
import { describe, expect, it } from "vitest";
import type { Calibration } from "@/api/calibration";
import { renderWorded } from "@/test/intl";
import type english from "@/messages/en.json";
import indonesian from "@/messages/id.json";
import { Calibrators, Shrunk } from "./calibrators";
import { ScoreList } from "./score-list";

const between = (value: string, low: string, high: string) => ({ value, low, high });
const scoresOf = (part: Partial<Calibration> = {}): Calibration => ({
  claim: "0x00", event: "an event", calibrator: "0x1111111111111111", method: "isotonic", said_base_rate: "0.6432", shrunk: false, watched_every_s: 604800,
  retrained_every_s: 0, revisions: [], as_of: "2021-05-01T12:00:00Z", observations: 436324, needed: 30, enough: true, base_rate: "0.642", mean_confidence: "0.639",
  brier: "0.229712", brier_of_base_rate: "0.22985", skill: between("0.0006", "-0.0017", "0.0027"), has_skill: false, log_loss: "0.6521", ece: between("0.0221", "0.0150", "0.0360"),
  ece_floor: "0.0020", auc: "0.5012", gate: "0.65", at_gate: 132206, coverage: "0.303", hit_rate: between("0.6454", "0.643", "0.648"), bins: [], ...part,
}); // prettier-ignore
const gone = {
  number: 1, round: 169, holds_from: "2022-05-01T00:00:00Z", reason: "SKILL_GONE", calibrator: "0x2222222222222222", previous: "0x1111111111111111", shrunk: true, base_rate: "0.6432",
  observations: 19440, skill: between("-0.0123", "-0.0200", "-0.0001"),
} as const; // prettier-ignore

describe("the scores of the confidence", () => {
  it("are all there, with their intervals", () => {
    renderWorded(<ScoreList scores={scoresOf()} />);
    const told = Object.fromEntries(screen.getAllByRole("definition").map((one) => [one.previousElementSibling?.textContent, one.textContent]));
    expect(told).toEqual({
      Signals: "436,324",
      "Said on average": "63.90 %",
      "Came true of these": "64.20 %",
      "Brier skill": "+0.0006−0.0017 … +0.0027",
      "Brier score": "0.2297of the base rate 0.2299",
      "Log loss": "0.6521",
      "Calibration error (ECE)": "0.02210.0150 … 0.0360",
      "Of a perfect forecaster": "0.0020",
      AUC: "0.5012",
      "At or above 65 %": "30.30 %132,206 signals",
      "Of those came true": "64.54 %64.30 % … 64.80 %",
    });
  });
  it("say in a sentence whether the base rate would have told as much", () => {
    renderWorded(<ScoreList scores={scoresOf({ skill: between("-0.01", "-0.02", "-0.001") })} />);
    expect(screen.getByText(/base rate would have told more/)).toBeVisible();
  });
  it("of nothing at the gate are no 0", () => {
    renderWorded(<ScoreList scores={scoresOf({ hit_rate: null, at_gate: 0, coverage: "0" })} />);
    expect(screen.getByText("Of those came true").nextElementSibling).toHaveTextContent(/^—$/);
  });
});

describe("the calibrator that speaks", () => {
  it("tells nothing of shrinking while it has skill", () => {
    renderWorded(<Shrunk scores={scoresOf({ revisions: [{ ...gone, reason: "RETRAINED", shrunk: false }] })} />);
    expect(screen.queryByRole("status")).toBeNull();
  });
  it("says since when it has shrunk and to what", () => {
    renderWorded(<Shrunk scores={scoresOf({ shrunk: true, revisions: [gone] })} />);
    expect(screen.getByRole("status")).toHaveTextContent("since 2022-05-01 00:00 every signal says the base rate of 64.32 %");
  });
  it("says so in Indonesian", () => {
    render(
      <IntlProvider locale="id" messages={indonesian as unknown as typeof english} timeZone="UTC">
        <Shrunk scores={scoresOf({ shrunk: true, revisions: [gone] })} />
      </IntlProvider>,
    );
    expect(screen.getByRole("status")).toHaveTextContent("hanya mengatakan angka dasar 64.32 %");
  });
  it("lists whose place it took, the newest first, with the skill that was measured", () => {
    renderWorded(<Calibrators scores={scoresOf({ retrained_every_s: 2592000, revisions: [gone, { ...gone, number: 2, reason: "RETRAINED" }] })} />);
    const rows = screen.getAllByRole("row").slice(1);
    expect(within(rows[0]!).getByText("fitted again")).toBeVisible();
    expect(within(rows[0]!).getByText("(still the base rate)")).toBeVisible();
    expect(rows[1]).toHaveTextContent("−0.0123 (−0.0200 … −0.0001)");
  });
});
