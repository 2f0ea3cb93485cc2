/** A time, for people, to the minute. */
export function atMinute(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** How long something takes, for people: in hours where it is less than two days. */
export function daysOrHours(ms: number): string {
  const [count, unit] = ms < 2 * 86_400_000 ? [ms / 3_600_000, 'hours'] : [ms / 86_400_000, 'days'];
  return `${Math.max(0, Math.floor(count))} ${unit}`;
}
