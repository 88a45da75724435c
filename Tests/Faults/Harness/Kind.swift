/// The kinds of faults. The raw value is the name in the report.
enum Kind: String, CaseIterable, Sendable {
  case killAtStatement = "program killed at a statement"
  case killAtByte = "program killed at a random byte"
  case killAtFile = "program killed at a file operation"
  case sessionEnded = "session ended by the server"
  case backendKilled = "server process killed"
  case serverCrashed = "server crashed and restarted"
  case privateServer = "private server or its starter killed"
  case cut = "connection cut"
  case commitLost = "reply to COMMIT lost"
  case stalled = "connection stalled"
  case tableLocked = "table stays locked"
  case databaseFull = "database disk full"
  case folderFull = "disk of lists and home full"
  case fileError = "file operation fails"
  case twoRuns = "two runs at once"
  case sameTwice = "same file under two names"
  case oldAfterNew = "old files after new ones"
  case fileGrows = "file grows or goes while read"
  case unreadable = "file that may not be read"
  case truncated = "truncated file, then the whole"
  case truncatedExport = "truncated full export, then the whole"
  case portalFails = "portal fails"
  case killAtPull = "program killed in a pull"
  case hostile = "hostile file"
}

/// What a seed stands for: a kind of fault, and the commands among which it strikes.
///
/// Seeds stand in stretches, each with kinds and commands of its own: what a seed means never changes when a new stretch is put behind the others.
struct Draw: Sendable {
  let kind: Kind
  /// The how-manieth case of its kind in its stretch, from 0.
  let ordinal: Int
  private let stretch: Stretch

  /// All commands among which it strikes.
  var scenarios: [Scenario] { stretch.scenarios }
  /// The commands as they are drawn; quick ones come more often.
  var lot: [Scenario] { stretch.lot }
  /// Whether it strikes at the intake of officers' lists.
  var isOfLists: Bool { scenarios == Scenario.ofLists }
  /// The kind as the report calls it.
  var name: String { stretch.name(kind) }

  private struct Stretch: Sendable {
    let first: Int
    /// Seeds go round the cycle with a stride, so that a short range already meets most kinds.
    let stride: Int
    let suffix: String
    let scenarios: [Scenario]
    let lot: [Scenario]
    /// How often each kind comes in a cycle of seeds.
    let shares: [(kind: Kind, count: Int)]

    var length: Int { shares.reduce(0) { $0 + $1.count } }
    func name(_ kind: Kind) -> String { kind.rawValue + suffix }
  }

  private static let stretches = [
    Stretch(
      first: 0, stride: 16, suffix: "",
      scenarios: Scenario.allCases.filter { !Scenario.ofLists.contains($0) },
      lot: [
        .ingest, .ingest, .ingest, .secondIngest, .secondIngest, .nightly, .secondNightly, .migrate, .accept, .replay,
        .replay, .pull, .exports, .nextExports, .nextExports, .export,
      ],
      shares: [
        (.killAtStatement, 23), (.killAtByte, 3), (.killAtFile, 5), (.sessionEnded, 2), (.backendKilled, 1),
        (.serverCrashed, 1), (.privateServer, 1), (.cut, 3), (.commitLost, 2), (.stalled, 1), (.tableLocked, 1),
        (.databaseFull, 1), (.folderFull, 2), (.fileError, 1), (.twoRuns, 1), (.sameTwice, 1), (.oldAfterNew, 1),
        (.fileGrows, 1), (.unreadable, 2), (.truncated, 2), (.truncatedExport, 2),
        (.portalFails, 4), (.killAtPull, 3), (.hostile, 3),
      ]),
    Stretch(
      first: 469, stride: 19, suffix: ", officers' lists", scenarios: Scenario.ofLists,
      lot: [.lists, .lists, .lists, .nightlyLists],
      shares: [
        (.killAtStatement, 28), (.killAtByte, 4), (.killAtFile, 2), (.sessionEnded, 2), (.backendKilled, 2),
        (.serverCrashed, 1), (.cut, 2), (.commitLost, 5), (.stalled, 1), (.tableLocked, 2), (.databaseFull, 1),
        (.fileError, 1), (.twoRuns, 3), (.sameTwice, 3), (.fileGrows, 3), (.truncated, 2),
      ]),
  ]

  init(seed: Int) {
    let seed = max(0, seed)
    let stretch = Self.stretches.last { $0.first <= seed } ?? Self.stretches[0]
    let (round, at) = (seed - stretch.first).quotientAndRemainder(dividingBy: stretch.length)
    var place = at * stretch.stride % stretch.length
    var found = stretch.shares[0]
    for share in stretch.shares {
      found = share
      if place < share.count { break }
      place -= share.count
    }
    self.stretch = stretch
    kind = found.kind
    ordinal = round * found.count + place
  }

  /// The names of all kinds in all stretches, in the order of a report.
  static var names: [String] { stretches.flatMap { stretch in Kind.allCases.map(stretch.name) } }
}
