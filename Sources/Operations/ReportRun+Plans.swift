import Assistance
import Foundation
import LabourMarket
import Postgres
import Reporting
import Tabular

/// The plans for the measures: beside the index as a workbook, a page and CSV files, and in the database.
extension ReportRun {
  /// Writes the plans.
  /// - Returns: whether the profile has measures.
  func writePlans(_ builder: ReportBuilder, _ staging: ListFolder, _ templates: PageTemplates) throws -> Bool {
    let sheets = builder.planSheets
    guard !sheets.isEmpty else { return false }
    let settings = builder.settings
    let file = builder.strings("file.plan")
    let document = PlanDocument(
      cityName: builder.names.city, night: night, sheets: sheets.map(\.sheet), strings: builder.strings)
    if settings.formats.contains(.xlsx) {
      try staging.add("\(file).xlsx") { path, temporary in try document.write(to: path, temporaryFolder: temporary) }
    }
    if settings.formats.contains(.html) {
      try staging.add("\(file).html", Data(try document.html(templates).utf8))
    }
    if settings.formats.contains(.csv) { try writePlanTables(sheets, builder, staging, folder: nil) }
    return true
  }

  /// Writes each plan as a CSV file.
  func writePlanTables(
    _ sheets: [(key: String, sheet: PlanSheet)], _ builder: ReportBuilder, _ staging: ListFolder, folder: String?
  ) throws {
    for (key, sheet) in sheets {
      let bytes = try CSVList.bytes(
        sheet.table, builder.strings, charset: builder.settings.usesGB18030 ? .gb18030 : .utf8WithMark)
      try staging.add("\(folder.map { $0 + "/" } ?? "")\(builder.strings("file.\(key)")).csv", Data(bytes))
    }
  }

  /// Records the plans beside the lists of the same run.
  func recordPlans(_ builder: ReportBuilder) throws {
    try put("measures", builder.measureRecords)
    try put("fairs", builder.fairRecords)
    try put("classes", builder.classRecords)
  }

  private func put(_ table: String, _ records: [some Encodable]) throws {
    guard !records.isEmpty else { return }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    try session.connection.execute(
      session.queries.query("reporting/put_\(table)"),
      [
        .text(session.profile.city), .int(Int(run.id.value)),
        .json(String(decoding: try encoder.encode(records), as: UTF8.self)),
      ])
  }
}
