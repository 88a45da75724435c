import Tabular

/// A table that an option of a `series` command names: read record by record in any form that ``Tabular`` knows, with errors that name
/// file, line and what to do.
struct SeriesTable {
  private let path: String
  private let option: String
  private let columns: String
  private let file: TableFile

  /// Opens a file that `option` of the command names and that must have `columns`.
  /// - Throws: ``Failure`` (usage) for a file that is missing, empty or no table.
  init(path: String, option: String, columns: String) throws {
    self.path = path
    self.option = option
    self.columns = columns
    do {
      file = try TableFile(path: path)
    } catch {
      throw Failure.usage(
        SeriesTable.text(error), next: "give \(option) a CSV file with the columns \(columns)")
    }
    if file.headers.isEmpty {
      throw Failure.usage("\(path): the file is empty", next: "give \(option) a CSV file with the columns \(columns)")
    }
  }

  /// The names of the columns.
  var headers: [String] { file.headers }
  /// Line of the header.
  var headerLine: Int { file.headerLine }

  /// The position of a column.
  /// - Throws: ``Failure`` (usage) when there is none of that name.
  func column(_ name: String) throws -> Int {
    guard let found = file.headers.firstIndex(of: name) else {
      throw Failure.usage(
        "\(path): line \(file.headerLine): column \(name) is missing, found \(file.headers.joined(separator: ", "))",
        next: "give \(option) a CSV file with the columns \(columns)")
    }
    return found
  }

  /// Calls `body` for the records below the header until it answers false; blank lines are skipped.
  /// - Throws: ``Failure`` (usage) for records that cannot be cut into at least `fields` valid fields.
  func forEachRecord(fields: Int, _ body: (borrowing Record) throws -> Bool) throws {
    var record = Record()
    do {
      while try file.next(&record) {
        if record.count < fields || record.defect != nil || !record.isValidEncoding {
          if record.isBlank { continue }
          throw Failure.usage("\(path): line \(record.line): \(fault(record, fields: fields))", next: "mend the line")
        }
        if try !body(record) { return }
      }
    } catch let error as TableError {
      throw Failure.usage(SeriesTable.text(error), next: "mend the file")
    }
  }

  private func fault(_ record: borrowing Record, fields: Int) -> String {
    if let defect = record.defect { return defect.rawValue.replacing("_", with: " ") }
    if !record.isValidEncoding { return "not valid \(file.charset.rawValue)" }
    return "\(record.count) fields, at least \(fields) expected"
  }

  private static func text(_ error: TableError) -> String {
    let line = error.line.map { ": line \($0)" } ?? ""
    return "\(error.file)\(line): \(error.sentence)"
  }
}
