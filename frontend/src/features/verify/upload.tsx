"use client";

import { Upload } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { readEvidence, type Evidence } from "@/verify/bundle";

/** Files larger than this are no evidence of one trade. */
const LARGEST = 64 * 1024 * 1024;

/** Evidence that somebody saved, checked here again. */
export function UploadEvidence({ onEvidence }: { onEvidence: (evidence: Evidence) => void }) {
  const t = useTranslations("verify");
  const [problem, setProblem] = useState<string | null>(null);
  const take = async (file: File) => {
    if (file.size > LARGEST) return setProblem(t("fileTooLarge"));
    const found = readEvidence(await file.text());
    if ("problem" in found) return setProblem(t(`fileProblems.${found.problem}`));
    setProblem(null);
    onEvidence(found);
  };
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <label className="inline-flex h-8 cursor-pointer items-center gap-1.5 rounded-[3px] border border-line-strong px-3 font-medium focus-within:outline-2 focus-within:outline-focus hover:bg-raised">
        <Upload aria-hidden className="size-3.5" />
        {t("upload")}
        <input type="file" accept="application/json,.json" className="sr-only" onChange={(event) => event.target.files?.[0] && void take(event.target.files[0])} />
      </label>
      {problem ? (
        <p role="alert" className="text-xs text-down">
          {problem}
        </p>
      ) : null}
    </div>
  );
}
