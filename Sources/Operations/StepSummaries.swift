import Assistance

/// What became of the rows of one feed in one run (contract section 6): read = inserted + updated + late + unchanged + rejected.
public struct FeedSummary: Encodable, Sendable {
  /// The feed's name.
  public var feed: String
  /// The files that were read for it.
  public var files: [File]
  /// The pulls from its source; their rows are among those of the files.
  public var pulls: [Pull] = []
  /// Rows read; blank lines and total rows are not among them.
  public var read = 0
  /// Rows that were the first version of their key.
  public var inserted = 0
  /// Rows that were a newer version.
  public var updated = 0
  /// Rows older than the newest version known, kept in their place.
  public var late = 0
  /// Rows equal to a stored version.
  public var unchanged = 0
  /// Rows in quarantine.
  public var rejected = 0
  /// Blank lines and total rows (合计).
  public var skipped = 0
  /// Records that full exports closed, beside the rows.
  public var closed = 0
  /// Records that were closed so and are listed again, beside the rows.
  public var reopened = 0
  /// Rejected rows by reason code.
  public var rejectedByReason: [String: Int] = [:]
  /// Wall-clock seconds.
  public var seconds = 0.0

  /// A file that was read.
  public struct File: Encodable, Sendable {
    /// The file's name, without its folder.
    public var name: String
    /// SHA-256 of its bytes, hexadecimal.
    public var sha256: String
    /// Its size.
    public var bytes: Int
    /// `taken`, `known` (taken by an earlier run and not read again) or `refused` (nothing of it was stored).
    public var status: String
    /// Why it was refused; `nil` otherwise.
    public var message: String?

    /// A file from its parts.
    public init(name: String, sha256: String, bytes: Int, status: String, message: String? = nil) {
      self.name = name
      self.sha256 = sha256
      self.bytes = bytes
      self.status = status
      self.message = message
    }
  }

  /// A feed of which nothing was read yet.
  public init(feed: String) {
    self.feed = feed
    files = []
  }

  private enum CodingKeys: String, CodingKey {
    case feed, files, pulls, read, inserted, updated, late, unchanged, rejected, skipped, closed, reopened, seconds
    case rejectedByReason = "rejected_by_reason"
  }
}

/// What the forecasting step did.
public struct ForecastSummary: Encodable, Sendable {
  /// The run that made the forecast: this one, or an earlier one whose inputs were the same.
  public var runID: Int64
  /// The month by whose end all was known, `YYYY-MM`.
  public var asOf: String
  /// Months ahead.
  public var horizon: Int
  /// Number of cells.
  public var cells: Int
  /// Whether an earlier forecast from the same inputs stands.
  public var reused: Bool
  /// What the forecast lacks, as codes.
  public var quality: [String]
  /// Unfilled openings of the city now, persons.
  public var openings: Double
  /// Their forecast three months ahead (or at the end, if nearer): the median (P50), as the lists print it, persons.
  public var expected: Double
  /// Wall-clock seconds.
  public var seconds: Double
  /// What was noticed when the postings that are one job were decided; the run's summary tells it.
  public var findings: [String] = []

  /// A summary from its parts.
  public init(
    runID: Int64, asOf: String, horizon: Int, cells: Int, reused: Bool, quality: [String], openings: Double,
    expected: Double, seconds: Double
  ) {
    self.runID = runID
    self.asOf = asOf
    self.horizon = horizon
    self.cells = cells
    self.reused = reused
    self.quality = quality
    self.openings = openings
    self.expected = expected
    self.seconds = seconds
  }

  private enum CodingKeys: String, CodingKey {
    case horizon, cells, reused, quality, openings, expected, seconds
    case runID = "run_id"
    case asOf = "as_of"
  }
}

/// What the reporting step did.
public struct ReportSummary: Encodable, Sendable {
  /// The night the lists are for, `YYYY-MM-DD`.
  public var night: String
  /// The folder of the lists.
  public var folder: String
  /// Number of teams that have a list, the city not counted.
  public var teams: Int
  /// Rows of the city's list.
  public var rows: Int
  /// Alerts that the city's briefing tells, by level: those of chains, chains in regions, regions and feeds, without those under one at
  /// least as grave.
  public var told: [String: Int]
  /// Rows of the city's list by level.
  public var listed: [String: Int]
  /// Files written or found as they should be.
  public var files: Int
  /// Files whose bytes changed.
  public var changed: Int
  /// Files delivered (or, in a dry run, that would be); `nil` where no delivery was asked for.
  public var delivered: Int?
  /// What became of the messages to officers; `nil` where no delivery was asked for.
  public var messages: DeliverySummary?
  /// What an officer must know about the lists as a whole, such as that the month meant has no forecast; `nil` where all is well.
  public var finding: String?
  /// Wall-clock seconds.
  public var seconds: Double

  /// A summary from its parts.
  public init(
    night: String, folder: String, teams: Int, rows: Int, told: [AlertLevel: Int], listed: [AlertLevel: Int],
    files: Int,
    changed: Int, seconds: Double
  ) {
    self.night = night
    self.folder = folder
    self.teams = teams
    self.rows = rows
    self.told = Self.named(told)
    self.listed = Self.named(listed)
    self.files = files
    self.changed = changed
    self.seconds = seconds
  }

  private static func named(_ counts: [AlertLevel: Int]) -> [String: Int] {
    Dictionary(uniqueKeysWithValues: AlertLevel.alerts.map { ($0.rawValue, counts[$0] ?? 0) })
  }

  /// What is counted, and how many at each level, the gravest first.
  public var alerts: String {
    func words(_ counts: [String: Int]) -> String {
      let levels = AlertLevel.alerts.map(\.rawValue).filter { (counts[$0] ?? 0) > 0 }
      return levels.isEmpty ? "none" : levels.map { "\($0) \(counts[$0] ?? 0)" }.joined(separator: ", ")
    }
    return "told in the city's briefing: \(words(told)); rows of its list: \(words(listed))"
  }
}
