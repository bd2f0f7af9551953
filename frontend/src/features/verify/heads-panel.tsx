"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { ask } from "@/chain/rpc";
import { nowMs } from "@/lib/clock";
import { formatCount, formatTime } from "@/lib/format";
import { useReady } from "@/live/live";
import { Button } from "@/ui/button";
import { Fact } from "@/ui/fact";
import { Hash } from "@/ui/hash";
import { Panel } from "@/ui/panel";
import { Answered, Empty, SkeletonRows } from "@/ui/states";
import { Time } from "@/ui/time";
import { extendsHead, type Head } from "@/verify/heads";
import { CheckList } from "./check-list";
import { forgetHead, historyBy, keepHead, keptHeads, nameOf, presentHead } from "./history";

/** The head of now, the one this browser has kept, and whether the one extends the other. */
export function HeadsPanel() {
  const t = useTranslations("verify.heads");
  const head = useQuery({ queryKey: ["heads"], queryFn: presentHead, enabled: useReady(), refetchInterval: 10_000 });
  return (
    <Panel title={t("title")} note={t("note")}>
      <Answered query={head} what={t("failed")} loading={<SkeletonRows rows={4} label={t("title")} />}>
        {(present) => (present === null ? <Empty why={t("none")} /> : <Kept key={nameOf(present)} present={present} />)}
      </Answered>
    </Panel>
  );
}

function Kept({ present }: { present: Head }) {
  const t = useTranslations("verify.heads");
  const [kept, setKept] = useState(() => keptHeads()[nameOf(present)]);
  const checks = useQuery({ queryKey: ["kept-head", kept], queryFn: () => extendsHead(kept!, historyBy(ask)), enabled: kept !== undefined, staleTime: 0 });
  const remember = () => {
    const next = { head: present, seenAt: new Date(nowMs()).toISOString() };
    keepHead(next);
    setKept(next);
  };
  const broken = checks.data?.some((each) => each.outcome === "fail") ?? false;
  return (
    <>
      <dl className="grid grid-cols-2 gap-x-4 gap-y-2 p-3 sm:grid-cols-4 xl:grid-cols-8">
        <Fact name={t("block")}>{formatCount(present.block)}</Fact>
        <Fact name={t("blockHash")}>
          <Hash value={present.block_hash} />
        </Fact>
        <Fact name={t("record")}>{formatCount(present.record_seq)}</Fact>
        <Fact name={t("recordHead")}>
          <Hash value={present.record_head} />
        </Fact>
        <Fact name={t("log")}>{formatCount(present.log_position)}</Fact>
        <Fact name={t("logRoot")}>
          <Hash value={present.log_root} />
        </Fact>
        <Fact name={t("observed")}><Time iso={present.observed_at} /></Fact>
        <Fact name={t("genesis")}>
          <Hash value={present.genesis_hash} />
        </Fact>
      </dl>
      <div className="flex flex-wrap items-center gap-2 border-t border-line px-3 py-2">
        <Button size="small" tone="solid" onClick={remember} blocked={broken ? t("brokenBlock") : null}>
          {kept ? t("rememberAgain") : t("remember")}
        </Button>
        {kept ? (
          <>
            <p className="text-xs text-ink-2">{t("kept", { block: formatCount(kept.head.block), time: formatTime(kept.seenAt) })}</p>
            <Button
              size="small"
              tone="ghost"
              onClick={() => {
                forgetHead(nameOf(present));
                setKept(undefined);
              }}
            >
              {t("forget")}
            </Button>
          </>
        ) : (
          <p className="text-xs text-ink-2">{t("notKept")}</p>
        )}
      </div>
      {kept && checks.data ? (
        <div className="border-t border-line" data-heads={broken ? "broken" : "extended"}>
          <p role={broken ? "alert" : "status"} className={broken ? "bg-down-wash px-3 py-2 font-medium text-down" : "px-3 pt-2 text-xs font-medium text-up"}>
            {broken ? t("broken") : t("extended")}
          </p>
          <CheckList checks={checks.data} />
        </div>
      ) : null}
    </>
  );
}
