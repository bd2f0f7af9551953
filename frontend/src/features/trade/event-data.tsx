import { NO_DATA } from "@/lib/format";
import { Hash } from "@/ui/hash";

/** The stored fields of an event, as they are. */
export function EventData({ data }: { data: Record<string, unknown> }) {
  return (
    <dl className="mt-1 grid grid-cols-1 gap-x-6 pb-1 sm:grid-cols-2 xl:grid-cols-3">
      {Object.entries(data).map(([name, value]) => (
        <div key={name} className="flex min-w-0 justify-between gap-3 border-b border-line py-0.5">
          <dt className="font-mono text-2xs text-ink-3">{name}</dt>
          <dd className="min-w-0 text-right font-mono text-2xs break-words">{shown(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

function shown(value: unknown) {
  if (value === null || value === undefined) return NO_DATA;
  if (typeof value === "string" && /^(0x)?[0-9a-f]{40,}$/i.test(value)) return <Hash value={value} keep={6} small />;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
