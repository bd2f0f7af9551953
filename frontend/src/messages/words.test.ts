import { Linter } from "eslint";
import i18next from "eslint-plugin-i18next";
import { describe, expect, it } from "vitest";
import { preparedWords, visibleWords } from "../../eslint.words.mjs";

const linter = new Linter();

function complaints(code: string): number {
  return linter.verify(code, [
    {
      files: ["**/*.tsx"],
      plugins: { i18next },
      languageOptions: { parserOptions: { ecmaFeatures: { jsx: true } } },
      rules: { "i18next/no-literal-string": ["error", visibleWords], "no-restricted-syntax": ["error", ...preparedWords] },
    },
  ], "src/features/some/part.tsx").length; // prettier-ignore
}

describe("the rule against words outside of the messages", () => {
  it.each([
    ["text in a tag", "<p>peak {amount}</p>"],
    ["text in a list", "rows.map((row) => <li>confidence {row}</li>)"],
    ["a choice of words", '<p>{on ? "passed" : t("failed")}</p>'],
    ["words around numbers", "<p>{`${done} of ${total}`}</p>"],
    ["a component's property", '<Panel title="Trades" />'],
    ["a property made of words and numbers", "<Empty why={`All ${count} were HOLD.`} />"],
    ["a reason of a button", '<Button blocked={any ? null : "No filter is set."} />'],
    ["a label for screen readers", '<div aria-label="Loading the chart" />'],
    ["a drawing's label", '<svg aria-label="equity" />'],
    ["a placeholder", '<input placeholder="by hand" />'],
    ["a title on a native tag", '<span title="asked for, not filled" />'],
    ["a sentence made before the tag", 'const why = () => "Never above the size.";'],
    ["words made before the tag", "const note = (age) => `step to ${age} waits`;"],
    ["a table of options", 'const MODES = [{ value: "ask", text: "ask me" }];'],
  ])("bites on %s", (_, code) => {
    expect(complaints(code)).toBeGreaterThan(0);
  });
  it.each([
    ["messages", '<p title={t("why")}>{t("peak", { amount })}</p>'],
    ["symbols and numbers", "<p>▲ {price} / {limit} · 24 % —</p>"],
    ["classes", '<p className="flex items-center gap-2" />'],
    ["classes made of parts", '<p className={cn("num block", on ? "text-up" : `h-2 ${wide}`)} />'],
    ["addresses and roles", '<a href="/trades" role="status" aria-live="polite" />'],
    ["a choice of look", '<Button tone={on ? "solid" : "quiet"} size="small" />'],
    ["comparisons", '<p>{side === "BUY" ? t("buy") : null}</p>'],
    ["names", "<span>Tradeseal {version}</span>"],
    ["a mistake of ours", 'throw new Error("useLive needs a LiveProvider above it.");'],
  ])("leaves %s alone", (_, code) => {
    expect(complaints(code)).toBe(0);
  });
});
