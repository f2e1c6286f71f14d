import { formatCount } from "../client/format.ts";
import type { NameCount } from "../client/summary.ts";

/** How often each event happened, the most frequent first. */
export function NameTable({ names }: { names: NameCount[] | null }) {
  const most = names?.[0]?.count || 1;
  return (
    <section className="card" aria-labelledby="names-label">
      <h2 id="names-label" className="label">
        By name
      </h2>
      {names === null ? (
        <div className="skeleton block" aria-hidden="true" />
      ) : (
        <table className="names">
          <thead className="hidden">
            <tr>
              <th scope="col">Event</th>
              <th scope="col">Count</th>
            </tr>
          </thead>
          <tbody>
            {names.map(({ name, count }) => (
              <tr key={name}>
                <th scope="row">
                  {name}
                  <svg className="share" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
                    <rect width={(100 * count) / most} height="1" />
                  </svg>
                </th>
                <td>{formatCount(count)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
