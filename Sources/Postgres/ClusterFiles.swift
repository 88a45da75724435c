import Glibc

/// File system steps of the private cluster, each with an error that names the path and the next step.
enum ClusterFiles {
  /// Who owns a file and what it is, without following a link at its end; nil when there is nothing.
  static func facts(_ path: String) -> stat? {
    var facts = stat()
    return lstat(path, &facts) == 0 ? facts : nil
  }

  static func isDirectory(_ facts: stat) -> Bool { facts.st_mode & S_IFMT == S_IFDIR }

  /// Makes a folder and those above it.
  static func makeFolders(_ path: String) throws {
    var partial = path.hasPrefix("/") ? "" : "."
    for part in path.split(separator: "/") {
      partial += "/\(part)"
      if mkdir(partial, 0o755) != 0, errno != EEXIST { throw failure("make the folder", partial) }
    }
  }

  /// Makes a folder of that owner and mode, or checks that the one which is there is a true folder of that owner.
  static func makeFolder(_ path: String, owner: Account, mode: mode_t) throws {
    if mkdir(path, mode) == 0 {
      if geteuid() == 0, lchown(path, owner.user, owner.group) != 0 { throw failure("give away the folder", path) }
      guard chmod(path, mode) == 0 else { throw failure("protect the folder", path) }
      return
    }
    guard errno == EEXIST else { throw failure("make the folder", path) }
    guard let facts = facts(path), isDirectory(facts), facts.st_uid == owner.user else {
      throw PostgresError(
        .cluster, "\(path) is there but is no folder of user \(owner.name)",
        advice: "look who made it and remove it, or choose another LABOURWATCH_HOME")
    }
    if facts.st_mode & 0o077 & ~mode != 0, chmod(path, mode) != 0 { throw failure("protect the folder", path) }
  }

  /// Replaces a file of a folder as a whole. The folder must belong to the owner and be no link, and the file's new
  /// bytes go to a new file, so that root, writing here, is never led elsewhere.
  static func write(_ text: String, to name: String, in folder: String, owner: Account, mode: mode_t) throws {
    let directory = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard directory >= 0 else { throw failure("open the folder", folder) }
    defer { close(directory) }
    var facts = stat()
    guard fstat(directory, &facts) == 0, facts.st_uid == owner.user else {
      throw PostgresError(
        .cluster, "\(folder) does not belong to user \(owner.name)", advice: "run as the owner, or chown the folder")
    }
    let temporary = "\(name).new"
    unlinkat(directory, temporary, 0)
    let file = openat(directory, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
    guard file >= 0 else { throw failure("write", "\(folder)/\(name)") }
    defer { close(file) }
    guard fchown(file, owner.user, owner.group) == 0 || geteuid() != 0, writeAll(text, file), fsync(file) == 0,
      renameat(directory, temporary, directory, name) == 0
    else { throw failure("write", "\(folder)/\(name)") }
  }

  private static func writeAll(_ text: String, _ file: Int32) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
      var written = 0
      while written < bytes.count {
        guard let base = bytes.baseAddress else { return true }
        let count = Glibc.write(file, base + written, bytes.count - written)
        if count < 0, errno == EINTR { continue }
        if count <= 0 { return false }
        written += count
      }
      return true
    }
  }

  /// The error of the last system call.
  static func failure(_ step: String, _ path: String) -> PostgresError {
    let number = errno
    let message = "cannot \(step) \(path): \(SystemError.text(number))"
    switch number {
    case ENOSPC, EDQUOT: return PostgresError(.diskFull, message, advice: "free space on that disk and try again")
    case EACCES, EPERM, EROFS:
      return PostgresError(
        .cluster, message, advice: "run as the owner of the folder, or set LABOURWATCH_HOME to a folder of your own")
    default: return PostgresError(.cluster, message)
    }
  }

  /// The absolute path without links of a folder that exists.
  static func realPath(_ path: String) throws -> String {
    guard let resolved = realpath(path, nil) else { throw failure("find", path) }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}

/// A user of the operating system.
struct Account: Sendable, Equatable {
  let name: String
  let user: uid_t
  let group: gid_t

  static func named(_ name: String) -> Account? { getpwnam(name).map { Account($0.pointee) } }

  static func of(_ user: uid_t) -> Account {
    getpwuid(user).map { Account($0.pointee) } ?? Account(name: String(user), user: user, group: user)
  }

  init(name: String, user: uid_t, group: gid_t) {
    self.name = name
    self.user = user
    self.group = group
  }

  private init(_ entry: passwd) {
    self.init(
      name: entry.pw_name.map { String(cString: $0) } ?? String(entry.pw_uid), user: entry.pw_uid, group: entry.pw_gid)
  }
}

/// A lock on a file that ends with the process (`flock`).
final class FileLock {
  private let file: Int32

  /// Waits for the lock; calls `waiting` once when another process holds it.
  init(_ path: String, waiting: () -> Void) throws {
    // Reading suffices to lock, so that another user of the same home may wait too.
    file = open(path, O_RDONLY | O_CREAT | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw ClusterFiles.failure("lock", path) }
    guard flock(file, LOCK_EX | LOCK_NB) != 0 else { return }
    waiting()
    while flock(file, LOCK_EX) != 0 {
      guard errno == EINTR else {
        let failure = ClusterFiles.failure("lock", path)
        close(file)
        throw failure
      }
    }
  }

  deinit { close(file) }
}
