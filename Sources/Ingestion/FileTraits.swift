import LabourMarket
import Postgres

/// What the calendar of a feed is judged by, gathered while a file is read.
public struct FileTraits: Sendable, Equatable {
  /// The newest clock of its good rows that is not ahead of the run's.
  public var newestKnownAt: LocalTimestamp?
  /// Rows whose clock is more than ``RowMachine/tolerance`` ahead of the run's.
  public var futureRows = 0
  /// Rows that name a chain outside its validity, by chain.
  public var outOfSeason: [String: Int] = [:]
  /// Whether the last row is shorter than the header: the file was cut off on its way.
  public var isCutOff = false
  /// Rows by the region they name.
  public var regions: [String: Int] = [:]
  /// Rows by the chain they name.
  public var chains: [String: Int] = [:]

  /// The series of a file: its name without digits and ending, so that `vacancies-2021-12.csv.gz` follows `vacancies-2021-11.csv`.
  public static func series(of name: String) -> String {
    let lower = name.lowercased()
    let ending = Inbox.endings.filter { lower.hasSuffix($0) }.max { $0.count < $1.count } ?? ""
    return String(lower.dropLast(ending.count).filter { !$0.isNumber })
  }
}

extension FileIngest {
  /// Compares the file's header with that of the feed's last file, and refuses the file where the feed's description says so.
  func checkDrift(_ result: inout FileResult) throws {
    guard let form = result.form, let header = form.header else { return }
    let rows = try context.connection.query(
      context.query("last_header"),
      [
        .text(context.city), .text(feed), .text(program.description.name), .text(FileTraits.series(of: result.name)),
        .text(result.sha256),
      ])
    guard let row = rows.first else { return }
    let drift = HeaderDrift(
      from: try row.strings("header").map { $0 ?? "" }, to: header, by: program,
      isSameSeries: try row.bool("same_series"), isOrdered: form.type != "jsonl")
    let refused = drift.refused(by: program.description.drift)
    guard refused.isEmpty else {
      let told = refused.map { $0.sentence(program.environment.language, description: program.description.file) }
      throw Refusal(
        message: """
          its columns differ from those of \(try row.string("name")), and \(program.description.file) refuses that (drift): \
          \(told.joined(separator: "; ")). Mend the file, or map the column; drift: report takes it as it is.
          """)
    }
    result.drift = drift.changes
  }

  /// Writes what the calendar is judged by.
  func recordTraits(_ result: FileResult) throws {
    guard result.status == .taken else { return }
    let traits = result.traits
    let regions = traits.regions.sorted { $0.key < $1.key }
    let chains = traits.chains.sorted { $0.key < $1.key }
    try context.connection.execute(
      context.query("put_file_traits"),
      [
        .text(context.city), .int(Int(context.runID)), .int(fileNumber), .text(program.description.name),
        .text(FileTraits.series(of: result.name)), .optional(traits.newestKnownAt) { .text($0.description) },
        .int(traits.futureRows), .bool(traits.isCutOff), .texts(regions.map(\.key)), .ints(regions.map(\.value)),
        .texts(chains.map(\.key)), .ints(chains.map(\.value)),
      ])
  }
}

extension RowMachine {
  /// Microseconds by which a row's clock may be ahead of the run's: the sources' clocks and time zones differ.
  static let tolerance = 86_400_000_000

  /// What the calendar is judged by, of the rows so far.
  var traits: FileTraits {
    var traits = FileTraits()
    if newestClock > .min {
      traits.newestKnownAt = LocalTimestamp(seconds: Int((Double(newestClock) / 1e6).rounded(.down)))
    }
    traits.futureRows = futureRows
    traits.outOfSeason = seasons?.rows(program) ?? [:]
    traits.isCutOff = shortRow > 0 && shortRow == read + skipped
    for (index, column) in program.schema.columns.enumerated() {
      switch column.kind {
      case .region: traits.regions = tally(index)
      case .chain: traits.chains = tally(index)
      default: break
      }
    }
    return traits
  }
}
