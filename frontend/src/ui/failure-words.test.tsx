// @vitest-environment jsdom
import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { IntlProvider } from "use-intl";
import type { RuleFailure } from "@/api/types";
import english from "@/messages/en.json";
import indonesian from "@/messages/id.json";
import { RuleFailures } from "./rule-failures";

const aFailure = (part: Partial<RuleFailure>): RuleFailure => ({ id: "RULE-03", title: "", measured: "0.61", limit: "0.65", unit: "probability", text: "as the server said", measured_raw: "1", limit_raw: "2", ...part });

function said(part: Partial<RuleFailure>, { side = "BUY", locale = "id" as "en" | "id" } = {}): string {
  const { unmount } = render(
    <IntlProvider locale={locale} messages={locale === "id" ? (indonesian as typeof english) : english} timeZone="UTC">
      <RuleFailures rules={[aFailure(part)]} side={side} />
    </IntlProvider>,
  );
  const text = screen.getByRole("listitem").textContent ?? "";
  unmount();
  return text;
}

it("tells a refusal in the reader's language with the contract's numbers unchanged", () => {
  expect(said({})).toBe("RULE-03Keyakinan 61.00 %, paling sedikit 65.00 % disyaratkan.");
  expect(said({}, { locale: "en" })).toBe("RULE-03Confidence 61.00 %, at least 65.00 % allowed.");
});

it.each([
  ["a larger size", { unit: "percent", measured: "1.5", limit: "1" }, "Lebih besar dari yang diizinkan sinyal: 150.00 % dari ukurannya."],
  ["an old commitment", { unit: "count", measured: "3", limit: "2" }, "Ikatan tidak lagi mencakup sinyal ini: 3 lawan 2."],
  ["an expired signal", { unit: "time", measured: "2021-05-01T14:00:00Z", limit: "2021-05-01T13:00:00Z" }, "Sinyal kedaluwarsa pada 2021-05-01 13:00; harganya per 2021-05-01 14:00."],
  ["a later candle", { unit: "time", measured: "2021-05-01T12:00:00Z", limit: "2021-05-01T13:00:00Z" }, "Candle yang lebih baru dari pasar ini sudah dinilai: yang ini tutup pada 2021-05-01 12:00, berikutnya boleh dari 2021-05-01 13:00."],
] as const)("knows RULE-05's part: %s", (_, part, words) => {
  expect(said({ id: "RULE-05", ...part })).toBe(`RULE-05${words}`);
});

it("tells a purchase without cash from a sale without a position", () => {
  const part = { id: "RULE-08", unit: "amount", measured: "120", limit: "100" } as const;
  expect(said(part)).toContain("Kas tidak cukup: perlu 120.00");
  expect(said(part, { side: "SELL" })).toContain("Tidak ada yang dijual: diminta 120,");
});

it("names the state, and leaves what it does not know as the server wrote it", () => {
  expect(said({ id: "RULE-09", unit: "state", measured: "HALTED, price step pending, odd", limit: "ACTIVE" })).toContain("HALTED, lompatan harga menunggu, odd.");
  expect(said({ measured: null })).toBe("RULE-03as the server said");
});

it("counts what was to be sold to the last digit: two digits of a coin may be a fortune", () => {
  expect(said({ id: "RULE-08", unit: "amount", measured: "0.01653843", limit: "0" }, { side: "SELL", locale: "en" })).toBe("RULE-08Nothing to sell: 0.01653843 asked, 0 held and free.");
});
