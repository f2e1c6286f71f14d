import { formatCompact, formatCount, formatDay } from "../client/format.ts";
import { type DayCount, everyDay, type Summary } from "../client/summary.ts";

interface Column extends DayCount {
  expected: boolean;
}

function columnsOf(summary: Summary): Column[] {
  return [
    ...everyDay(summary, new Date()).map((day) => ({ ...day, expected: false })),
    ...(summary.forecast ?? []).map((day) => ({ ...day, expected: true })),
  ];
}

function describe(columns: Column[]): string {
  const happened = columns.filter((column) => !column.expected);
  const most = happened.reduce((best, column) => (column.count > best.count ? column : best), happened[0] as Column);
  const { weekday, date } = formatDay(most.day);
  return `Bar chart of events by day; the most on ${weekday} ${date}: ${formatCount(most.count)}. The table below has every day.`;
}

/** Events by day, what was and what is expected, as bars and as a table. */
export function DailyChart({ summary }: { summary: Summary | null }) {
  const columns = summary ? columnsOf(summary) : [];
  return (
    <section className="card" aria-labelledby="days-label">
      <div className="row">
        <h2 id="days-label" className="label">
          By day
        </h2>
        {summary?.forecast && (
          <span className="quiet small legend">
            <span className="swatch expected" aria-hidden="true" /> forecast
          </span>
        )}
      </div>
      {columns.length === 0 ? (
        <div className="skeleton block" aria-hidden="true" />
      ) : (
        <>
          <Bars columns={columns} />
          <details>
            <summary>Show as a table</summary>
            <DayTable columns={columns} />
          </details>
        </>
      )}
    </section>
  );
}

function Bars({ columns }: { columns: Column[] }) {
  const most = Math.max(1, ...columns.map(({ count }) => count));
  return (
    <div className={columns.length > 8 ? "chart dense" : "chart"} role="img" aria-label={describe(columns)}>
      {columns.map(({ day, count, expected }) => {
        const { weekday, date } = formatDay(day);
        const height = (100 * Math.max(0, count)) / most;
        return (
          <div key={`${day}${expected}`} className={expected ? "column expected" : "column"}>
            <span className="value">{formatCompact(count)}</span>
            {/* Heights are attributes: the content security policy allows no inline style. */}
            <svg viewBox="0 0 1 100" preserveAspectRatio="none" aria-hidden="true">
              <rect y={100 - height} width="1" height={height} />
            </svg>
            <span className="day">
              {/* A narrow chart has room for the first letter only. */}
              {weekday.slice(0, 1)}
              <span className="rest">{weekday.slice(1)}</span>
              <br />
              <span className="quiet">{date.split(" ")[0]}</span>
            </span>
          </div>
        );
      })}
    </div>
  );
}

function DayTable({ columns }: { columns: Column[] }) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Day (UTC)</th>
          <th scope="col">Events</th>
        </tr>
      </thead>
      <tbody>
        {columns.map(({ day, count, expected }) => {
          const { weekday, date } = formatDay(day);
          return (
            <tr key={`${day}${expected}`}>
              <th scope="row">
                <time dateTime={day}>
                  {weekday} {date}
                </time>
                {expected && <span className="quiet"> (forecast)</span>}
              </th>
              <td>{formatCount(count)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
