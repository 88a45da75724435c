import Glibc
import Logging

/// Makes and starts the server of a private cluster; runs under the home's lock.
struct ClusterStarter {
  let cluster: LocalCluster
  let home: String

  private var logger: Logger { cluster.logger }

  /// Starts the server, after making the cluster when there is none, and returns the database's URL.
  func start() throws -> String {
    try checkPath(home)
    var place = try ClusterPlace.existing(home)
    if place.map({ ClusterFiles.facts($0.data) == nil }) ?? true { place = try create() }
    guard let place else { throw PostgresError(.cluster, "the cluster in \(home) vanished while it was made") }
    try checkOwner(place)
    try removeUnfinished(place)
    let binaries = try PostgresBinaries.find(major: Self.major(of: place))
    if let server = ServerFile.read(place) {
      if server.isAlive, try awaitReady(place, server) { return try ensureDatabase(place) }
      // A number that now belongs to another process would keep the server from starting.
      if server.processExists { unlink("\(place.data)/postmaster.pid") }
    }
    try place.prepareSocketFolder()
    clearSocket(place)
    try ClusterFiles.makeFolder(place.log, owner: place.owner, mode: 0o700)
    try ClusterFiles.write(
      ClusterSettings.text(
        socketFolder: place.socketFolder, logFolder: place.log, freeBytes: ClusterSettings.freeBytes(place.base),
        extra: cluster.settings.merging(logCompression(place, binaries)) { given, _ in given }),
      to: ClusterSettings.fileName, in: place.data, owner: place.owner, mode: 0o600)
    try launch(place, binaries)
    return try ensureDatabase(place)
  }

  /// The major version that made the data directory.
  static func major(of place: ClusterPlace) -> Int? {
    (try? TextFile.read("\(place.data)/PG_VERSION")).flatMap { Int($0.filter(\.isNumber)) }
  }

  // MARK: Making

  private static let unfinished = "data.new"

  /// Runs initdb in a folder of this process's own beside the final place and renames the finished directory, so that a half-made one
  /// is never taken for a cluster. The initdb of a program that was killed goes on: it must not meet this one.
  private func create() throws -> ClusterPlace {
    let binaries = try PostgresBinaries.find()
    let place = try ClusterPlace.prepare(home, logger: logger)
    try checkPath(place.base)
    logger.info("making the private database in \(place.base) (PostgreSQL \(binaries.major))")
    try removeUnfinished(place)
    let fresh = "\(place.base)/\(Self.unfinished)-\(getpid())"
    var arguments = [
      "-D", fresh, "--username=\(LocalCluster.role)", "--encoding=UTF8", "--locale=C", "--lc-ctype=C.UTF-8",
      "--data-checksums", "--auth-local=peer", "--auth-host=reject", "--no-instructions",
    ]
    if cluster.settings["fsync"] == "off" { arguments.append("--no-sync") }
    let outcome = try ChildProcess.run(binaries.path("initdb"), arguments, as: place.switchedUser)
    guard outcome.status == 0 else {
      try? removeUnfinished(place)
      throw explain("initdb could not make the database in \(place.base)", outcome.output, place)
    }
    try configure(fresh, place)
    guard rename(fresh, place.data) == 0 else { throw ClusterFiles.failure("move into place", fresh) }
    return place
  }

  /// Takes away what a killed program began to make. An initdb that still writes there ends because its files are gone, and may leave
  /// some once more until then: the home's lock is held, so nobody else's work is there, and every start looks again.
  private func removeUnfinished(_ place: ClusterPlace) throws {
    let names = (TextFile.names(in: place.base) ?? []).filter { $0.hasPrefix(Self.unfinished) }
    guard !names.isEmpty else { return }
    let paths = names.map { "\(place.base)/\($0)" }
    _ = try ChildProcess.run("/bin/rm", ["-rf", "--"] + paths, as: place.switchedUser)
  }

  private func configure(_ fresh: String, _ place: ClusterPlace) throws {
    let original = try TextFile.read("\(fresh)/postgresql.conf")
    let include = "\ninclude_if_exists = '\(ClusterSettings.fileName)'\n"
    let files = [
      ("postgresql.conf", original + include), ("pg_hba.conf", ClusterSettings.hostAccess),
      ("pg_ident.conf", ClusterSettings.identityMap(place.owner)),
    ]
    for (name, text) in files {
      try ClusterFiles.write(text, to: name, in: fresh, owner: place.owner, mode: 0o600)
    }
  }

  /// `pg_ctl` starts the server through a shell line in which it quotes paths with `"` only.
  private func checkPath(_ path: String) throws {
    if path.utf8.contains(where: { $0 == 0x22 || $0 == 0x24 || $0 == 0x60 || $0 == 0x5C || $0 < 0x20 }) {
      throw PostgresError(
        .cluster, "the path \(path) holds a character (one of \" $ ` \\) that PostgreSQL's tools cannot take",
        advice: "set LABOURWATCH_HOME to another folder")
    }
  }

  private func checkOwner(_ place: ClusterPlace) throws {
    guard place.owner.user != 0 else {
      throw PostgresError(
        .cluster, "\(place.base) belongs to root, and PostgreSQL does not run as root",
        advice: "chown -R postgres: \(place.base)")
    }
    guard geteuid() == 0 || geteuid() == place.owner.user else {
      throw PostgresError(
        .cluster, "the database in \(home) belongs to user \(place.owner.name)",
        advice: "run as that user or as root, or set LABOURWATCH_HOME to a folder of your own")
    }
  }

  // MARK: Starting

  /// How the server compresses pages in its log: with its own default method, storing rows among old ones takes half as long again.
  private func logCompression(_ place: ClusterPlace, _ binaries: PostgresBinaries) -> [String: String] {
    let outcome = try? ChildProcess.run(
      binaries.path("postgres"), ["-C", "wal_compression", "-c", "wal_compression=lz4", "-D", place.data],
      as: place.switchedUser)
    return ["wal_compression": outcome?.status == 0 ? "lz4" : "on"]
  }

  private func launch(_ place: ClusterPlace, _ binaries: PostgresBinaries) throws {
    let log = "\(place.log)/start.log"
    unlink(log)
    let deadline = Clock.monotonicMilliseconds() + 30_000
    while true {
      let outcome = try ChildProcess.run(
        binaries.path("pg_ctl"), ["start", "-D", place.data, "-l", log, "-w", "-t", "60", "--silent"],
        as: place.switchedUser)
      if outcome.status == 0 { return }
      if let server = ServerFile.read(place), server.isAlive, try awaitReady(place, server) { return }
      let words = outcome.output + ((try? TextFile.read(log)) ?? "") + newestLogTail(place)
      // Backends of a killed server need a moment to notice that it is gone.
      guard words.contains("still in use"), Clock.monotonicMilliseconds() < deadline else {
        throw explain("the server in \(place.data) does not start", words, place)
      }
      usleep(300_000)
      unlink(log)
    }
  }

  /// Removes what a killed server left in the socket's folder: its process number may belong to another by now. A server
  /// whose data directory was deleted under it would remove the new socket when it notices, so it ends first.
  private func clearSocket(_ place: ClusterPlace) {
    let socket = "\(place.socketFolder)/\(ClusterPlace.socketName)"
    guard let text = try? TextFile.read("\(socket).lock") else { return }
    let process = text.split(whereSeparator: \.isNewline).first.flatMap { pid_t($0.filter { !$0.isWhitespace }) }
    if let process, process > 1, ServerFile.folder(of: process) == "\(place.data) (deleted)" {
      kill(process, SIGQUIT)
      for _ in 0..<250 where ServerFile.folder(of: process) != nil { usleep(20_000) }
    }
    unlink(socket)
    unlink("\(socket).lock")
  }

  /// Waits for a server that is recovering, however long that takes, as long as it lives. A server that says it is ready and whose
  /// socket is gone (somebody emptied the folder) can never be reached again: it is shut down, so that a new one takes its place.
  ///
  /// - Returns: whether it takes connections; false when it ended.
  private func awaitReady(_ place: ClusterPlace, _ server: ServerFile) throws -> Bool {
    let began = Clock.monotonicMilliseconds()
    var nextNote = began + 3000
    while server.isAlive {
      do {
        _ = try Connection(LocalCluster.url(server.socketFolder, database: "postgres"), timeout: 5, logger: logger)
        return true
      } catch let error as PostgresError
        where error.code == .serverStarting || error.code == .serverUnreachable || error.code == .adminShutdown
      {
        if Clock.monotonicMilliseconds() > nextNote {
          logger.notice("waiting for the database server to get ready: \(error.message)")
          nextNote += 10_000
        }
        let socket = "\(server.socketFolder)/\(ClusterPlace.socketName)"
        if error.code == .serverUnreachable, access(socket, F_OK) != 0, Clock.monotonicMilliseconds() > began + 5000 {
          kill(server.process, SIGINT)
        }
        usleep(50_000)
      }
    }
    return false
  }

  private func ensureDatabase(_ place: ClusterPlace) throws -> String {
    let folder = ServerFile.read(place)?.socketFolder ?? place.socketFolder
    let connection = try Connection(LocalCluster.url(folder, database: "postgres"), logger: logger)
    let known = try connection.query(
      "select exists (select from pg_database where datname = $1)", [.text(LocalCluster.database)])
    if try !known.one().bool(0) { try connection.execute("create database labourwatch") }
    return LocalCluster.url(folder)
  }

  // MARK: Errors

  private func newestLogTail(_ place: ClusterPlace) -> String {
    let logs = (TextFile.names(in: place.log) ?? []).filter { $0.hasPrefix("server-") }
    func time(_ name: String) -> Int { ClusterFiles.facts("\(place.log)/\(name)").map { $0.st_mtim.tv_sec } ?? 0 }
    guard let newest = logs.max(by: { time($0) < time($1) }), let text = try? TextFile.read("\(place.log)/\(newest)")
    else { return "" }
    return text.split(separator: "\n").suffix(15).joined(separator: "\n")
  }

  private func explain(_ what: String, _ output: String, _ place: ClusterPlace) -> PostgresError {
    let marks = ["FATAL:", "PANIC:", "error:", "ERROR:", "could not"]
    let lines = output.split(whereSeparator: \.isNewline)
    let settings = ["configuration parameter", "invalid value for parameter", "syntax error in file"]
    let telling =
      lines.first { line in settings.contains { line.contains($0) } }
      ?? lines.last { line in marks.contains { line.contains($0) } } ?? lines.last ?? "no word from it"
    let noSpace = lines.first { $0.contains("No space left on device") }
    let message = "\(what): \(noSpace ?? telling)"
    // A full disk also takes the log's words on it.
    if noSpace != nil || ClusterSettings.freeBytes(place.base) < 1 << 24 {
      let words = noSpace == nil ? "\(what): its disk is full (\(telling))" : message
      return PostgresError(.diskFull, words, advice: "free space on the disk of \(place.base) and try again")
    }
    if output.contains("ermission denied") {
      return PostgresError(
        .cluster, message, advice: "give \(place.base) back to user \(place.owner.name) (chown -R) and try again")
    }
    if output.contains("could not locate a valid checkpoint record") || output.contains("invalid checkpoint") {
      return PostgresError(.cluster, message, advice: "restore the data directory from a backup")
    }
    return PostgresError(.cluster, message, advice: "see the server's log in \(place.log)")
  }
}
