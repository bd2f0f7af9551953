// @vitest-environment jsdom
import { screen } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { renderWorded } from "@/test/intl";
import { useEntryBlock, useWalkBlock } from "./trading-block";

const now = { attesting: true, phase: "RUNNING", observed_at: null as string | null };
beforeEach(() => Object.assign(now, { attesting: true, phase: "RUNNING", observed_at: "2021-05-19T12:00:00Z" }));

vi.mock("./session", () => ({ useSessionBlock: () => null }));
vi.mock("./live", () => ({
  useLive: (part: (live: object) => unknown) => part({ link: { link: "open" } }),
  useStatus: (part: (status: object) => unknown) => part(now),
  useDashboard: () => ({ observed_at: now.observed_at }),
}));

function Blocks() {
  return (
    <p>
      entry: {useEntryBlock() ?? "free"}; walk: {useWalkBlock() ?? "free"}
    </p>
  );
}

it.each([
  ["all is well", {}, "entry: free; walk: free"],
  ["no prices are signed yet", { observed_at: null }, "entry: No signed prices yet: they come with the next candle.; walk: free"],
  ["the oracle has lost its keys", { attesting: false }, "entry: The oracle signs nothing: too few of its keys are here.; walk: free"],
  ["the candles are at their end", { phase: "FINISHED" }, "entry: The replay is finished: there is no next candle.; walk: The replay is finished: there is no next candle."],
])("an engine that runs can be paused, and entries wait with a reason, when %s", (_, state, said) => {
  Object.assign(now, state);
  renderWorded(<Blocks />);

  expect(screen.getByText(/^entry/)).toHaveTextContent(said);
});
