"use client";

import { CircleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { cn } from "@/lib/cn";
import { ApiProblem } from "@/api/problem";
import { useAgeS } from "@/lib/clock";
import { formatAge } from "@/lib/format";
import { reasonOf } from "@/lib/reason";
import { Button } from "./button";
import { useServerWords } from "./server-words";

/** Loading: bones of the final size, so that nothing moves when the data comes. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden className={cn("bone", className)} />;
}

export function SkeletonRows({ rows, className, label }: { rows: number; className?: string; label: string }) {
  const t = useTranslations("states");
  return (
    <div role="status" aria-label={t("loading", { what: label })} className="breathing divide-y divide-line">
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className={cn("flex h-9 items-center gap-4 px-3", className)}>
          <Skeleton className="w-20" />
          <Skeleton className="w-full" />
          <Skeleton className="w-16" />
        </div>
      ))}
    </div>
  );
}

/** Empty: why there is nothing, and the next step. */
export function Empty({ why, next, className }: { why: ReactNode; next?: ReactNode; className?: string }) {
  return (
    <div className={cn("flex flex-col items-start justify-center gap-1 px-3 py-5", className)}>
      <p className="max-w-full break-words text-ink-2">{why}</p>
      {next ? <p className="text-xs text-ink-3">{next}</p> : null}
    </div>
  );
}

interface FailureProps {
  /** What failed, in the user's words: "The trade history could not be loaded". */
  what: string;
  error: unknown;
  onRetry?: () => void;
  className?: string;
}

/** Error: what failed, what the server said, and a way to try again. */
export function Failure({ what, error, onRetry, className }: FailureProps) {
  const t = useTranslations("ui");
  const problem = useProblemWords();
  return (
    <div role="alert" className={cn("flex flex-wrap items-center gap-x-3 gap-y-2 border-l-2 border-down bg-down-wash px-3 py-2", className)}>
      <CircleAlert aria-hidden className="size-4 shrink-0 text-down" />
      <div className="min-w-0 flex-1">
        <p className="font-medium">{what}</p>
        <p className="text-xs break-words text-ink-2">{problem(error)}</p>
      </div>
      {onRetry ? (
        <Button size="small" onClick={onRetry}>
          {t("tryAgain")}
        </Button>
      ) : null}
    </div>
  );
}

/** Marks old data that is still shown after a failure with its age. */
export function Outdated({ sinceMs }: { sinceMs: number }) {
  const t = useTranslations("states");
  return <span className="text-2xs font-medium text-warn">{t("asOf", { age: formatAge(useAgeS(sinceMs)) })}</span>;
}

interface QueryLike<T> {
  data: T | undefined;
  error: unknown;
  isPending: boolean;
  dataUpdatedAt: number;
  refetch: () => unknown;
}

interface AnsweredProps<T> {
  query: QueryLike<T>;
  /** What failed, said when it does. */
  what: string;
  loading: ReactNode;
  children: (data: T) => ReactNode;
}

/** One query in its states: loading, failed without data, failed with old data, answered. */
export function Answered<T>({ query, what, loading, children }: AnsweredProps<T>) {
  if (query.data === undefined) {
    return query.error ? <Failure what={what} error={query.error} onRetry={query.refetch} className="m-3" /> : loading;
  }
  return (
    <>
      {query.error ? (
        <div className="flex flex-wrap items-center gap-2 px-3 pt-2">
          <Failure what={what} error={query.error} onRetry={query.refetch} className="w-full" />
          <Outdated sinceMs={query.dataUpdatedAt} />
        </div>
      ) : null}
      {children(query.data)}
    </>
  );
}

/** Why something failed, in the reader's language where the server's code is known, else as the server said it. */
export function useProblemWords(): (error: unknown) => string {
  const t = useTranslations("problems");
  const states = useTranslations("states");
  const server = useServerWords();
  return (error) => {
    if (error instanceof ApiProblem && t.has(error.code as never)) return t(error.code as never);
    return server(reasonOf(error)) ?? states("noReason");
  };
}
