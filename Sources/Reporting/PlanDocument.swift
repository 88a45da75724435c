import LabourMarket

/// One plan as a sheet of the workbook, a section of a page and a CSV.
public struct PlanSheet: Hashable, Sendable {
  /// Name of the sheet and of the section.
  public var name: String
  /// What stands above the table: units, totals, progress.
  public var lines: [String]
  /// The rows.
  public var table: ListTable
  /// How it was computed, so that one can do it by hand.
  public var notes: [String]
  /// What stands in the place of the rows where there are none.
  public var empty: String
  /// Columns that stay in sight.
  public var frozen: Int

  /// A sheet from its parts.
  public init(name: String, lines: [String], table: ListTable, notes: [String], empty: String, frozen: Int) {
    self.name = name
    self.lines = lines
    self.table = table
    self.notes = notes
    self.empty = empty
    self.frozen = frozen
  }

  /// What the section of a page shows; at most so many rows, and where the others are.
  func section(_ strings: StringTable, most: Int = .max) -> [String: Any] {
    func text(_ cell: TableCell) -> String { TableText.text(cell, strings, groups: true) }
    let classes = table.columns.map { column in
      switch column.alignment {
      // On a phone a long text has the width of the page.
      case .left: column.width < 24 ? "w" : column.width < 40 ? "wide" : "wide long"
      case .center: "c"
      case .right: "n"
      }
    }
    var out: [String: Any] = [
      "title": name, "lines": lines, "notes": notes, "empty": empty, "hasRows": !table.rows.isEmpty,
      "columns": table.columns.map(\.title),
      "rows": table.rows.prefix(most).map { row -> [String: Any] in
        [
          "cells": zip(row, zip(table.columns, classes)).map { cell, column -> [String: Any] in
            ["text": text(cell), "label": column.0.title, "class": column.1]
          }
        ]
      },
    ]
    if table.rows.count > most { out["more"] = strings("plan.more", TableText.grouped(table.rows.count - most)) }
    return out
  }
}

/// The night's plans for the measures on one workbook and one page.
public struct PlanDocument: Sendable {
  let title: String
  let night: CalendarDay
  let sheets: [PlanSheet]
  let strings: StringTable

  /// A document in a language.
  public init(cityName: String, night: CalendarDay, sheets: [PlanSheet], strings: StringTable) {
    title = strings("plan.title", cityName)
    self.night = night
    self.sheets = sheets
    self.strings = strings
  }

  /// Writes a workbook of one sheet a plan to a file that does not exist yet.
  /// - Parameter folder: where temporary files go.
  public func write(to path: String, temporaryFolder folder: String) throws(WorkbookFault) {
    let book = try Workbook(path: path, folder: folder, title: title, author: strings("author"), created: night)
    for sheet in sheets {
      try TableSheet(book: book, strings: strings).write(
        sheet.table, name: sheet.name, headline: strings("title.sheet", title, sheet.name),
        lines: sheet.lines + sheet.notes, frozen: sheet.frozen, empty: sheet.empty,
        footer: "\(title)　\(sheet.name)　\(night)", tab: 0x2E7D32)
    }
    try book.close()
  }

  /// The page.
  public func html(_ templates: PageTemplates) throws -> String {
    try templates.render(
      "plan",
      [
        "language": strings.language, "title": title, "night": night.description, "back": strings("page.back"),
        "plans": sheets.map { $0.section(strings) },
      ])
  }
}
