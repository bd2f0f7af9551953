/**
 * Numbers and times as people read them.
 *
 * Money arrives as decimal strings and is formatted from the string: it never passes through a float. A missing
 * value is an em dash, never 0. Every time is UTC.
 */
export const NO_DATA = "—";

export type Decimal = string;
type Maybe<T> = T | null | undefined;

const DECIMAL = /^-?\d+(\.\d+)?$/;
const formatters = new Map<string, Intl.NumberFormat>();

export function isDecimal(text: Maybe<string>): text is Decimal {
  return typeof text === "string" && DECIMAL.test(text);
}

export interface NumberStyle {
  /** Decimals shown at most; the string is rounded half away from zero, for the eye only. */
  digits?: number;
  /** Decimals shown at least. */
  minDigits?: number;
  /** Write a plus sign as well. */
  signed?: boolean;
}

export function formatNumber(value: Maybe<string | number>, { digits = 2, minDigits = digits, signed = false }: NumberStyle = {}): string {
  const text = typeof value === "number" ? (Number.isFinite(value) ? plain(value) : null) : value;
  if (!isDecimal(text)) return NO_DATA;
  const key = `${digits}:${minDigits}:${signed}`;
  let formatter = formatters.get(key);
  if (formatter === undefined) {
    formatter = new Intl.NumberFormat("en-US", {
      minimumFractionDigits: Math.min(minDigits, digits),
      maximumFractionDigits: digits,
      signDisplay: signed ? "exceptZero" : "negative",
    });
    formatters.set(key, formatter);
  }
  // Intl formats a decimal string exactly; a number would already have lost digits.
  return formatter.format(text as Intl.StringNumericLiteral).replace("-", "−");
}

/** An amount of the quote currency, for example `10,000.00`. */
export function formatMoney(value: Maybe<string>, style: NumberStyle = {}): string {
  return formatNumber(value, { digits: 2, ...style });
}

/** A price with as many decimals as its size calls for: `57,694.27`, `1.3391`, `0.08123400`. */
export function formatPrice(value: Maybe<string>): string {
  if (!isDecimal(value)) return NO_DATA;
  return formatNumber(value, { digits: priceDigits(value) });
}

export function priceDigits(value: Decimal): number {
  const size = Math.abs(Number(value));
  if (size >= 100) return 2;
  if (size >= 1) return 4;
  return size >= 0.01 ? 5 : 8;
}

/** A quantity in full, trailing zeros left out. */
export function formatQuantity(value: Maybe<string>): string {
  return formatNumber(value, { digits: 8, minDigits: 0 });
}

/** Basis points as percent: 6543 → `65.43 %`. */
export function formatBps(bps: Maybe<number | string>, style: NumberStyle = {}): string {
  if (bps === null || bps === undefined) return NO_DATA;
  const text = shiftPoint(String(bps), -2);
  return text === null ? NO_DATA : `${formatNumber(text, style)} %`;
}

/** Move the decimal point of a decimal string, exactly; `null` when it is no decimal. */
export function shiftPoint(text: string, places: number): Decimal | null {
  if (!isDecimal(text)) return null;
  const negative = text.startsWith("-");
  const [whole = "0", fraction = ""] = text.replace("-", "").split(".");
  const digits = whole + fraction;
  const at = whole.length + places;
  const padded = at <= 0 ? "0".repeat(1 - at) + digits : digits.padEnd(at, "0");
  const cut = at <= 0 ? 1 : at;
  const head = padded.slice(0, cut).replace(/^0+(?=\d)/, "");
  const tail = padded.slice(cut).replace(/0+$/, "");
  const out = tail === "" ? head : `${head}.${tail}`;
  return negative && /[1-9]/.test(out) ? `-${out}` : out;
}

/** −1, 0 or 1 by the sign of a decimal string; 0 for no data. */
export function signOf(value: Maybe<string | number>): -1 | 0 | 1 {
  const number = Number(value ?? 0);
  if (!(number > 0) && !(number < 0)) return 0;
  return number > 0 ? 1 : -1;
}

/** A share of a limit between 0 and 1, for the length of a bar only. */
export function shareOf(measured: Maybe<string | number>, limit: Maybe<string | number>): number | null {
  if (measured === null || measured === undefined || limit === null || limit === undefined) return null;
  const share = Number(measured) / Number(limit);
  return Number.isFinite(share) ? Math.min(Math.max(share, 0), 1) : null;
}

/** `2021-05-01 13:00:00` (UTC) from ISO 8601, seconds left out when `minutes` is asked for. */
export function formatTime(iso: Maybe<string>, precision: "seconds" | "minutes" = "seconds"): string {
  if (!iso) return NO_DATA;
  const at = Date.parse(iso);
  if (Number.isNaN(at)) return NO_DATA;
  const text = new Date(at).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, precision === "seconds" ? 19 : 16)}`;
}

/** The same moment where the reader is: its wall clock, seconds and all, and the name of that time zone. */
export function localTime(iso: Maybe<string>): { time: string; zone: string } | null {
  const at = iso ? Date.parse(iso) : Number.NaN;
  if (Number.isNaN(at)) return null;
  localClock ??= new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "medium" });
  return { time: localClock.format(at), zone: localClock.resolvedOptions().timeZone };
}
let localClock: Intl.DateTimeFormat | undefined;

/**
 * A browser reads its tables of numbers and of times when they are first asked for, which takes longer than drawing half
 * the page. To be run one by one while the page waits for its numbers.
 */
export const PREPARATIONS: readonly (() => void)[] = [() => formatCount(0), () => formatMoney("0"), () => localTime("1970-01-01T00:00:00Z")];

/** `3 s`, `4 min`, `2 h 05`, `3 d`: how long, for people. */
export function formatAge(seconds: Maybe<number>): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return NO_DATA;
  const s = Math.max(0, Math.floor(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  const minutes = Math.floor((s % 3600) / 60);
  if (s < 86_400) return `${Math.floor(s / 3600)} h${minutes === 0 ? "" : ` ${String(minutes).padStart(2, "0")}`}`;
  return `${Math.floor(s / 86_400)} d`;
}

/** `0x1234…cdef`: enough of a hash to recognise it; the whole stands in the title and behind copy. */
export function shortHash(hash: Maybe<string>, keep = 4): string {
  if (!hash) return NO_DATA;
  return hash.length <= 2 * keep + 3 ? hash : `${hash.slice(0, 2 + keep)}…${hash.slice(-keep)}`;
}

export function formatCount(value: Maybe<number | string>): string {
  return formatNumber(value, { digits: 0 });
}

function plain(value: number): string {
  // toFixed avoids exponents such as 1e-7, which are no decimal strings.
  return Number.isInteger(value) ? value.toFixed(0) : value.toFixed(12).replace(/\.?0+$/, "");
}
