"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { client } from "@/api/client";
import { closeSession } from "@/api/generated";
import { exchangeKey } from "@/api/open-session";
import { answerOf } from "@/api/problem";
import { sessionQuery, useSessionState } from "@/api/session";
import { formatTime } from "@/lib/format";
import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/fields";
import { Panel } from "@/ui/panel";
import { Answered, SkeletonRows, useProblemWords } from "@/ui/states";

/** Open a session with the printed key or the token of the home, or close it. The cookie cannot be read by the page. */
export function Login() {
  const t = useTranslations("login");
  const session = useSessionState();
  return (
    <Panel title={t("title")} note={t("note")}>
      <h1 className="sr-only">{t("title")}</h1>
      <Answered query={session} what={t("failed")} loading={<SkeletonRows rows={2} label={t("title")} />}>
        {({ active, expires_at }) => (active ? <Open until={expires_at ?? null} /> : <Closed />)}
      </Answered>
    </Panel>
  );
}

function Open({ until }: { until: string | null }) {
  const t = useTranslations("login");
  const cache = useQueryClient();
  const leave = useMutation({ mutationFn: () => answerOf(closeSession({ client })), onSuccess: (answer) => cache.setQueryData(sessionQuery.queryKey, answer) });
  return (
    <div className="flex flex-col items-start gap-3 p-3">
      <p>{t("open", { until: formatTime(until) })}</p>
      <Button busy={leave.isPending} onClick={() => leave.mutate()}>
        {t("close")}
      </Button>
    </div>
  );
}

const SHORTEST = 16;

function Closed() {
  const t = useTranslations("login");
  const cache = useQueryClient();
  const [secret, setSecret] = useState("");
  const problem = useProblemWords();
  const enter = useMutation({ mutationFn: () => exchangeKey(keyIn(secret)), onSuccess: (answer) => cache.setQueryData(sessionQuery.queryKey, answer) });
  return (
    <form
      className="flex max-w-xl flex-col items-start gap-3 p-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (keyIn(secret).length >= SHORTEST) enter.mutate();
      }}
    >
      <p className="text-ink-2">{t("how")}</p>
      <div className="w-full">
        <Field label={t("secret")} hint={t("secretHint")} error={enter.error ? problem(enter.error) : null}>
          <Input type="password" autoComplete="off" value={secret} onChange={(event) => setSecret(event.target.value.trim())} />
        </Field>
      </div>
      <Button type="submit" tone="solid" busy={enter.isPending} blocked={keyIn(secret).length < SHORTEST ? t("tooShort") : null} reason="below">
        {t("enter")}
      </Button>
    </form>
  );
}

/** Somebody may paste the whole printed address. */
export function keyIn(text: string): string {
  return text.includes("#key=") ? (text.split("#key=")[1] ?? "") : text;
}
