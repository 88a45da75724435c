import Glibc

/// Runs PostgreSQL's own programs: no shell, nothing inherited but what is named here.
enum ChildProcess {
  /// How a program ended.
  struct Outcome {
    /// The exit code; 128 and the signal's number when a signal ended it.
    let status: Int32
    /// Standard output and standard error as they came.
    let output: String
  }

  /// Runs a program to its end: working directory `/`, empty standard input, a fixed small environment, output into
  /// memory (so that a server that a program leaves behind never holds a pipe open).
  ///
  /// - Parameter user: run as that user through `runuser`; only root may.
  static func run(_ program: String, _ arguments: [String], as user: String? = nil) throws -> Outcome {
    var command = [program] + arguments
    if let user { command = [try runuser(), "-u", user, "--"] + command }
    let capture = memoryFile()
    guard capture >= 0 else {
      throw PostgresError(.cluster, "cannot keep the output of \(program): \(SystemError.text(errno))")
    }
    defer { close(capture) }
    let status = wait(for: try spawn(["/usr/bin/env", "-C", "/"] + command, output: capture))
    return Outcome(status: status, output: contents(of: capture))
  }

  private static func runuser() throws -> String {
    for path in ["/usr/sbin/runuser", "/sbin/runuser", "/usr/bin/runuser"] where access(path, X_OK) == 0 { return path }
    throw PostgresError(
      .cluster, "PostgreSQL does not run as root, and runuser, which would change the user, is missing",
      advice: "apt-get install util-linux, or run the program as an ordinary user")
  }

  /// A nameless file in memory, else in `/tmp`; -1 when there is no room for either.
  private static func memoryFile() -> Int32 {
    let name = "/labourwatch-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    var file = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0o600)
    if file >= 0 {
      shm_unlink(name)
      return file
    }
    var path = Array("/tmp/labourwatch-XXXXXX".utf8CString)
    file = mkstemp(&path)
    if file >= 0 {
      unlink(path)
      _ = fcntl(file, F_SETFD, FD_CLOEXEC)
    }
    return file
  }

  private static func spawn(_ command: [String], output: Int32) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, output, 2)
    // Files that other threads opened without FD_CLOEXEC would live on in the server.
    for name in TextFile.names(in: "/proc/self/fd") ?? [] {
      if let file = Int32(name), file > 2 { posix_spawn_file_actions_addclose(&actions, file) }
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    var all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    let fixed: [String] = ["PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL=C", "TZ=UTC"]
    let arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
    let environment: [UnsafeMutablePointer<CChar>?] = fixed.map { strdup($0) } + [nil]
    defer { (arguments + environment).forEach { free($0) } }
    var process = pid_t()
    let failure = posix_spawn(&process, command[0], &actions, &attributes, arguments, environment)
    guard failure == 0 else {
      throw PostgresError(.cluster, "cannot run \(command[0]): \(SystemError.text(failure))")
    }
    return process
  }

  private static func wait(for process: pid_t) -> Int32 {
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 {
      if errno != EINTR { return -1 }
    }
    let signal = status & 0x7F
    return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
  }

  private static func contents(of file: Int32) -> String {
    lseek(file, 0, SEEK_SET)
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 16 * 1024)
    while true {
      let count = read(file, &piece, piece.count)
      if count <= 0 { return String(decoding: bytes, as: UTF8.self) }
      bytes.append(contentsOf: piece[..<count])
    }
  }
}
