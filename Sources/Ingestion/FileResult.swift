import LabourMarket

/// What became of the rows of a file (contract section 6).
public struct RowCounts: Sendable, Equatable {
  /// Rows read: inserted + updated + late + unchanged + rejected.
  public var read = 0
  /// First versions of their key.
  public var inserted = 0
  /// Newer versions.
  public var updated = 0
  /// Versions older than the newest that is known.
  public var late = 0
  /// Rows equal to a stored version.
  public var unchanged = 0
  /// Rows in quarantine.
  public var rejected = 0
  /// Blank lines and total rows.
  public var skipped = 0
  /// Records that the file, a full export, does not list any more: a closing version of each was added, beside the rows.
  public var closed = 0
  /// Records that were closed so, and that it lists again without a newer version.
  public var reopened = 0
  /// Rejected rows by reason code.
  public var rejectedByReason: [String: Int] = [:]

  /// No rows.
  public init() {}

  /// Adds the rows of another file.
  public static func += (a: inout RowCounts, b: RowCounts) {
    a.read += b.read
    a.inserted += b.inserted
    a.updated += b.updated
    a.late += b.late
    a.unchanged += b.unchanged
    a.rejected += b.rejected
    a.skipped += b.skipped
    a.closed += b.closed
    a.reopened += b.reopened
    a.rejectedByReason.merge(b.rejectedByReason, uniquingKeysWith: +)
  }

  /// The reasons as a JSON object, keys sorted.
  var reasonsJSON: String {
    "{" + rejectedByReason.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", ") + "}"
  }
}

/// The first row that was rejected for a reason.
public struct RowExample: Sendable, Equatable {
  /// Its line.
  public let line: Int64
  /// The sentence for the clerk.
  public let message: String
}

/// How a file was read: what its rows in quarantine are read by when they are run again.
public struct FileForm: Sendable, Equatable {
  /// `csv`, `xlsx` or `jsonl`.
  public var type: String
  /// The charset, never `auto`.
  public var charset: String
  /// The separator of CSV.
  public var delimiter: String?
  /// The header as it stood in the file, of columns that the feed does not know without persons; `nil` where sheets differ in it.
  public var header: [String]?

  /// A form from its parts.
  public init(type: String, charset: String, delimiter: String? = nil, header: [String]? = nil) {
    self.type = type
    self.charset = charset
    self.delimiter = delimiter
    self.header = header
  }
}

/// What became of a file.
public struct FileResult: Sendable {
  /// How a file ended.
  public enum Status: String, Sendable {
    /// Read, its rows merged or in quarantine.
    case taken
    /// Taken by an earlier run under the same rules, and not read again.
    case known
    /// Not taken: nothing of it is stored.
    case refused
    /// Rows of it that stood in quarantine were run again.
    case replayed
  }

  /// The file's name without its folder.
  public var name: String
  /// SHA-256 of its bytes; empty where they could not be read.
  public var sha256: String
  /// Its size.
  public var bytes: Int
  /// How it ended.
  public var status: Status
  /// Why it was refused.
  public var message: String?
  /// Its rows.
  public var counts = RowCounts()
  /// Headers that the feed does not know.
  public var unknownColumns: [String] = []
  /// How the file was read; `nil` where it was not.
  public var form: FileForm?
  /// Rows in quarantine from earlier readings that now passed.
  public var passed = 0
  /// The first rejected row of each reason, by reason code.
  public var examples: [String: RowExample] = [:]
  /// How its columns differ from those of the feed's last file.
  public var drift: [HeaderDrift.Change] = []
  /// What the feed's calendar is judged by.
  public var traits = FileTraits()
  /// Whether no file of its size was known when it was received: so nothing that is stored comes from it.
  var isNew = false
  /// The newest clock of its good rows that is not ahead of the run's, local microseconds.
  var newestClock: Int?
  /// The scopes that a full export names in its rows, sorted.
  var scopes: [String] = []
  /// Whether it has columns of contacts.
  var hasContactColumns = false
  /// Wall-clock seconds.
  public var seconds = 0.0

  /// A result without rows.
  public init(name: String, sha256: String, bytes: Int, status: Status, message: String? = nil) {
    self.name = name
    self.sha256 = sha256
    self.bytes = bytes
    self.status = status
    self.message = message
  }
}
