import { shiftPoint } from "@/lib/format";

interface Size {
  /** A share of one as the API takes it ("0.05"); undefined asks for the signal's own size. */
  share: string | undefined;
  error: "notAPercentage" | "notPositive" | "aboveAll" | "tooFine" | null;
}

/** Reads a percentage a person typed, exactly: "5" → "0.05". At most two decimals, above 0 and up to 100. */
export function shareFromPercent(text: string): Size {
  const typed = text.trim().replace(/\s*%$/, "").replace(",", ".");
  if (typed === "") return { share: undefined, error: null };
  if (!/^\d{1,3}(\.\d+)?$/.test(typed)) return { share: undefined, error: "notAPercentage" };
  const share = shiftPoint(typed, -2);
  if (share === null || !(Number(share) > 0)) return { share: undefined, error: "notPositive" };
  if (Number(share) > 1) return { share: undefined, error: "aboveAll" };
  if ((share.split(".")[1] ?? "").length > 4) return { share: undefined, error: "tooFine" };
  return { share, error: null };
}
