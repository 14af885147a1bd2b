// Months of the calendar, in UTC. Times are seconds since 1970.
const endOfTime = 253_402_300_800; // the year 10000

/** year × 12 + (month − 1), as in 2025 × 12 + 0 for January 2025; of a time before the year 10000. */
export function monthOf(at: number): number {
  const date = new Date(at * 1000);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

/**
 * The same time of day so many months later; on the month's last day if it is shorter. Undefined when either is not
 * before the year 10000.
 */
export function monthsAfter(at: number, months: number): number | undefined {
  if (at >= endOfTime) return undefined;
  const from = new Date(at * 1000);
  const [year, month] = [from.getUTCFullYear(), from.getUTCMonth() + months];
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const day = Math.min(from.getUTCDate(), lastDay);
  const then = Date.UTC(year, month, day) / 1000 + (at % 86_400);
  return then < endOfTime ? then : undefined;
}
