import Foundation
import LabourMarket
import Tabular

/// The words and marks of a workbook in which a clerk corrects rejected rows: the writer puts them there, the reader knows the workbook by them.
public struct CorrectionForm: Sendable {
  /// The sheet that explains; a workbook that has it is one of corrections.
  public static func explanation(_ language: ClerkLanguage) -> String {
    language == .chinese ? "更正说明" : "How to correct"
  }

  /// Headings before the row's own cells: file, line, column, reason, sentence, suggestion.
  public static func headings(_ language: ClerkLanguage) -> [String] {
    language == .chinese
      ? ["原文件", "原行号", "问题列", "退回原因", "问题说明", "更正建议"]
      : ["rejected file", "rejected line", "rejected column", "rejected for", "what is wrong", "suggestion"]
  }

  /// The heading of the last column, which says which row it is: `feed/SHA-256 of the file/line`.
  public static func identity(_ language: ClerkLanguage) -> String {
    language == .chinese ? "退回编号（请勿改动）" : "rejection (do not change)"
  }

  /// The heading of cells beyond the header.
  public static func surplus(_ number: Int, _ language: ClerkLanguage) -> String {
    language == .chinese ? "多出的单元格\(number)" : "surplus cell \(number)"
  }

  /// What stands in a cell that was masked.
  public static func masked(_ language: ClerkLanguage) -> String {
    language == .chinese ? "***（已隐去，请重新填写）" : "*** (masked: type it again)"
  }

  private static let known = Set([ClerkLanguage.chinese, .english].flatMap { headings($0) + [identity($0)] })

  /// Whether a text is a heading of such a workbook.
  static func isHeading(_ text: String) -> Bool { known.contains(text) }

  /// Whether a cell holds nothing but what masking left.
  static func isMasked(_ cell: String) -> Bool {
    cell == "***" || [ClerkLanguage.chinese, .english].contains { cell == masked($0) }
  }

  /// A cell's text as it goes into the workbook and is compared later: line ends as `\n`, no other control characters, trimmed.
  public static func plain(_ text: String) -> String {
    let lines = text.replacingOccurrences(of: "\r\n", with: "\n").replacingOccurrences(of: "\r", with: "\n")
    let scalars = lines.unicodeScalars.filter { $0 == "\n" || $0.properties.generalCategory != .control }
    return String(String.UnicodeScalarView(scalars)).trimmingCharacters(in: .whitespacesAndNewlines)
  }
}

/// A rejected row as a clerk sees it in a workbook.
public struct CorrectableRow: Sendable {
  /// The line in its file.
  public let line: Int
  /// The canonical column that is wrong; `nil` where the row as a whole is.
  public let column: String?
  /// The reason code.
  public let reason: RejectionReason
  /// The sentence for the clerk.
  public let message: String
  /// What might be meant.
  public let suggestion: String?
  /// The cells under the file's headers that the feed reads; then those beyond the header.
  public let cells: [String]
  /// Positions of cells that were masked.
  public let masked: Set<Int>
  /// Position of the wrong cell.
  public let wrong: Int?
}

/// The cells of a file's rejected rows under the headers that the feed reads.
public struct CorrectableFile {
  /// The headers.
  public let headers: [String]
  /// The longest text that a cell of a workbook holds.
  static let longestCell = 32_000

  private let program: FeedProgram
  private let fields: [Int]
  private let binding: HeaderBinding
  private let reader: RawRowReader

  /// - Returns: `nil` where the ledger does not know the file's header, or the feed's description no longer fits it.
  public init?(_ file: OpenFile, program: FeedProgram) {
    guard let form = file.form, let header = form.header,
      let binding = try? program.bind(header, isComplete: false)
    else { return nil }
    self.program = program
    self.binding = binding
    fields = binding.usedFields.sorted()
    headers = fields.map { header[$0] }
    reader = RawRowReader(form: form, name: file.name)
  }

  /// The cells of a row: those under ``headers``, then filled ones beyond the file's header. `nil` where its bytes cannot be shown in cells.
  func cells(_ raw: [UInt8]) -> [String]? {
    guard let all = try? reader.cells(raw) else { return nil }
    var cells = fields.map { $0 < all.count ? CorrectionForm.plain(all[$0]) : "" }
    var surplus = all.dropFirst(binding.fieldCount).map(CorrectionForm.plain)
    while surplus.last?.isEmpty == true { surplus.removeLast() }
    cells += surplus
    return cells.contains { $0.utf16.count > Self.longestCell } ? nil : cells
  }

  /// A row for a workbook; `nil` where its bytes cannot be shown in cells.
  public func row(
    line: Int, column: String?, reason: RejectionReason, message: String, raw: [UInt8], _ mending: inout Mending
  ) -> CorrectableRow? {
    guard let cells = cells(raw) else { return nil }
    let wrong = column.flatMap { name in program.schema.columns.firstIndex { $0.name == name } }
      .flatMap { binding.sources[$0].fields.first { $0 >= 0 } }.flatMap { fields.firstIndex(of: $0) }
    let masked = Set(cells.indices.filter { CorrectionForm.isMasked(cells[$0]) })
    return CorrectableRow(
      line: line, column: column, reason: reason, message: message,
      suggestion: wrong.flatMap { mending.suggestion(reason, column: column, cell: cells[$0]) }, cells: cells,
      masked: masked, wrong: wrong)
  }
}
