import Assistance
import CLibXLSXWriter
import LabourMarket

/// Writes a list as a workbook: shortages, enterprises, surpluses, explanations with charts, and the chains.
public struct WorkbookWriter: Sendable {
  let list: ShortageList
  let strings: StringTable
  let measureNames: [String: String]
  let limits: ListLimits

  /// A writer of one list.
  /// - Parameter measureNames: names of the measures by their code, in the language of the list.
  public init(list: ShortageList, strings: StringTable, measureNames: [String: String], limits: ListLimits) {
    self.list = list
    self.strings = strings
    self.measureNames = measureNames
    self.limits = limits
  }

  /// Writes the workbook to a file that does not exist yet.
  /// - Parameter folder: where temporary files go.
  /// - Throws: ``WorkbookFault``.
  public func write(to path: String, temporaryFolder folder: String) throws(WorkbookFault) {
    let notes = Notes(header: list.header, strings: strings)
    let book = try Workbook(
      path: path, folder: folder, title: notes.title, author: strings("author"), created: list.header.night)
    let shortages = ShortageTable(
      header: list.header, strings: strings, measureNames: measureNames, omitted: limits.omitted)
    let details = DetailTables(strings: strings)
    let hasOccupations = !limits.omitted.contains(.occupation)
    let rows = shortages.table(list.rows, limit: limits.rows, whole: list.whole)
    let frozen = shortages.shown.prefix { [.rank, .level, .chain, .region, .occupation].contains($0) }.count
    try writeSheet(
      book, "shortages", rows, notes, lines: [notes.unitLine, notes.summaryLine(list)], frozen: frozen,
      hasRest: list.rows.count > limits.rows, tab: 0xC62828)
    try writeSheet(
      book, "enterprises",
      details.enterprises(
        list.enterprises, limit: limits.enterprises,
        hasContacts: list.enterprises.contains { $0.contact != nil || $0.phone != nil },
        hasOccupations: hasOccupations), notes,
      lines: [strings("unit.enterprises", horizonMonth, notes.currency)], frozen: 2,
      hasRest: list.enterprises.count > limits.enterprises, tab: 0x1565C0)
    try writeSheet(
      book, "surpluses",
      details.surpluses(
        list.surpluses, hasContacts: list.surpluses.contains { $0.contact != nil || $0.phone != nil }), notes,
      lines: [strings("unit.surpluses")], frozen: 2, hasRest: false, tab: 0x2E7D32)
    try writeNotes(book, notes)
    let chains = ChainTable(strings: strings, measureNames: measureNames, month: horizonMonth)
    try writeSheet(
      book, "chains", chains.table(list.chains), notes, lines: [strings("unit.chains")], frozen: 2, hasRest: false,
      tab: 0xB45309)
    try book.placeOffers(on: strings("sheet.words"))
    try book.close()
  }

  private var horizonMonth: String {
    let header = list.header
    return header.months.indices.contains(header.horizon - 1) ? header.months[header.horizon - 1].description : ""
  }

  private func writeSheet(
    _ book: Workbook, _ key: String, _ table: ListTable, _ notes: Notes, lines: [String], frozen: Int, hasRest: Bool,
    tab: UInt32
  ) throws(WorkbookFault) {
    let name = strings("sheet.\(key)")
    let headline = key == "shortages" ? notes.title : strings("title.sheet", notes.title, name)
    try TableSheet(book: book, strings: strings).write(
      table, name: name, headline: headline, lines: lines, frozen: frozen, hasRest: hasRest,
      empty: strings("empty.\(key)"),
      footer: "\(notes.title)　\(list.header.night)", tab: tab)
  }
}
