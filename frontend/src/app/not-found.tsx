import Link from "next/link";

export default function NotFound() {
  return (
    <div className="flex flex-col items-start gap-2 px-3 py-10">
      <h1 className="text-lg font-semibold">There is no such page.</h1>
      <p className="text-ink-2">
        Go to the{" "}
        <Link href="/" className="underline underline-offset-2">
          dashboard
        </Link>{" "}
        or to the{" "}
        <Link href="/trades" className="underline underline-offset-2">
          trades
        </Link>
        .
      </p>
    </div>
  );
}
