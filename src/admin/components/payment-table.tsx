import { DataTable, Heading, Table, useDataTable, type DataTableFilter } from "@medusajs/ui"
import { useMemo, useState } from "react"
import { useNavigate } from "react-router-dom"

import { BusyButton } from "./busy-button"
import { gateways, states, type Payment, type PaymentList } from "../api/schema"
import { useDownload } from "../api/queries"
import { daysAgo, filteringOf, stillEmpty, viewOf, type Filtering } from "../rules/list-filters"
import { filtersOf, rowsAtLeast, type ListView } from "../rules/list-view"
import { gatewayName } from "../text/names"
import { useText } from "../text/use-text"
import { Named } from "./named"
import { paymentColumns } from "./payment-columns"
import { useNarrow } from "./use-narrow"

interface Props {
  list: PaymentList | undefined
  /** Short order numbers by order id. */
  names: Record<string, string> | undefined
  /** Channels that the entries offer. */
  channels: readonly string[]
  pageSize: number
  view: ListView
  onChange: (view: ListView) => void
}

/** Medusa's own table. What it shows is the address's business: it can be shared, and the way back leads to it. */
export function PaymentTable({ list, pageSize, view, onChange, ...shown }: Props) {
  const { t } = useText()
  const table = usePaymentTable({ list, pageSize, view, onChange, ...shown })
  const count = list ? rowsAtLeast(view, pageSize, list) : 0
  const turn = (to: number, cursor: string | null) => {
    onChange({ ...view, page: to, cursor: to > 0 && cursor ? cursor : undefined })
  }
  return (
    <DataTable instance={table}>
      <Toolbar view={view} />
      <Named which="table" name={() => t("title")}>
        <DataTable.Table
          emptyState={{
            empty: { custom: <Nothing said={t("list.empty")} /> },
            filtered: { custom: <Nothing said={t("list.none_found")} /> },
          }}
        />
      </Named>
      <Table.Pagination
        count={count}
        pageSize={pageSize}
        pageIndex={view.page}
        pageCount={Math.ceil(count / pageSize)}
        canPreviousPage={view.page > 0}
        canNextPage={Boolean(list?.next_cursor)}
        previousPage={() => {
          turn(view.page - 1, list?.previous_cursor ?? null)
        }}
        nextPage={() => {
          turn(view.page + 1, list?.next_cursor ?? null)
        }}
        translations={{
          of: t("list.of"),
          results: t("list.results"),
          pages: t("list.pages"),
          prev: t("list.prev"),
          next: t("list.next"),
        }}
      />
    </DataTable>
  )
}

function usePaymentTable({ list, names, channels, view, onChange }: Props) {
  const text = useText()
  const navigate = useNavigate()
  const isNarrow = useNarrow()
  const [hidden, setHidden] = useState<Record<string, boolean>>({})
  // A filter that was just added stands there without a value, and says nothing yet.
  const [added, setAdded] = useState<Filtering>({})
  const narrow = (part: Partial<ListView>) => {
    onChange({ ...view, ...part, page: 0, cursor: undefined })
  }
  return useDataTable<Payment>({
    data: list?.gateway_payments ?? [],
    columns: useMemo(() => paymentColumns({ text, names, isNarrow }), [text.locale, names, isNarrow]),
    filters: useFilters(channels),
    getRowId: (payment) => payment.id,
    isLoading: !list,
    rowCount: list?.count ?? 0,
    autoResetPageIndex: false,
    search: {
      state: view.q ?? "",
      onSearchChange: (q) => {
        narrow({ q: q.trim() || undefined })
      },
      debounce: 400,
    },
    filtering: {
      state: { ...added, ...filteringOf(view) },
      onFilteringChange: (filtering) => {
        const empty = stillEmpty(filtering)
        setAdded(Object.fromEntries(empty.map((name) => [name, filtering[name]])))
        narrow(viewOf(filtering))
      },
    },
    sorting: {
      state: { id: "created_at", desc: !view.oldest },
      onSortingChange: (sorting) => {
        // A click on the column that is sorted by takes its order away, as Medusa's table sees it: here it turns it round.
        const chosen = sorting as typeof sorting | undefined
        narrow({ oldest: (chosen ? !chosen.desc : !view.oldest) || undefined })
      },
    },
    columnVisibility: { state: hidden, onColumnVisibilityChange: setHidden },
    onRowClick: ({ target }, payment) => {
      if (!(target as Element).closest("a, button")) void navigate(`/gateway-payments/${payment.id}`)
    },
  })
}

function Toolbar({ view }: { view: ListView }) {
  const { t } = useText()
  const download = useDownload()
  return (
    <Named which="div > button:last-child:not(:only-child)" name={(button) => removes(button, t)}>
      <DataTable.Toolbar
        className="flex flex-wrap items-center justify-between gap-2"
        translations={{ clearAll: t("list.clear") }}
      >
        <Heading level="h1">{t("title")}</Heading>
        <div role="search" className="flex flex-wrap items-center gap-2">
          <Named which="input[type=search]" name={() => t("list.search")}>
            <DataTable.Search placeholder={t("list.search_short")} />
          </Named>
          <Named which="button" name={() => t("list.add_filter")}>
            <DataTable.FilterMenu tooltip={t("list.add_filter")} />
          </Named>
          <Named which="button" name={() => t("list.sort")}>
            <DataTable.SortingMenu tooltip={t("list.sort")} />
          </Named>
          <Named which="button" name={() => t("list.columns")}>
            <DataTable.ColumnVisibilityMenu tooltip={t("list.columns")} />
          </Named>
          <BusyButton
            size="small"
            variant="secondary"
            isLoading={download.isPending}
            onClick={() => {
              download.mutate(filtersOf(view))
            }}
          >
            {t("list.export")}
          </BusyButton>
        </div>
      </DataTable.Toolbar>
    </Named>
  )
}

const Nothing = ({ said }: { said: string }) => (
  <p role="status" className="txt-small text-ui-fg-subtle text-center">
    {said}
  </p>
)

/** A filter's own cross: it is named by the filter it takes away. */
function removes(button: Element, t: ReturnType<typeof useText>["t"]): string {
  const filter = button.parentElement?.firstElementChild?.textContent ?? ""
  return button.textContent || t("list.remove_filter", { filter })
}

function useFilters(channels: readonly string[]): DataTableFilter[] {
  const { t, channel, day, locale } = useText()
  return useMemo(() => {
    const now = new Date()
    const last = (days: number) => t("list.last_days", { days })
    return [
      {
        id: "attention",
        type: "radio",
        label: t("list.attention"),
        options: [{ value: "true", label: t("list.needs_attention") }],
      },
      {
        id: "state",
        type: "multiselect",
        label: t("list.state"),
        searchable: false,
        options: states.map((value) => ({ value, label: t(`state.${value}`) })),
      },
      {
        id: "gateway",
        type: "radio",
        label: t("list.gateway"),
        options: gateways.map((value) => ({ value, label: gatewayName(value) })),
      },
      {
        id: "channel",
        type: "multiselect",
        label: t("list.channel"),
        options: channels.map((value) => ({ value, label: channel(value) })),
      },
      {
        id: "created_at",
        type: "date",
        label: t("list.column_created"),
        format: "date",
        rangeOptionLabel: t("list.range"),
        rangeOptionStartLabel: t("list.range_start"),
        rangeOptionEndLabel: t("list.range_end"),
        formatDateValue: (date) => day(date.toISOString()),
        options: [
          { label: t("list.today"), value: daysAgo(0, now) },
          ...[7, 30, 90].map((days) => ({ label: last(days), value: daysAgo(days, now) })),
        ],
      },
    ] satisfies DataTableFilter[]
    // `t` is new in every render; it says something else only in another language.
  }, [channels.join(), locale])
}
