import Foundation
import Ingestion
import LabourMarket
import Postgres
import Tabular

/// `labourwatch feeds check`: explains a feed's description and shows what it makes of a sample; no database is needed.
public struct FeedsCheck {
  private let profile: Profile
  private let resources: Resources
  private let configuration: Session.Configuration

  /// A check with the reference data of a profile.
  /// - Throws: ``Failure`` (usage) when the profile is at fault.
  public init(_ configuration: Session.Configuration) throws {
    self.configuration = configuration
    resources = try Resources.locate(environment: configuration.environment)
    profile = try Profile(folder: Session.profileFolder(configuration.profile, resources: resources))
  }

  /// The feeds of the profile as a table.
  public func list() throws -> String {
    let rows = try FeedSetup.descriptions(profile).map { description in
      let files = description.patterns + (description.source == nil ? [] : ["(pulled)"])
      return [description.name, description.feed.rawValue, description.title, files.joined(separator: " ")]
    }
    return TextTable.render([["name", "feed", "title", "files"]] + rows)
  }

  /// Explains a description, and what it makes of a sample.
  /// - Parameters:
  ///   - file: the description.
  ///   - sample: a file of the feed; `nil` for none.
  ///   - pull: whether the first page of the feed's source is asked for and shown as a sample; nothing of it is kept.
  ///   - rows: rows of the sample to show.
  /// - Returns: the text, and how the sample would fare: taken, with rejected rows, or refused as a whole.
  public func check(_ file: String, sample: String?, pull: Bool = false, rows: Int) throws -> (
    text: String, status: ExitStatus
  ) {
    let description: FeedDescription
    do {
      description = try FeedDescription(contentsOf: file)
    } catch let fault as YAMLFault {
      throw Failure.usage(fault.description, next: "Mend the description; `docs/feeds.md` explains every key.")
    }
    let program = FeedProgram(
      description,
      environment: FeedEnvironment(
        reference: profile.reference, referenceDigest: profile.referenceDigest,
        pseudonymKey: try PseudonymKey(bytes: Array("only for a preview".utf8)), timeZone: profile.timeZone,
        language: profile.language == .chinese ? .chinese : .english))
    if pull { return try self.pull(program, rows: rows) }
    guard let sample else { return (explain(description), .done) }
    return try check(sample, program, rows: rows)
  }

  /// Asks the source for its first page, which stands in a file of the owner's alone while it is looked at.
  private func pull(_ program: FeedProgram, rows: Int) throws -> (text: String, status: ExitStatus) {
    let description = program.description
    let clock = RunClock.real(zone: profile.timeZone)
    let environment = SourcePull.Environment(
      folder: "", variables: configuration.environment, queries: QueryCatalog(root: resources.queries),
      clock: clock.unixSeconds, localClock: clock.local)
    guard let source = SourcePull(program, environment) else {
      throw Failure.usage(
        "\(description.file): the feed has no source to pull from: it comes in files.", next: "Use --sample FILE.")
    }
    var template = Array("/tmp/labourwatch-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Failure(.failed, "No folder can be made in /tmp.") }
    let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { FileSystem.remove(folder) }
    do {
      try source.sample(into: folder + "/first-page.jsonl", rows: rows)
    } catch let fault as SourceFault {
      throw Failure(fault.isConfiguration ? .usage : .failed, "The source of \(description.name): \(fault)")
    }
    return try check(folder + "/first-page.jsonl", source.program, rows: rows)
  }

  private func check(
    _ sample: String, _ program: FeedProgram, rows: Int
  ) throws -> (text: String, status: ExitStatus) {
    let description = program.description
    // A pipe or a device would be waited for.
    if access(sample, F_OK) == 0, FileStamp(path: sample) == nil {
      throw Failure(.failed, "The sample \(sample) is no file.", next: "Name a file as it drops into the inbox.")
    }
    do {
      let preview = try FeedPreview(of: sample, by: program, limit: rows)
      let status: ExitStatus =
        preview.refusal != nil ? .failed : preview.counts.rejected > 0 ? .incomplete : .done
      return (explain(description) + "\n" + explain(preview, program, sample), status)
    } catch let error as TableError {
      throw Failure(.failed, "The sample would be refused as a whole. \(error)")
    } catch let error as HeaderFault {
      throw Failure(.failed, "The sample \(sample) would be refused as a whole: \(error)")
    }
  }

  private func explain(_ description: FeedDescription) -> String {
    var lines = [
      "\(description.file): \(description.title), feed \(description.feed.rawValue)"
    ]
    if !description.patterns.isEmpty {
      lines.append(
        "  files: \(description.patterns.joined(separator: ", ")) (\(Inbox.endings.joined(separator: ", ")))")
    }
    if let source = description.source {
      lines += source.explanation.map { "  " + $0 }
      for name in source.secretOrigins {
        let isThere = name.contains("/") ? FileSystem.exists(name) : configuration.environment[name]?.isEmpty == false
        lines.append("  secret: \(name), \(isThere ? "set" : "not set")")
      }
    }
    let schema = description.schema
    let keys = schema.columns.filter { $0.role == .key }.map(\.name).joined(separator: ", ")
    let clock = schema.columns.first { $0.role == .clock }?.name
    lines.append("  a record is known by: \(keys); its versions are ordered by: \(clock ?? "their receipt")")
    let compared = (description.comparisons ?? schema.comparisons).map { "\($0.left) <= \($0.right)" }
    if !compared.isEmpty { lines.append("  must hold: \(compared.joined(separator: ", "))") }
    lines.append(
      "  credit codes: "
        + (description.creditCodes == .check
          ? "GB 32100-2015 with check digits, \(description.acceptedCodes.count) accepted all the same"
          : "any identifier"))
    for (name, word) in description.unknownWords.sorted(by: { $0.key < $1.key }) where word == .empty {
      lines.append("  \(name): a word that the reference data do not know counts as empty")
    }
    if let share = description.maxRejectedShare {
      lines.append("  a file of whose rows more than \(share) are rejected is refused as a whole")
    }
    if description.future == .reject { lines.append("  rows dated more than a day after the run's clock are rejected") }
    lines.append(
      "  calendar: "
        + (description.calendar?.summary ?? "none, so it is never late (calendar: {every: 7d} says when it is due)"))
    let refused = HeaderDrift.Kind.allCases.filter { description.drift[$0] == .refuse }.map(\.rawValue)
    lines.append(
      "  columns that differ from the last file's are reported"
        + (refused.isEmpty ? "" : "; a file is refused for: \(refused.joined(separator: ", "))"))
    return lines.joined(separator: "\n") + "\n"
  }

  private func explain(_ preview: FeedPreview, _ program: FeedProgram, _ sample: String) -> String {
    let form = preview.form
    let delimiter = form.delimiter.map { $0 == "\t" ? ", separated by tab" : ", separated by \($0)" } ?? ""
    var text = "\(sample): \(form.type), \(form.charset)\(form.type == "csv" ? delimiter : "")\n"
    text += TextTable.render(
      [["column", "", "from"]]
        + preview.columns.map { [$0.name, $0.isRequired ? "required" : "", $0.source.isEmpty ? "—" : $0.source] })
    if !preview.unknownColumns.isEmpty {
      text += "ignored, because the feed does not know them: \(preview.unknownColumns.joined(separator: ", "))\n"
    }
    for difference in preview.differences { text += "differs from the description: \(difference)\n" }
    let shown = preview.columns.indices.filter { !preview.columns[$0].source.isEmpty }
    let good = preview.rows.filter { $0.rejection == nil }
    text += "\nfirst rows as they would be stored:\n"
    text += TextTable.render(
      [["line"] + shown.map { preview.columns[$0].name }]
        + good.map { row in ["\(row.line)"] + shown.map { row.values[$0] ?? "" } })
    for row in preview.rows { if let why = row.rejection { text += "line \(row.line) rejected: \(why)\n" } }
    let counts = preview.counts
    text += "\nread \(counts.read), rejected \(counts.rejected), skipped \(counts.skipped)\n"
    for (reason, count) in counts.rejectedByReason.sorted(by: { $0.key < $1.key }) { text += "  \(reason) \(count)\n" }
    if let refusal = preview.refusal { text += "\nThe sample would be refused as a whole: \(refusal)\n" }
    return text
  }
}
