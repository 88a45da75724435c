import Glibc
import Logging

/// Where a private cluster's files are and who runs its server.
///
/// `base` holds `data/` (the data directory), `log/` and `run/` (the socket). It is `HOME/postgres`, mode 0700, of the
/// user who runs the server. When root's home folder is out of reach for that user, `base` lies in `/var/lib/labourwatch`
/// and the file `HOME/location` says where.
struct ClusterPlace: Sendable {
  let base: String
  let owner: Account

  var data: String { "\(base)/data" }
  var log: String { "\(base)/log" }
  /// The user to switch to for PostgreSQL's programs; nil when this process is that user.
  var switchedUser: String? { owner.user == geteuid() ? nil : owner.name }

  /// The longest path of a Unix socket, without the closing NUL (`sun_path` of Linux).
  static let longestSocketPath = 107
  static let socketName = ".s.PGSQL.5432"
  private static let shared = "/var/lib/labourwatch"
  private static let markerName = "location"

  /// The socket's folder: `run/`, or a short one in `/tmp` when the path is too long or not fit for libpq.
  ///
  /// The short one's name includes the data directory's inode: a server left over from a deleted home keeps its own.
  var socketFolder: String {
    let natural = "\(base)/run"
    let fits = natural.utf8.count + Self.socketName.utf8.count + 1 <= Self.longestSocketPath
    if fits, !natural.utf8.contains(where: { $0 == 0x2C || $0 == 0x22 || $0 < 0x20 }) { return natural }
    let inode = ClusterFiles.facts(data).map { UInt64($0.st_ino) } ?? 0
    return "/tmp/labourwatch-\(owner.user)-\(Self.hash("\(base)#\(inode)"))"
  }

  /// The place that a home has already; nil when it has none.
  static func existing(_ home: String) throws -> ClusterPlace? {
    let base = (try recordedBase(home)) ?? "\(home)/postgres"
    guard let facts = ClusterFiles.facts(base) else {
      // EACCES would hide a cluster of somebody else behind "none".
      guard errno == ENOENT || errno == ENOTDIR else { throw ClusterFiles.failure("look at", base) }
      return nil
    }
    guard ClusterFiles.facts("\(base)/data") != nil || errno != EACCES else {
      throw PostgresError(
        .cluster, "the database in \(home) belongs to user \(Account.of(facts.st_uid).name)",
        advice: "run as that user or as root, or set LABOURWATCH_HOME to a folder of your own")
    }
    return ClusterPlace(base: base, owner: Account.of(facts.st_uid))
  }

  /// The place to create a cluster in, made ready: folders there, owned right, reachable for the owner.
  static func prepare(_ home: String, logger: Logger) throws -> ClusterPlace {
    let owner = try serverAccount()
    if let base = try recordedBase(home) { return try ready(base, owner) }
    try sweepOrphans(logger)
    let inside = "\(home)/postgres"
    if ClusterFiles.facts(inside)?.st_uid == 0, geteuid() == 0 { rmdir(inside) }
    if owner.user == geteuid() { return try ready(inside, owner) }
    if let place = try? ready(inside, owner), try isWritable(inside, owner) { return place }
    rmdir("\(inside)/log")
    rmdir(inside)
    let folder = try outside(home, logger)
    let place = try ready("\(folder)/postgres", owner)
    let words = """
      # The database of this folder lies elsewhere, because user \(owner.name), who runs the server, cannot reach it here.
      \(place.base)

      """
    let root = Account.of(geteuid())
    guard let facts = ClusterFiles.facts(home) else { throw ClusterFiles.failure("look at", home) }
    let keeper = facts.st_uid == root.user ? root : Account.of(facts.st_uid)
    try ClusterFiles.write(words, to: markerName, in: home, owner: keeper, mode: 0o644)
    logger.info("the private database lies in \(place.base): user \(owner.name) cannot reach \(home)")
    return place
  }

  private static func ready(_ base: String, _ owner: Account) throws -> ClusterPlace {
    try ClusterFiles.makeFolder(base, owner: owner, mode: 0o700)
    try ClusterFiles.makeFolder("\(base)/log", owner: owner, mode: 0o700)
    return ClusterPlace(base: base, owner: owner)
  }

  /// The socket's folder, made when missing, of the owner alone.
  func prepareSocketFolder() throws {
    try ClusterFiles.makeFolder(socketFolder, owner: owner, mode: 0o700)
  }

  private static func serverAccount() throws -> Account {
    guard geteuid() == 0 else { return Account.of(geteuid()) }
    guard let account = Account.named("postgres") else {
      throw PostgresError(
        .cluster, "PostgreSQL does not run as root, and there is no user postgres to run it as",
        advice: "apt-get install postgresql, which makes that user, or run the program as an ordinary user")
    }
    return account
  }

  private static func isWritable(_ folder: String, _ owner: Account) throws -> Bool {
    try ChildProcess.run("/usr/bin/test", ["-w", folder], as: owner.name).status == 0
  }

  /// What `HOME/location` says; nil when there is no such file.
  private static func recordedBase(_ home: String) throws -> String? {
    let marker = "\(home)/\(markerName)"
    guard ClusterFiles.facts(marker) != nil else { return nil }
    let lines = try TextFile.read(marker).split(whereSeparator: \.isNewline)
    guard let line = lines.first(where: { $0.hasPrefix("/") }) else {
      throw PostgresError(
        .cluster, "\(marker) names no folder", advice: "restore the file or remove \(home) to begin anew")
    }
    return String(line)
  }

  // MARK: Homes out of the server's reach

  /// A folder of this home under `/var/lib/labourwatch`. One that is there already belongs to a home that was deleted
  /// since: it is kept, and a new one gets a number.
  private static func outside(_ home: String, _ logger: Logger) throws -> String {
    try ClusterFiles.makeFolders(shared)
    let name = "\(shared)/\(hash(home))"
    for number in 1...1000 {
      let folder = number == 1 ? name : "\(name)-\(number)"
      if mkdir(folder, 0o755) == 0 {
        try ClusterFiles.write("\(home)\n", to: "home", in: folder, owner: Account.of(geteuid()), mode: 0o644)
        return folder
      }
      guard errno == EEXIST else { throw ClusterFiles.failure("make the folder", folder) }
      if ClusterFiles.facts("\(folder)/postgres/data") == nil { return folder }
      logger.notice("the database of an earlier \(home) is kept in \(folder); remove it when it is not needed")
    }
    throw PostgresError(.cluster, "\(shared) holds a thousand databases of \(home)", advice: "remove those not needed")
  }

  /// Stops servers whose home folder is gone; their data stay.
  private static func sweepOrphans(_ logger: Logger) throws {
    guard geteuid() == 0 else { return }
    for name in TextFile.names(in: shared) ?? [] {
      let base = "\(shared)/\(name)/postgres"
      guard let text = try? TextFile.read("\(shared)/\(name)/home"), let facts = ClusterFiles.facts(base) else {
        continue
      }
      let home = String(text.prefix { !$0.isNewline })
      if (try? recordedBase(home)) == base { continue }
      let place = ClusterPlace(base: base, owner: Account.of(facts.st_uid))
      guard let server = ServerFile.read(place), server.isAlive else { continue }
      logger.notice("stopping the database server of \(home), which is gone; its data stay in \(base)")
      kill(server.process, SIGINT)
    }
  }

  static func hash(_ text: String) -> String {
    let digits = String(UInt64(bitPattern: AdvisoryLock.key(of: text)), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

/// What `postmaster.pid` says of a server.
struct ServerFile {
  let process: pid_t
  let data: String
  let socketFolder: String

  /// Reads the file; nil when there is none or it is not yet complete.
  static func read(_ place: ClusterPlace) -> ServerFile? {
    guard let text = try? TextFile.read("\(place.data)/postmaster.pid") else { return nil }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 5, let process = pid_t(lines[0].filter { !$0.isWhitespace }), process > 0 else { return nil }
    // A server that begins names its socket's folder a moment later.
    let folder = lines[4].isEmpty ? place.socketFolder : String(lines[4])
    return ServerFile(process: process, data: place.data, socketFolder: folder)
  }

  /// Whether that process is a server that runs in this data directory: its number may belong to another by now.
  var isAlive: Bool {
    guard processExists else { return false }
    if let folder = Self.folder(of: process) { return folder == (try? ClusterFiles.realPath(data)) }
    // Root without the right to trace (in a container) may not see where a process is, but how it was started.
    guard access("/proc/self/cmdline", R_OK) == 0 else { return true }
    let bytes = (try? TextFile.readBytes("/proc/\(process)/cmdline")) ?? []
    let words = bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    guard let program = words.first, program.hasSuffix("/postgres"), let flag = words.firstIndex(of: "-D"),
      flag + 1 < words.count
    else { return false }
    // A folder that is not there any more was renamed under its server.
    return words[flag + 1] == data || access(words[flag + 1], F_OK) != 0
  }

  /// The working directory of a process, for a server its data directory; nil when the process ended or may not be
  /// looked at.
  static func folder(of process: pid_t) -> String? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/\(process)/cwd", &buffer, buffer.count - 1)
    guard count > 0 else { return nil }
    return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Whether any process has that number.
  var processExists: Bool { kill(process, 0) == 0 || errno == EPERM }
}
