"use client";

import { useTranslations } from "use-intl";

/** The answer of the node as it came. */
export function RawJson({ value }: { value: unknown }) {
  const t = useTranslations("explorer");
  return (
    <details className="px-3 py-2 text-xs">
      <summary className="text-ink-2">{t("showRaw")}</summary>
      <pre tabIndex={0} className="mt-2 max-h-96 overflow-auto rounded-[3px] bg-sunken p-2 font-mono text-2xs break-all whitespace-pre-wrap">
        {JSON.stringify(value, null, 2)}
      </pre>
    </details>
  );
}
