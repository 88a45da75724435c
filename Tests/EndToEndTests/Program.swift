import Foundation
import Postgres
import TestSupport
import Testing

/// The real program as a child process, in a folder and with a database of its own.
struct Program {
  /// The database.
  let database: TestDatabase
  /// The folder where it runs: the current one of the child.
  let folder: String

  /// The key of the pseudonyms that every child gets, so that pseudonyms of two databases match.
  static let key = "the key of the end-to-end tests: 0123456789"

  /// The program that was built beside the tests.
  static let path: String = {
    let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    return tests.deletingLastPathComponent().appendingPathComponent("labourwatch").path
  }()

  /// Runs `body` with a folder and a database of its own.
  static func with<T>(migrated: Bool = true, _ body: (Program) throws -> T) throws -> T {
    try withTemporaryDirectory { folder in
      try TestDatabase.withDatabase(migrated: migrated) { try body(Program(database: $0, folder: folder)) }
    }
  }

  /// Starts a command. Its output goes to files, so that it never waits for a reader.
  /// - Parameter environment: variables beside the database's address; an empty text takes one away.
  func start(_ arguments: [String], _ environment: [String: String] = [:]) throws -> Child {
    var variables = [
      "PATH": "/usr/local/bin:/usr/bin:/bin", "LABOURWATCH_DATABASE_URL": database.url,
      "LABOURWATCH_HOME": folder + "/home", "LABOURWATCH_PSEUDONYM_KEY": Self.key,
    ]
    variables.merge(environment) { $1 }
    return try Child(
      Self.path, arguments, in: folder, environment: variables.filter { !$0.value.isEmpty })
  }

  /// Runs a command to its end.
  func run(_ arguments: [String], _ environment: [String: String] = [:]) throws -> Child.Outcome {
    try start(arguments, environment).wait()
  }

  /// Runs a command to its end.
  func run(_ arguments: String...) throws -> Child.Outcome { try start(arguments).wait() }

  /// The text of a file in the folder; fails the test where there is none.
  func text(_ name: String) throws -> String { try String(contentsOfFile: folder + "/" + name, encoding: .utf8) }

  /// A run's summary.
  func summary(_ name: String) throws -> Summary {
    try JSONDecoder().decode(Summary.self, from: Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)))
  }

  /// The names of all files below a folder, sorted, with their bytes.
  func files(_ name: String) -> [(name: String, bytes: Data)] {
    let root = folder + "/" + name
    guard let found = FileManager.default.enumerator(atPath: root) else { return [] }
    var files: [(String, Data)] = []
    for case let name as String in found {
      var isFolder: ObjCBool = false
      let exists = FileManager.default.fileExists(atPath: root + "/" + name, isDirectory: &isFolder)
      if exists && !isFolder.boolValue {
        files.append((name, FileManager.default.contents(atPath: root + "/" + name) ?? Data()))
      }
    }
    return files.sorted { $0.0 < $1.0 }
  }

  /// One digest a table of versions, over what its rows say and not over which run wrote them.
  func versions() throws -> [String: String] {
    let connection = try database.connect()
    var digests: [String: String] = [:]
    for row in try connection.query(
      """
      select table_name from information_schema.tables
      where table_schema = 'labourwatch' and table_type = 'BASE TABLE' and table_name ~ '_versions$'
      """
    ) {
      let table = try row.string(0)
      let text = """
        select count(*) || ' ' || coalesce(md5(string_agg(row, E'\\n' order by row collate "C")), '')
        from (select (to_jsonb(t) - 'run_id' - 'file_no' - 'line' - 'received_at')::text as row
              from labourwatch.\(table) t) as rows
        """
      digests[table] = try connection.query(Query(name: "digest", text: text)).one().string(0)
    }
    return digests
  }

  /// The single number that a query gives.
  func count(_ text: String) throws -> Int {
    try database.connect().query(Query(name: "count", text: text)).one().int(0)
  }
}

/// A run's summary in the contract's form: a key that is missing fails the reading.
struct Summary: Decodable {
  struct Feed: Decodable {
    struct File: Decodable {
      let name, sha256, status: String
      let bytes: Int
      let message: String?
    }
    let feed: String
    let files: [File]
    let read, inserted, updated, late, unchanged, rejected, skipped: Int
    let rejected_by_reason: [String: Int]
    let seconds: Double
  }
  struct Forecast: Decodable {
    let as_of: String
    let horizon, cells: Int
    let reused: Bool
  }
  struct Report: Decodable {
    let night: String
    let teams, files, changed: Int
  }
  let run_id: Int64
  let feeds: [Feed]?
  let forecast: Forecast?
  let report: Report?
  let findings: [String]
  let exit_code: Int32
}
