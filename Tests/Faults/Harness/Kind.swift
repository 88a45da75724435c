/// The kinds of faults. The raw value is its name in the report.
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

  /// How often each kind comes in a cycle of seeds.
  private static let shares: [(Kind, Int)] = [
    (.killAtStatement, 23), (.killAtByte, 3), (.killAtFile, 5), (.sessionEnded, 2), (.backendKilled, 1),
    (.serverCrashed, 1), (.privateServer, 1), (.cut, 3), (.commitLost, 2), (.stalled, 1), (.tableLocked, 1),
    (.databaseFull, 1), (.folderFull, 2), (.fileError, 1), (.twoRuns, 1), (.sameTwice, 1), (.oldAfterNew, 1),
    (.fileGrows, 1), (.unreadable, 2), (.truncated, 2), (.truncatedExport, 2),
    (.portalFails, 4), (.killAtPull, 3), (.hostile, 3),
  ]
  private static let cycle = shares.flatMap { kind, count in
    (0..<count).map { (kind: kind, position: $0, count: count) }
  }

  /// Seeds go round the cycle with a stride, so that a short range already meets most kinds.
  private static func place(_ seed: Int) -> (round: Int, entry: (kind: Kind, position: Int, count: Int)) {
    let seed = max(0, seed)
    return (seed / cycle.count, cycle[seed % cycle.count * 16 % cycle.count])
  }

  /// The kind of a seed.
  static func of(seed: Int) -> Kind { place(seed).entry.kind }

  /// The how-manieth case of its kind a seed is, from 0.
  static func ordinal(seed: Int) -> Int {
    let (round, entry) = place(seed)
    return round * entry.count + entry.position
  }

  /// The number of seeds after which the kinds begin anew.
  static var cycleLength: Int { cycle.count }
}
