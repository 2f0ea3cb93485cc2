const MILLISECONDS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** A whole number above zero and its unit, without a sign or spaces: `90d`. */
export const DURATION = /^0*[1-9]\d{0,8}[smhdw]$/;

/** Milliseconds of a duration such as `90d`, `12h`, `30m`, `45s` or `2w`; undefined when the text is none. */
export function parseDuration(text: string): number | undefined {
  const unit = (['s', 'm', 'h', 'd', 'w'] as const).find((letter) => text.endsWith(letter));
  return unit && DURATION.test(text) ? Number(text.slice(0, -1)) * MILLISECONDS[unit] : undefined;
}

/** A duration as people write it, in the largest unit in which it is a whole number: `4h`, `90m`. */
export function writeDuration(milliseconds: number): string {
  const unit = (['w', 'd', 'h', 'm', 's'] as const).find((letter) => milliseconds % MILLISECONDS[letter] === 0) ?? 's';
  return `${milliseconds / MILLISECONDS[unit]}${unit}`;
}
