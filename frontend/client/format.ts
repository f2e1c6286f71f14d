/** Numbers, days and times as a person reads them. The page is in English, so are these. */

const LOCALE = "en-GB";
const count = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat(LOCALE, { notation: "compact" });
const weekday = new Intl.DateTimeFormat(LOCALE, { weekday: "short", timeZone: "UTC" });
const monthDay = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short", timeZone: "UTC" });
const time = new Intl.DateTimeFormat(LOCALE, { timeStyle: "medium" });

/** 12,345 */
export function formatCount(value: number): string {
  return count.format(value);
}

/** 1.2k, 12k: for the narrow columns of a chart. */
export function formatCompact(value: number): string {
  return compact.format(Math.round(value));
}

/** The parts of 2026-11-24: Tue, 24 Nov. Days are the backend's, in UTC. */
export function formatDay(day: string): { weekday: string; date: string } {
  const date = new Date(`${day}T00:00:00Z`);
  return { weekday: weekday.format(date), date: monthDay.format(date) };
}

/** 14:03:22 in the reader's own time. */
export function formatTime(milliseconds: number): string {
  return time.format(milliseconds);
}

/** 1 second, 20 seconds, 2 minutes. */
export function formatWait(seconds: number): string {
  const [amount, unit] = seconds < 90 ? [seconds, "second"] : [Math.ceil(seconds / 60), "minute"];
  return `${amount} ${unit}${amount === 1 ? "" : "s"}`;
}
