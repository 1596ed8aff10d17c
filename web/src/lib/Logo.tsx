import { useId } from "react";

/** The mark: a sun just below the horizon, and its light still on the water. */
export function Mark({ size = 28 }: { size?: number }) {
  const id = useId();
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <defs>
        <linearGradient id={id} x1="0" y1="0" x2="0" y2="1">
          <stop offset="0" stopColor="#ffb454" />
          <stop offset="0.55" stopColor="#ff7a50" />
          <stop offset="1" stopColor="#f0527e" />
        </linearGradient>
      </defs>
      <path d="M6 17a10 10 0 0 1 20 0z" fill={`url(#${id})`} />
      <rect x="3.5" y="19.2" width="25" height="2.4" rx="1.2" fill="#ff7a50" />
      <rect x="7" y="23.4" width="18" height="2.1" rx="1.05" fill="#f0527e" opacity="0.8" />
      <rect x="11.5" y="27.2" width="9" height="1.8" rx="0.9" fill="#f0527e" opacity="0.45" />
    </svg>
  );
}

/** Mark and name together. */
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <span style={{ display: "inline-flex", alignItems: "center", gap: size * 0.36 }}>
      <Mark size={size} />
      <span style={{ fontSize: size * 0.66, fontWeight: 700, letterSpacing: "-0.02em" }}>Afterglow</span>
    </span>
  );
}
