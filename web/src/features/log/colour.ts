const HUES: Record<string, number> = { stream: 24, clip: 200, upload: 262, marker: 45, account: 330, token: 300, session: 285, job: 155 };

/** A steady hue for an aggregate, so that its events are recognised at a glance. */
export function hue(aggregate: string): number {
  const known = HUES[aggregate];
  if (known !== undefined) return known;
  let sum = 0;
  for (const letter of aggregate) sum = (sum * 31 + letter.charCodeAt(0)) % 360;
  return sum;
}
