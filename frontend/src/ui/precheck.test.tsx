// @vitest-environment jsdom
import { screen, within } from "@testing-library/react";
import { expect, it } from "vitest";
import type { AssessedRule, OrderPreview } from "@/api/preview";
import { renderWorded } from "@/test/intl";
import { Precheck } from "./precheck";

const aRule = (part: Partial<AssessedRule>): AssessedRule => ({ id: "RULE-03", title: "", measured: "0", limit: "0", unit: "probability", text: "", measured_raw: "0", limit_raw: "0", failed: false, ...part });

function anExit(part: Partial<OrderPreview> = {}): OrderPreview {
  const book = { cash: "11206.26", exposure: "0", exposure_fraction: "0", quantity: "0", value: "0" };
  return {
    market: "BTC-USDT",
    symbol: "BTC",
    action: "execute",
    outcome: "ORDER",
    side: "SELL",
    marks_at: "2021-05-19T13:00:00Z",
    allowed: false,
    quantity: "0.01653843",
    price: "35231.1",
    limit_price: "34529.93",
    notional: "582.67",
    fee: "0.58",
    rules: [aRule({}), aRule({ id: "RULE-08", unit: "amount", measured: "0.01653843", measured_raw: "1653843", failed: true })],
    before: book,
    after: { ...book, cash: "11788.34", exposure_fraction: "-0.052", quantity: "-0.01653843" },
    ...part,
  } as OrderPreview;
}

it("a rule that an exit is not asked shows no zeros that nobody compared", () => {
  renderWorded(<Precheck preview={anExit()} />);

  const confidence = screen.getAllByRole("listitem")[0] as HTMLElement;
  expect(within(confidence).getByText("not asked of an exit")).toBeInTheDocument();
  expect(confidence).not.toHaveTextContent("0.00 %");
});

it("an order that would be rejected promises no book after it", () => {
  renderWorded(<Precheck preview={anExit()} />);

  expect(screen.queryByRole("table")).toBeNull();
  expect(screen.getByText(/changes nothing in the book/)).toBeInTheDocument();
});

it("an order that would be allowed shows the book before and after", () => {
  renderWorded(<Precheck preview={anExit({ allowed: true })} />);

  expect(screen.getByRole("row", { name: /Cash/ })).toHaveTextContent("11,206.26→ 11,788.34");
});
