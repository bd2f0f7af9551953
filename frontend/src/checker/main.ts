/**
 * The checker as one file: evidence in, the same checks as on the page, no server of ours. A node's address is optional.
 *
 * Knows the document. The checks are those of src/verify; the words are the page's own.
 */
import english from "@/messages/en.json";
import indonesian from "@/messages/id.json";
import { askAt } from "@/chain/rpc";
import { readEvidence, type Evidence } from "@/verify/bundle";
import type { Check } from "@/verify/check";
import { conclusionOf } from "@/verify/check";
import { verifyEvidence } from "@/verify/verify";

const words = (navigator.language.startsWith("id") ? indonesian : english).verify;
const SIGNS: Record<Check["outcome"], string> = { pass: "✓", fail: "✗", unchecked: "?" };

function element<K extends keyof HTMLElementTagNameMap>(tag: K, text = "", part: Partial<HTMLElementTagNameMap[K]> = {}): HTMLElementTagNameMap[K] {
  return Object.assign(document.createElement(tag), text === "" ? {} : { textContent: text }, part);
}

function labelled(text: string, field: HTMLInputElement): HTMLLabelElement {
  const label = element("label", text);
  label.append(field);
  return label;
}

const file = element("input", "", { type: "file", accept: ".json,application/json" });
const url = element("input", "", { type: "url", placeholder: "https://…" });
const hash = element("input", "", { type: "text", placeholder: "0x…", spellcheck: false });
const result = element("section");
result.setAttribute("aria-live", "polite");

let evidence: Evidence | null = null;

async function take(): Promise<void> {
  const [chosen] = file.files ?? [];
  if (chosen === undefined) return;
  const found = readEvidence(await chosen.text());
  evidence = "problem" in found ? null : found;
  if ("problem" in found) result.replaceChildren(element("p", words.fileProblems[found.problem], { className: "fail" }));
  else await check();
}

async function check(): Promise<void> {
  if (evidence === null) return;
  const named = hash.value.trim().toLowerCase();
  const last = evidence.headers.at(-1)?.hash;
  const trusted = /^0x[0-9a-f]{64}$/.test(named) ? { hash: named as `0x${string}`, by: "reader" as const } : last ? { hash: last, by: "server" as const } : null;
  const node = url.value.trim() === "" ? null : askAt(url.value.trim(), { together: false });
  show(evidence, await verifyEvidence(evidence, { trusted, node }));
}

function show({ claim }: Evidence, checks: readonly Check[]): void {
  const conclusion = conclusionOf(checks);
  const head = element("h2", words.conclusions[conclusion].title, { className: conclusion });
  head.dataset.conclusion = conclusion;
  const said = [claim.market, claim.side, claim.outcome, claim.quantity, claim.price && `@ ${claim.price}`].filter(Boolean).join(" ");
  const list = element("ol");
  list.append(...checks.map(line));
  result.replaceChildren(head, element("p", words.conclusions[conclusion].text), element("p", said), list);
}

function line(check: Check): HTMLLIElement {
  const item = element("li", "", { className: check.outcome });
  item.dataset.check = check.id;
  item.append(element("strong", `${SIGNS[check.outcome]} ${words.checks[check.id].title}: ${words.outcomes[check.outcome]}`), element("p", words.checks[check.id].text));
  if (check.why) item.append(element("p", words.why[check.why], { className: "why" }));
  for (const [name, value] of [[words.input, check.input], [words.recomputed, check.got], [words.expected, check.want]] as const) {
    if (value !== "") item.append(element("p", `${name}: ${value}`, { className: "value" }));
  }
  return item;
}

for (const field of [url, hash]) field.addEventListener("change", () => void check());
file.addEventListener("change", () => void take());
document.documentElement.lang = words === indonesian.verify ? "id" : "en";
const main = element("main");
main.append(
  element("h1", `Tradeseal: ${words.title}`),
  element("p", words.intro),
  labelled(words.evidence, file),
  labelled(words.trusting.hash, hash),
  labelled(words.trusting.node, url),
  element("p", words.trusting.whichBlock),
  result,
);
document.body.append(main);
