import type { ExportProgress } from "../client/session.ts";

/** The button for an export, and what has become of the last one. */
export function ExportAction({ progress, onExport }: { progress: ExportProgress; onExport: () => void }) {
  const switchedOff = progress.status === "switched off";
  return (
    <>
      <button
        type="button"
        data-testid="export"
        disabled={switchedOff || progress.status === "running"}
        aria-describedby={switchedOff ? "export-off" : undefined}
        onClick={onExport}
      >
        {progress.status === "running" ? "Exporting…" : "Export"}
      </button>
      {switchedOff && (
        <span id="export-off" className="quiet small" role="status">
          Exports are switched off here.
        </span>
      )}
      {progress.status === "done" && (
        <a className="button" href={progress.url} rel="noreferrer" download data-testid="export-link">
          Download the CSV
        </a>
      )}
    </>
  );
}
