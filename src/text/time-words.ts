/** A time, for people, to the minute: `2026-01-31 12:00 UTC`. */
export function atMinute(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** How long something takes, for people: in hours where it is less than two days. */
export function daysOrHours(ms: number): string {
  const [count, unit] = ms < 2 * 86_400_000 ? [ms / 3_600_000, 'hours'] : [ms / 86_400_000, 'days'];
  return `${Math.max(0, Math.floor(count))} ${unit}`;
}

/** How long something takes, for people, to the minute: `1 h`, `7 h 30 min`, `15 min`. */
export function hoursAndMinutes(ms: number): string {
  const all = Math.max(0, Math.round(ms / 60_000));
  const [hours, minutes] = [Math.floor(all / 60), all % 60];
  return [hours > 0 && `${hours} h`, (minutes > 0 || hours === 0) && `${minutes} min`].filter(Boolean).join(' ');
}
