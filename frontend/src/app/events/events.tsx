"use client";

import { useSearchParams } from "next/navigation";
import { useTranslations } from "use-intl";
import { EventLog } from "@/features/events";
import { keepInAddress } from "@/lib/address";

/** The log behind `?after=` a position, narrowed by `?topic=`. */
export function EventsPage() {
  const t = useTranslations("events");
  const query = useSearchParams();
  const after = query.get("after");
  const topic = query.get("topic") ?? "";
  const place = { after: after !== null && /^\d{1,15}$/.test(after) ? Number(after) : null, topic: /^[A-Za-z.]{0,80}$/.test(topic) ? topic : "" };
  return (
    <>
      <h1 className="sr-only">{t("title")}</h1>
      <EventLog
        place={place}
        onPlace={({ after, topic }) => keepInAddress("/events", { after: after === null ? undefined : String(after), topic })}
      />
    </>
  );
}
