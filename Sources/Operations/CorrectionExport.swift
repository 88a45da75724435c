import Foundation
import Ingestion
import LabourMarket
import Postgres
import Reporting

/// `labourwatch quarantine export`: writes open rows of the quarantine as a workbook that a clerk corrects and drops back into the inbox.
public struct CorrectionExport {
  /// What was written.
  public struct Outcome: Sendable {
    /// Rows in the workbook.
    public var rows = 0
    /// Open rows that only their file brings back: the ledger does not know its header, or their bytes hold no cells.
    public var leftOut = 0
  }

  /// Most rows of one workbook.
  public static let mostRows = 50_000

  private let session: Session
  private let isChinese: Bool
  private let language: ClerkLanguage

  /// An export in a session.
  public init(session: Session) {
    self.session = session
    isChinese = session.profile.language == .chinese
    language = isChinese ? .chinese : .english
  }

  /// Writes the workbook, whole or not at all.
  /// - Parameters:
  ///   - path: a file that ends in `.xlsx`.
  ///   - filter: feed and reason.
  ///   - file: only rows of the file whose SHA-256 begins so.
  /// - Throws: ``Failure`` where no row is open.
  public func write(to path: String, _ filter: Quarantine.Filter, file: String?) throws -> Outcome {
    guard path.lowercased().hasSuffix(".xlsx") else {
      throw Failure.usage("--output \(path): rows to be corrected go into a workbook.", next: "End its name in .xlsx.")
    }
    try FileSystem.requireWritable(file: path, "--output")
    _ = try Quarantine(session: session).values(filter)
    let prefix = try file.map { try Quarantine.place($0).file }
    var outcome = Outcome()
    let groups = try groups(filter, prefix, &outcome)
    guard outcome.rows > 0 else {
      throw Failure.usage(
        outcome.leftOut > 0
          ? "None of the \(outcome.leftOut) open rows can be shown in a workbook: only their files bring them back."
          : "No such row is open in the quarantine.", next: "`labourwatch quarantine list` shows which there are.")
    }
    try writeWorkbook(path, groups, outcome)
    return outcome
  }

  // MARK: Rows

  /// Rows of one description under one header.
  private struct Group {
    let description: FeedDescription
    let headers: [String]
    var rows: [(file: OpenFile, row: CorrectableRow)] = []
  }

  private func groups(_ filter: Quarantine.Filter, _ prefix: String?, _ outcome: inout Outcome) throws -> [Group] {
    let descriptions = try FeedSetup.descriptions(session.profile)
    let environment = try FeedSetup.environment(session, needsKey: false)
    let context = session.ingestContext(run: 0)
    var groups: [Group] = []
    for file in try OpenFile.list(context, feed: filter.feed.flatMap { Feed(rawValue: $0) })
    where prefix.map(file.sha256.hasPrefix) ?? true {
      let rows = try session.connection.query(
        session.queries["ingestion/open_rows"],
        [
          .text(session.profile.city), .text(file.feed.rawValue), .text(file.sha256),
          .optional(filter.reason) { .text($0) },
        ])
      guard !rows.isEmpty else { continue }
      guard let description = FeedSetup.description(of: file.feed, file.name, among: descriptions),
        case let program = FeedProgram(description, environment: environment),
        let correctable = CorrectableFile(file, program: program)
      else {
        outcome.leftOut += rows.count
        continue
      }
      var mending = Mending(program)
      let at = groups.firstIndex { $0.description.file == description.file && $0.headers == correctable.headers }
      var group = at.map { groups[$0] } ?? Group(description: description, headers: correctable.headers)
      for row in rows {
        guard outcome.rows < Self.mostRows, let reason = RejectionReason(rawValue: try row.string("reason")),
          let shown = correctable.row(
            line: try row.int("line"), column: try row.optionalString("column_name"), reason: reason,
            message: try row.string("message"), raw: try row.bytes("raw"), &mending)
        else {
          outcome.leftOut += 1
          continue
        }
        group.rows.append((file, shown))
        outcome.rows += 1
      }
      guard !group.rows.isEmpty else { continue }
      if let at { groups[at] = group } else { groups.append(group) }
    }
    return groups
  }

  // MARK: The workbook

  private func writeWorkbook(_ path: String, _ groups: [Group], _ outcome: Outcome) throws {
    var names: Set<String> = [CorrectionForm.explanation(language)]
    let tables = groups.map { group in table(group, name: Self.sheetName(group.description.title, &names)) }
    let workbook = ClerkWorkbook(
      title: CorrectionForm.explanation(language),
      explanation: (CorrectionForm.explanation(language), explanation(outcome, tables.map(\.name))), tables: tables)
    let folder = FileManager.default.temporaryDirectory.path + "/labourwatch-\(getpid())-correction"
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let draft = folder + "/draft.xlsx"
    try workbook.write(to: draft, temporaryFolder: folder, created: session.clock.local.day)
    try FileSystem.write(try Data(contentsOf: URL(fileURLWithPath: draft)), to: path, whole: true)
  }

  /// A name for a sheet: without the characters that sheets may not have, at most 28 characters, no two alike.
  private static func sheetName(_ title: String, _ taken: inout Set<String>) -> String {
    let plain = String(title.map { "[]:*?/\\'".contains($0) ? " " : $0 }.prefix(24))
    var name = plain
    var number = 2
    while taken.contains(name) {
      name = "\(plain) \(number)"
      number += 1
    }
    taken.insert(name)
    return name
  }

  private func table(_ group: Group, name: String) -> ClerkWorkbook.Table {
    let surplus = min(16, group.rows.map { max(0, $0.row.cells.count - group.headers.count) }.max() ?? 0)
    let extra = surplus > 0 ? (1...surplus).map { CorrectionForm.surplus($0, language) } : []
    let width = group.headers.count + surplus
    let widths: [Double] = [18, 8, 14, 20, 46, 22]
    var columns = zip(CorrectionForm.headings(language), widths).map { ClerkWorkbook.Column($0, width: $1, .remark) }
    columns += (group.headers + extra).enumerated().map { index, header in
      let longest = group.rows.lazy.prefix(200).map { index < $0.row.cells.count ? $0.row.cells[index].count : 0 }.max()
      return ClerkWorkbook.Column(header, width: Double(min(34, max(11, (longest ?? 0) + 3))), .input)
    }
    columns.append(ClerkWorkbook.Column(CorrectionForm.identity(language), width: 14, .identity))
    let rows = group.rows.map { file, row in
      remarks(file, row, group) + (0..<width).map { cell(row, $0) } + [
        ("\(file.feed.rawValue)/\(file.sha256)/\(row.line)", .identity)
      ]
    }
    let lines =
      isChinese
      ? [
        "\(group.description.title)：待更正 \(rows.count) 行",
        "请在深色表头下改正（黄色为有问题的单元格，橙色须重新填写），保存后放回收件箱。不要改动表头、最后一列和“\(CorrectionForm.explanation(language))”工作表。",
      ]
      : [
        "\(group.description.title): \(rows.count) rows to correct",
        "Correct below the dark headers (yellow: what is wrong, orange: type it again), save, and put the file into the inbox. Leave headers, the last column and the sheet “\(CorrectionForm.explanation(language))” as they are.",
      ]
    return ClerkWorkbook.Table(name: name, lines: lines, columns: columns, rows: rows)
  }

  private func remarks(
    _ file: OpenFile, _ row: CorrectableRow, _ group: Group
  ) -> [(text: String, mark: ClerkWorkbook.Mark)] {
    let schema = group.description.schema
    let column = row.column.flatMap { schema.column($0) }
    let title =
      row.wrong.map { group.headers[$0] } ?? column.map { isChinese ? $0.headers.first ?? $0.name : $0.name } ?? ""
    return [
      file.name, "\(row.line)", title,
      isChinese ? "\(row.reason.title(language))（\(row.reason.rawValue)）" : row.reason.rawValue, row.message,
      row.suggestion ?? "",
    ].map { (CorrectionForm.plain($0), .remark) }
  }

  private func cell(_ row: CorrectableRow, _ index: Int) -> (text: String, mark: ClerkWorkbook.Mark) {
    guard index < row.cells.count else { return ("", .input) }
    if row.masked.contains(index) { return (CorrectionForm.masked(language), .masked) }
    return (row.cells[index], row.wrong == index ? .wrong : .input)
  }

  private func explanation(
    _ outcome: Outcome, _ sheets: [String]
  ) -> [(text: String, mark: ClerkWorkbook.Mark?)] {
    let list = sheets.joined(separator: isChinese ? "、" : ", ")
    if isChinese {
      return [
        ("退回数据更正说明", nil),
        ("本工作簿列出被退回的 \(outcome.rows) 行数据，请在工作表“\(list)”中更正。每行左侧灰色部分说明原文件、行号、退回原因和建议；深色表头下是该行原来的内容。", nil),
        ("1. 对照“问题说明”和“更正建议”，改正深色表头下的单元格。建议只供参考，请以证照和原始材料为准。", nil),
        ("黄色：有问题的单元格", .wrong), ("橙色：个人信息已隐去，改这一行时必须重新填写（系统只保存假名，不保存证件号码）", .masked),
        ("2. 不需要更正的行不要动，或删去整行：没有改动的行和删去的行仍留在退回区，不受影响。", nil),
        ("3. 不要改动表头、最后一列“\(CorrectionForm.identity(language))”、工作表名称和本页；不要合并单元格。", nil),
        ("4. 保存为 .xlsx，放回收件箱（inbox）文件夹。文件名可以自定。下一次采集时，改动过的行按原文件中的位置重新检查：通过的入库，仍有错误的继续退回。", nil),
        ("5. 同一个文件放入两次不会重复入库。含有个人信息的更正文件用完后请从收件箱取出并妥善保管。", nil),
      ] + (outcome.leftOut > 0 ? [("另有 \(outcome.leftOut) 行不能在此更正，请更正原文件后重新报送。", nil)] : [])
    }
    return [
      ("How to correct rejected rows", nil),
      (
        "This workbook holds \(outcome.rows) rejected rows, in the sheets \(list). The grey cells on the left say where a row stands, why it was rejected and what may be meant; below the dark headers stands what the row held.",
        nil
      ),
      (
        "1. Correct the cells below the dark headers by what is wrong and what is suggested. A suggestion is only one: compare it with the documents.",
        nil
      ),
      ("Yellow: the cell that is wrong", .wrong),
      ("Orange: a person's data, masked; type it again when you correct the row (only a pseudonym is stored)", .masked),
      ("2. Leave rows alone that you do not correct, or delete them: they stay open either way.", nil),
      ("3. Leave headers, the last column, the names of sheets and this page as they are; merge no cells.", nil),
      (
        "4. Save as .xlsx and put it into the inbox, under any name. Rows that you changed are checked anew at their place in their file: what passes is taken, what is still wrong stays open.",
        nil
      ),
      ("5. The same workbook twice does no harm. Take a workbook with personal data out of the inbox afterwards.", nil),
    ] + (outcome.leftOut > 0 ? [("\(outcome.leftOut) more rows cannot be corrected here: mend their files.", nil)] : [])
  }
}

extension RejectionReason {
  /// The reason in a clerk's words.
  func title(_ language: ClerkLanguage) -> String {
    switch (self, language) {
    case (.fieldCount, .chinese): "列数不符"
    case (.invalidEncoding, .chinese): "乱码"
    case (.missingValue, .chinese): "必填项缺失"
    case (.notANumber, .chinese): "不是数字"
    case (.invalidDate, .chinese): "日期无效"
    case (.outOfRange, .chinese): "超出范围"
    case (.inconsistent, .chinese): "前后矛盾"
    case (.invalidCreditCode, .chinese): "信用代码有误"
    case (.invalidPersonID, .chinese): "身份证号有误"
    case (.unknownRegion, .chinese): "地区无法识别"
    case (.unknownChain, .chinese): "产业链无法识别"
    case (.unknownOccupation, .chinese): "职业无法识别"
    case (.unknownStatus, .chinese): "状态无法识别"
    case (_, .english): rawValue.replacingOccurrences(of: "_", with: " ")
    }
  }
}
