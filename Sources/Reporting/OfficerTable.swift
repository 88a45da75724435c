import Assistance
import LabourMarket

/// The columns that officers fill in, and the number by which a row is known when it comes back.
struct OfficerTable {
  let strings: StringTable
  let measureNames: [String: String]

  /// The columns, in the order in which sheets without others have them.
  static let columns: [ListColumn] = [.status, .officer, .hired, .measure, .note, .quietUntil, .alert]

  func column(_ column: ListColumn) -> TableColumn {
    let title = strings("column.\(column.rawValue)")
    switch column {
    case .status: return TableColumn(title, width: 8.5, .center, input: .words(statuses))
    case .officer: return TableColumn(title, width: 8, .center, input: .text)
    case .hired: return TableColumn(title, width: 8, .right, input: .text)
    case .measure: return TableColumn(title, width: 14, input: .words(measures))
    case .note: return TableColumn(title, width: 22, input: .text)
    case .quietUntil: return TableColumn(title, width: 11, .center, input: .text)
    default:
      var number = TableColumn(title, width: 13)
      number.isPrinted = false
      return number
    }
  }

  func cell(_ column: ListColumn, _ entry: OfficerEntry, _ ticket: AlertTicket?) -> TableCell {
    switch column {
    case .status: entry.status.map { .text(strings("status.\($0.rawValue)")) } ?? .empty
    case .officer: entry.officer.isEmpty ? .empty : .text(entry.officer)
    case .hired: persons(entry.hired.map(Double.init))
    case .measure: entry.measure.map { .text(measureNames[$0] ?? $0) } ?? .empty
    case .note: entry.note.isEmpty ? .empty : .text(entry.note)
    case .quietUntil: entry.quietUntil.map { .day($0) } ?? .empty
    default: ticket.map { .ticket($0.text) } ?? .empty
    }
  }

  private var statuses: [String] {
    [AlertStatus.open, .claimed, .acting, .resolved].map { strings("status.\($0.rawValue)") } + [
      strings("status.quiet")
    ]
  }

  private var measures: [String] { measureNames.sorted { $0.key < $1.key }.map(\.value) }
}

/// Forms the table of the chains: their own level, gap and forecast, and the columns that officers fill in.
struct ChainTable {
  let strings: StringTable
  let measureNames: [String: String]
  /// The month that levels are judged by.
  let month: String

  func table(_ chains: [Trend]) -> ListTable {
    let officers = OfficerTable(strings: strings, measureNames: measureNames)
    let columns =
      [
        TableColumn(strings("column.level"), width: 9.5, .center), TableColumn(strings("column.chain"), width: 20),
        TableColumn(strings("column.employed"), width: 9, .right, isSummed: true),
        TableColumn(strings("column.openings"), width: 9, .right, isSummed: true),
        TableColumn(strings("column.rate"), width: 8, .right),
        TableColumn(strings("column.forecast", month), width: 9, .right, isSummed: true),
        TableColumn(strings("column.interval", month), width: 13, .right),
        TableColumn(strings("column.quality"), width: 16),
      ] + OfficerTable.columns.map(officers.column)
    return ListTable(
      columns: columns,
      rows: chains.map { chain in
        let point = chain.forecast.first { $0.month.description == month }
        return [
          .level(chain.level), .text(chain.name), persons(chain.employed),
          chain.openings.map { .count(whole($0)) } ?? .empty, chain.rate.map { .percent($0) } ?? .empty,
          point.map { .count(whole($0.p50)) } ?? .empty,
          point.map { .text("\(TableText.grouped(whole($0.p10)))–\(TableText.grouped(whole($0.p90)))") } ?? .empty,
          .text(ListWords(strings: strings, measureNames: measureNames).quality(chain.quality)),
        ] + OfficerTable.columns.map { officers.cell($0, chain.entry, chain.ticket) }
      }, totalLabel: strings("total.rows"), labelColumn: 1)
  }
}
