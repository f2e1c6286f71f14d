/** The summary of the last days, checked where it enters. */

export interface DayCount {
  day: string;
  count: number;
}

export interface NameCount {
  name: string;
  count: number;
}

export interface Summary {
  days: number;
  total: number;
  /** The most frequent first. */
  byName: NameCount[];
  /** In order; days without an event may be missing. */
  byDay: DayCount[];
  /** Null when the feature is off. */
  forecast: DayCount[] | null;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const MILLISECONDS_PER_DAY = 86_400_000;

/** An object's fields, or null for anything else. */
export function fields(value: unknown): Record<string, unknown> | null {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function dayCounts(value: unknown): DayCount[] | null {
  if (!Array.isArray(value)) {
    return null;
  }
  const counts: DayCount[] = [];
  for (const item of value) {
    const entry = fields(item);
    if (typeof entry?.day !== "string" || !DAY.test(entry.day) || !isCount(entry.count)) {
      return null;
    }
    counts.push({ day: entry.day, count: entry.count });
  }
  return counts.sort((one, other) => one.day.localeCompare(other.day));
}

/** The summary in an answer or a message, or null when it is not one. */
export function parseSummary(value: unknown): Summary | null {
  const summary = fields(value);
  const names = fields(summary?.by_name);
  const byDay = dayCounts(summary?.by_day);
  if (!summary || !names || !byDay || !isCount(summary.days) || !isCount(summary.total)) {
    return null;
  }
  const byName: NameCount[] = [];
  for (const [name, count] of Object.entries(names)) {
    if (!isCount(count)) {
      return null;
    }
    byName.push({ name, count });
  }
  byName.sort((one, other) => other.count - one.count || one.name.localeCompare(other.name));
  return { days: summary.days, total: summary.total, byName, byDay, forecast: dayCounts(summary.forecast) };
}

/** One entry for each day of the summary up to today (UTC), zero where nothing happened. */
export function everyDay(summary: Summary, now: Date): DayCount[] {
  const counts = new Map(summary.byDay.map(({ day, count }) => [day, count]));
  for (let back = 0; back < summary.days; back += 1) {
    const day = new Date(now.getTime() - back * MILLISECONDS_PER_DAY).toISOString().slice(0, 10);
    if (!counts.has(day)) {
      counts.set(day, 0);
    }
  }
  return [...counts].map(([day, count]) => ({ day, count })).sort((one, other) => one.day.localeCompare(other.day));
}
