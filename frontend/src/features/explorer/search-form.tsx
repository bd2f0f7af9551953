"use client";

import { Search } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { useKnown } from "@/chain/queries";
import { placeOf, placesOfHash, type Found } from "@/chain/search";
import { cn } from "@/lib/cn";
import { shortHash } from "@/lib/format";
import { useGo } from "@/live/go";
import { useStatus } from "@/live/live";
import { Button } from "@/ui/button";
import { Input } from "@/ui/fields";
import { useProblemWords } from "@/ui/states";

type Outcome = { found: readonly Found[] } | { problem: string } | null;

/** Anything leads somewhere: a number, a hash, an address, a trade, a market. */
export function SearchForm({ onGone, autoFocus = false, className }: { onGone?: () => void; autoFocus?: boolean; className?: string }) {
  const t = useTranslations("search");
  const problemWords = useProblemWords();
  const goTo = useGo();
  const known = useKnown();
  const markets = useStatus((status) => status.data.markets) ?? [];
  const [text, setText] = useState("");
  const [outcome, setOutcome] = useState<Outcome>(null);
  const [busy, setBusy] = useState(false);
  const go = (place: Found) => {
    onGone?.();
    goTo(place.href);
  };
  const look = async () => {
    const place = placeOf(text, markets, known.contracts);
    if (place) return go(place);
    if (place === null) return setOutcome({ problem: t("notUnderstood") });
    setBusy(true);
    try {
      const found = await placesOfHash(text);
      if (found[0] && found.length === 1) return go(found[0]);
      setOutcome(found.length > 0 ? { found } : { problem: t("nothing") });
    } catch (error) {
      setOutcome({ problem: problemWords(error) });
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      role="search"
      className={cn("flex flex-col gap-2", className)}
      onSubmit={(event) => {
        event.preventDefault();
        void look();
      }}
    >
      <div className="flex gap-2">
        <Input
          // The dialog exists for this field alone.
          autoFocus={autoFocus}
          value={text}
          onChange={(event) => setText(event.target.value)}
          aria-label={t("label")}
          placeholder={t("placeholder")}
          spellCheck={false}
          autoComplete="off"
        />
        <Button type="submit" busy={busy} icon={<Search aria-hidden className="size-3.5" />}>
          {t("go")}
        </Button>
      </div>
      {outcome === null ? null : "problem" in outcome ? (
        <p role="alert" className="text-xs text-ink-2">
          {outcome.problem}
        </p>
      ) : (
        <ul className="text-xs" aria-label={t("results")}>
          {outcome.found.map((place) => (
            <li key={place.href} className="border-b border-line py-1">
              <Link prefetch={false} href={place.href} onClick={onGone} className="underline underline-offset-2">
                {t(`kinds.${place.kind}`)} <span className="font-mono">{shortHash(place.text, 8)}</span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </form>
  );
}
