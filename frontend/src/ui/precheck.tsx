"use client";

import { Check, X } from "lucide-react";
import { useTranslations } from "use-intl";
import type { AssessedRule, OrderPreview } from "@/api/preview";
import { cn } from "@/lib/cn";
import { formatMoney, formatPrice, formatQuantity } from "@/lib/format";
import { baseOf, quoteOf } from "@/lib/market";
import { formatFraction, formatLimit, formatMeasure } from "@/lib/measure";
import { useFailureWords } from "./failure-words";
import { Time } from "./time";

/** An order before it is sent: what the contract says of it rule by rule, and the book before and after. */
export function Precheck({ preview, faded = false }: { preview: OrderPreview; faded?: boolean }) {
  const t = useTranslations("precheck");
  if (preview.outcome !== "ORDER") return <p className="text-xs text-ink-2">{t(`outcomes.${preview.outcome}`)}</p>;
  const failed = preview.rules.filter((rule) => rule.failed).length;
  return (
    <section aria-label={t("title")} aria-busy={faded} data-allowed={preview.allowed} className={cn("flex flex-col gap-2", faded && "opacity-60")}>
      <p className={cn("flex items-center gap-1.5 font-medium", preview.allowed ? "text-up" : "text-down")}>
        {preview.allowed ? <Check aria-hidden className="size-4" strokeWidth={3} /> : <X aria-hidden className="size-4" strokeWidth={3} />}
        {preview.allowed ? t("wouldAllow") : t("wouldReject", { count: failed })}
      </p>
      <ul aria-label={t("rules")} className="divide-y divide-line border-y border-line">
        {preview.rules.map((rule) => (
          <Rule key={rule.id} rule={rule} side={preview.side} />
        ))}
      </ul>
      <BeforeAndAfter preview={preview} />
      <p className="text-2xs text-ink-3">
        {t.rich("atMarksOf", { time: () => <Time iso={preview.marks_at} precision="minutes" /> })} {t("judgedAtNextTick")}
      </p>
    </section>
  );
}

function Rule({ rule, side }: { rule: AssessedRule; side: string }) {
  const t = useTranslations("precheck");
  const titles = useTranslations("rules.titles");
  const why = useFailureWords();
  return (
    <li data-rule={rule.id} data-failed={rule.failed} className="py-0.5 text-xs">
      <span className="flex items-baseline gap-x-2">
        <span className={cn("inline-flex shrink-0 items-center gap-1 font-mono text-2xs whitespace-nowrap", rule.failed ? "text-down" : "text-ink-3")}>
          {rule.failed ? <X aria-hidden className="size-3" strokeWidth={3} /> : <Check aria-hidden className="size-3" strokeWidth={3} />}
          <span className="sr-only">{t(rule.failed ? "broken" : "kept")}</span>
          {rule.id}
        </span>
        <span className="min-w-0 truncate">{titles(rule.id)}</span>
        <span className="num ml-auto text-2xs">
          {isAsked(rule, side) ? null : <span className="text-ink-3">{t("notAsked")}</span>}
          {!isAsked(rule, side) ? null : rule.id === "RULE-05" && !rule.failed ? (
            <span className="font-medium">{t("live")}</span>
          ) : rule.id === "RULE-08" && side === "SELL" ? (
            <>
              <span className={cn("font-medium", rule.failed && "text-down")}>{formatQuantity(rule.measured)}</span>
              <span className="text-ink-3"> / {formatQuantity(rule.limit)}</span>
            </>
          ) : (
            <>
              <span className={cn("font-medium", rule.failed && "text-down")}>{formatMeasure(rule.measured, rule.unit)}</span>
              <span className="text-ink-3"> / {formatLimit(rule.id, rule.limit, rule.unit)}</span>
            </>
          )}
        </span>
      </span>
      {rule.failed ? <span className="block text-2xs text-down">{why(rule, side)}</span> : null}
    </li>
  );
}

/** An exit is asked few rules (RULES.md); of the others the contract compares nothing with nothing. */
function isAsked(rule: AssessedRule, side: string): boolean {
  return side !== "SELL" || rule.failed || rule.measured_raw !== "0" || rule.limit_raw !== "0";
}

function BeforeAndAfter({ preview }: { preview: OrderPreview }) {
  const t = useTranslations("precheck");
  const { before, after } = preview;
  const [base, quote] = [baseOf(preview.market), quoteOf(preview.market)];
  const rows = [
    { name: t("cash", { quote }), from: formatMoney(before.cash), to: formatMoney(after?.cash) },
    { name: t("exposure"), from: formatFraction(before.exposure_fraction), to: formatFraction(after?.exposure_fraction) },
    { name: t("position", { base }), from: formatQuantity(before.quantity), to: formatQuantity(after?.quantity) },
  ];
  return (
    <>
      <p className="num text-xs whitespace-normal text-ink-2">
        {t("order", { side: preview.side, quantity: formatQuantity(preview.quantity), base, price: formatPrice(preview.price), limit: formatPrice(preview.limit_price), notional: formatMoney(preview.notional), fee: formatMoney(preview.fee), quote })}
      </p>
      {preview.allowed ? <Change rows={rows} /> : <p className="text-xs text-ink-2">{t("nothingWouldChange")}</p>}
    </>
  );
}

function Change({ rows }: { rows: readonly { name: string; from: string; to: string }[] }) {
  const t = useTranslations("precheck");
  return (
    <table className="w-full text-xs">
      <caption className="sr-only">{t("beforeAndAfter")}</caption>
      <thead>
        <tr>
          <td />
          <th scope="col" className="label text-right">{t("before")}</th>
          <th scope="col" className="label text-right">{t("after")}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.name}>
            <th scope="row" className="label py-0.5 text-left">{row.name}</th>
            <td className="num text-right text-ink-2">{row.from}</td>
            <td className="num text-right font-medium">
              <span aria-hidden className="text-ink-3">→ </span>
              {row.to}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
