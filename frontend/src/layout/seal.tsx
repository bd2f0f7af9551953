/** The mark: a wax seal with a tick pressed into it. */
export function Seal({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" className={className} aria-hidden>
      <path
        d="M16 1.5l3.6 2.6 4.4-.3 1.3 4.2 3.7 2.4-1.4 4.2 1.4 4.2-3.7 2.4-1.3 4.2-4.4-.3L16 27.7l-3.6-2.6-4.4.3-1.3-4.2L3 18.8l1.4-4.2L3 10.4 6.7 8 8 3.8l4.4.3z"
        transform="translate(0 1.4)"
        fill="#a33b45"
      />
      <path d="M10.5 16.4l4 4 7.2-8.6" fill="none" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}
