import Assistance
import Foundation
import Ingestion
import LabourMarket
import Reporting
import Tabular

/// The headings by which a list is known that officers filled in.
struct OfficerHeadings: Sendable {
  /// The column of each heading, folded.
  private let columns: [String: ListColumn]
  /// The names of the sheets that officers fill in.
  private let sheets: [String]

  /// Other words that officers write above the columns.
  private static let others: [(column: ListColumn, words: [String])] = [
    (.status, ["办理状态", "预警状态", "状态"]), (.officer, ["经办人", "责任人", "专员", "责任专员"]),
    (.hired, ["招聘人数", "办结招聘人数", "已招人数", "招到人数", "结果", "persons hired"]),
    (.measure, ["见效措施", "措施", "measure"]), (.note, ["办理说明", "说明", "备注", "办理情况", "note"]),
    (.quietUntil, ["暂不提醒至", "静默至", "quiet until"]), (.alert, ["预警编号", "alert number"]),
  ]

  /// The headings in both languages of the lists.
  /// - Throws: `StringTable.Fault` where texts are missing.
  init(resources: Resources) throws {
    var columns: [String: ListColumn] = [:]
    for other in Self.others {
      for word in other.words { columns[LooseText.folded(word)] = other.column }
    }
    var sheets: [String] = []
    for language in Profile.Language.allCases {
      let strings = try StringTable(language: language.rawValue, folder: resources.templates)
      for other in Self.others { columns[LooseText.folded(strings("column.\(other.column.rawValue)"))] = other.column }
      sheets += ["shortages", "chains"].map { strings("sheet.\($0)") }
    }
    self.columns = columns
    self.sheets = sheets
  }

  /// The column of a heading; `nil` where officers do not fill it in.
  func column(_ heading: String) -> ListColumn? { columns[LooseText.folded(heading)] }

  /// Whether headings are those of a sheet that officers fill in: the number, and something to write.
  func fit(_ headers: [String]) -> Bool {
    let found = Set(headers.compactMap(column))
    return found.contains(.alert) && found.count > 1
  }

  /// Whether a workbook is such a list: whether a sheet bears the alerts' numbers beside what officers write.
  /// - Parameter anySheet: look into sheets of any name, and not only into those with the names that the program gives them; that reads all
  ///   of the workbook up to the first such sheet.
  func isList(_ path: String, anySheet: Bool) -> Bool {
    let choices = anySheet ? [FileFormat.Sheet.allVisible] : sheets.map { .name($0) }
    return choices.contains { sheet in
      let format = FileFormat(type: .xlsx, sheet: sheet)
      guard let file = try? TableFile(path: path, format: format, isHeader: { column($0) != nil }) else { return false }
      var record = Record()
      repeat { if fit(file.headers) { return true } } while anySheet && (try? file.next(&record)) == true
      return false
    }
  }
}

/// A list's workbook that officers filled in and dropped into the inbox.
struct OfficerListFile {
  /// A row of it that bears a number or an officer's words.
  struct Row {
    /// The sheet, its place among those read, and the row in it.
    var sheet: String, sheetNumber: Int, row: Int
    /// The cells that officers fill in, and the number; trimmed, persons' numbers masked.
    var cells: [ListColumn: String]

    /// The row as a number that no two rows of a workbook share: rows of further sheets count from 10,000,000 times the sheet.
    var line: Int { row + (sheetNumber > 1 ? sheetNumber * 10_000_000 : 0) }

    /// The cells as a line of CSV, for the quarantine.
    var raw: String {
      CSVQuoting.line(([ListColumn.alert] + OfficerListFile.columns).map { cells[$0] ?? "" })
    }
  }

  /// The columns that officers fill in.
  static let columns: [ListColumn] = [.status, .officer, .hired, .measure, .note, .quietUntil]

  /// The file in the inbox.
  let file: InboxFile
  /// Its rows, sheet by sheet.
  let rows: [Row]
  /// Rows without a number and without an officer's word: sums, and what officers added for themselves.
  let skipped: Int

  /// Reads a workbook.
  /// - Throws: `TableError` when it cannot be read.
  init(_ file: InboxFile, headings: OfficerHeadings) throws {
    self.file = file
    let table = try TableFile(
      path: file.path, name: PersonNumbers.masked(file.name), format: FileFormat(type: .xlsx, sheet: .allVisible)
    ) { headings.column($0) != nil }
    var rows: [Row] = []
    var skipped = 0
    var record = Record()
    var generation = -1
    var sheet = 0
    var places: [ListColumn: Int] = [:]
    while try table.next(&record) {
      if table.headerGeneration != generation {
        generation = table.headerGeneration
        sheet += 1
        places = [:]
        for (index, heading) in table.headers.enumerated() where headings.fit(table.headers) {
          if let column = headings.column(heading), places[column] == nil { places[column] = index }
        }
      }
      guard !record.isBlank else { continue }
      var cells = places.mapValues { Self.normal(record.string($0)) }.filter { !$0.value.isEmpty }
      if let place = places[.alert], case let text = record.string(place).trimmingCharacters(in: .whitespaces),
        let ticket = AlertTicket(text), Self.normal(ticket.fingerprint) == ticket.fingerprint
      {
        // The digits of a number's check are nobody's.
        cells[.alert] = text
      }
      if cells.isEmpty {
        skipped += 1
      } else {
        rows.append(Row(sheet: table.sheetName ?? "", sheetNumber: sheet, row: record.line, cells: cells))
      }
    }
    self.rows = rows
    self.skipped = skipped
  }

  /// A text as it is stored, printed and compared: one line, single spaces, persons' and mobile numbers masked.
  static func normal(_ text: String) -> String {
    let words = text.split {
      $0.isWhitespace || $0.unicodeScalars.allSatisfy { $0.properties.generalCategory == .control }
    }
    return PersonNumbers.masked(words.joined(separator: " "))
  }
}

/// A cell that cannot be read as what it should be.
struct OfficerFault: Error {
  /// What is wrong.
  enum Kind {
    case status, notWhole, persons, measure, day, tooLong(Int)
  }

  let column: ListColumn
  let kind: Kind
}

/// Reads the cells of a row as what an officer asks for.
struct OfficerRowReader {
  /// The measures' codes by their folded spellings.
  private let measures: [String: String]
  /// Most characters of a name and of a word.
  private static let longestName = 40, longestNote = 500
  /// Most persons that one alert can have brought into work.
  private static let mostPersons = 1_000_000

  /// A reader for a profile's measures, in all languages of its lists.
  init(profile: Profile) throws {
    var measures: [String: String] = [:]
    for language in Profile.Language.allCases {
      let names = try ReportNames(profile: profile, language: language).measures
      for lever in profile.reference.levers {
        for spelling in [lever.code, lever.name, lever.nameEN, names[lever.code] ?? ""] where !spelling.isEmpty {
          measures[LooseText.folded(spelling)] = lever.code
        }
      }
    }
    self.measures = measures
  }

  /// A digest of all by which rows are read: another one makes the program look at a workbook again.
  var rules: String {
    var digest = SHA256Digest()
    digest.update("officers' lists 1\n")
    for (spelling, code) in measures.sorted(by: { $0.key < $1.key }) { digest.update("\(spelling)\t\(code)\n") }
    return digest.hex()
  }

  /// What a row asks for.
  /// - Throws: ``OfficerFault`` for the first cell that cannot be read.
  func request(_ cells: [ListColumn: String]) throws(OfficerFault) -> OfficerRequest {
    var request = OfficerRequest(OfficerEntry(officer: cells[.officer] ?? "", note: cells[.note] ?? ""))
    guard request.entry.officer.count <= Self.longestName else {
      throw OfficerFault(column: .officer, kind: .tooLong(Self.longestName))
    }
    guard request.entry.note.count <= Self.longestNote else {
      throw OfficerFault(column: .note, kind: .tooLong(Self.longestNote))
    }
    if let text = cells[.status] {
      switch OfficerWord(text) {
      case .status(let status)?: request.entry.status = status
      case .quiet?: request.asksForQuiet = true
      case nil: throw OfficerFault(column: .status, kind: .status)
      }
    }
    if let text = cells[.hired] {
      request.hidesHired = Text.folded(text) == "<5"
      request.entry.hired = request.hidesHired ? 0 : try persons(text)
    }
    if let text = cells[.measure] {
      guard let code = measures[LooseText.folded(text)] else { throw OfficerFault(column: .measure, kind: .measure) }
      request.entry.measure = code
    }
    if let text = cells[.quietUntil] {
      guard let day = SheetCell.day(text) else { throw OfficerFault(column: .quietUntil, kind: .day) }
      request.entry.quietUntil = day
    }
    return request
  }

  private func persons(_ text: String) throws(OfficerFault) -> Int {
    guard let number = SheetCell.number(text) else { throw OfficerFault(column: .hired, kind: .notWhole) }
    guard number >= 0, number <= Double(Self.mostPersons) else { throw OfficerFault(column: .hired, kind: .persons) }
    guard number.rounded() == number else { throw OfficerFault(column: .hired, kind: .notWhole) }
    return Int(number)
  }
}
