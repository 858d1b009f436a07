// biome-ignore-all lint/a11y/noRedundantRoles: cards below 768 px change the display, which takes the roles away
import { ChevronLeft, ChevronRight } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "./button.tsx";

export interface Column<Row> {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** Classes of header and cells, for widths. */
  className?: string;
  /** On a narrow screen the row becomes a card: `title` leads it, `hidden` is left out, the others follow with their name. */
  card?: "title" | "corner" | "wide" | "hidden";
}

/** A table; below 768 px each row is a card. */
export function Table<Row extends { id: string }>({
  caption,
  columns,
  rows,
}: {
  caption: string;
  columns: Column<Row>[];
  rows: Row[];
}) {
  return (
    <div className="overflow-hidden rounded-xl border border-line bg-raised shadow-lift max-md:border-0 max-md:bg-transparent max-md:shadow-none">
      <table role="table" className="w-full border-collapse text-sm max-md:block md:table-fixed">
        <caption className="sr-only">{caption}</caption>
        <thead role="rowgroup" className="max-md:sr-only">
          <tr role="row" className="border-b border-line bg-sunken text-start">
            {columns.map((column) => (
              <th
                key={column.id}
                role="columnheader"
                scope="col"
                className={`h-9 px-4 text-start text-xs font-medium text-neutral ${column.className ?? ""}`}
              >
                {column.header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup" className="max-md:flex max-md:flex-col max-md:gap-2">
          {rows.map((row) => (
            <tr
              key={row.id}
              role="row"
              data-row
              className="relative border-line hover:bg-hover has-[a:focus-visible]:bg-hover max-md:flex max-md:flex-wrap max-md:items-center max-md:gap-x-3 max-md:gap-y-1.5 max-md:rounded-xl max-md:border max-md:bg-raised max-md:p-3 max-md:shadow-lift md:border-b md:last:border-b-0"
            >
              {columns.map((column) => (
                <td key={column.id} role="cell" className={`px-4 py-2.5 align-middle max-md:p-0 ${cardClass(column)}`}>
                  {!column.card && <span className="me-1.5 text-xs text-neutral md:hidden">{column.header}</span>}
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function cardClass<Row>(column: Column<Row>): string {
  switch (column.card) {
    case "title":
      return "max-md:min-w-0 max-md:flex-1 max-md:basis-[55%]";
    case "corner":
      return "max-md:ms-auto";
    case "wide":
      return "max-md:basis-full";
    case "hidden":
      return "max-md:hidden";
    default:
      return "";
  }
}

/** The way to the rows before and after, both by cursor. */
export function Pager({
  previous,
  next,
  onGo,
}: {
  previous: string | null;
  next: string | null;
  onGo: (cursor: string) => void;
}) {
  if (!previous && !next) return null;
  return (
    <nav aria-label="Pages" className="mt-3 flex justify-end gap-2">
      <Button data-page="previous" disabled={!previous} onClick={() => previous && onGo(previous)}>
        <ChevronLeft aria-hidden className="size-4" />
        Newer
      </Button>
      <Button data-page="next" disabled={!next} onClick={() => next && onGo(next)}>
        Older
        <ChevronRight aria-hidden className="size-4" />
      </Button>
    </nav>
  );
}
