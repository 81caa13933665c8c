/** The logo. */
export function Mark() {
  return (
    <svg viewBox="0 0 16 16" className="size-4 text-accent" aria-hidden="true" fill="currentColor">
      <rect x="0.5" y="5" width="2.6" height="6" rx="1.3" />
      <rect x="4.6" y="1.500" width="2.6" height="13" rx="1.3" />
      <rect x="8.700" y="5" width="2.6" height="6" rx="1.3" />
      <rect x="12.800" y="1.500" width="2.6" height="13" rx="1.3" />
    </svg>
  );
}
