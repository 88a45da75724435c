import Glibc

/// The configuration of a private server.
enum ClusterSettings {
  static let fileName = "labourwatch.conf"

  /// The file's text: sized for a machine of two cores and a few GB that has other work, durable, reachable through the
  /// socket alone. Details of failing rows stay out of the log.
  static func text(socketFolder: String, logFolder: String, freeBytes: Int, extra: [String: String]) -> String {
    let memory = memoryBytes()
    let buffers = memory >= 3 << 30 ? 256 : memory >= 1 << 30 ? 64 : 16
    var settings: [String: String] = [
      "listen_addresses": "", "port": "5432", "unix_socket_directories": "\"\(socketFolder)\"",
      "unix_socket_permissions": "0700", "max_connections": "60",
      "shared_buffers": "\(buffers)MB", "huge_pages": "try", "jit": "off",
      "work_mem": memory >= 3 << 30 ? "32MB" : "8MB",
      "maintenance_work_mem": memory >= 3 << 30 ? "256MB" : "64MB",
      "effective_cache_size": "\(max(64, (memory / 2) >> 20))MB", "random_page_cost": "1.1",
      "min_wal_size": "256MB",
      "max_wal_size": freeBytes >= 16 << 30 ? "4GB" : "1GB",
      "checkpoint_timeout": "15min", "checkpoint_completion_target": "0.9",
      "timezone": "UTC", "log_timezone": "UTC", "lc_messages": "C",
      "logging_collector": "on", "log_destination": "stderr", "log_directory": logFolder,
      "log_filename": "server-%a.log", "log_rotation_age": "1d", "log_rotation_size": "0",
      "log_truncate_on_rotation": "on", "log_checkpoints": "off", "log_line_prefix": "%m [%p] %a ",
      "log_error_verbosity": "terse",
    ]
    settings.merge(extra) { _, given in given }
    let lines = settings.sorted { $0.key < $1.key }.map { "\($0.key) = '\(quoted($0.value))'" }
    return
      "# Written by labourwatch at every start of the server; changes belong into postgresql.conf, below its include.\n"
      + lines.joined(separator: "\n") + "\n"
  }

  private static func quoted(_ value: String) -> String {
    value.reduce(into: "") { $0 += $1 == "'" ? "''" : $1 == "\\" ? "\\\\" : String($1) }
  }

  /// Who may connect: the server's own user, root and postgres, through the socket, as the superuser `labourwatch`.
  static func identityMap(_ owner: Account) -> String {
    let names = [owner.name, "root", "postgres"]
    let distinct = names.enumerated().filter { names.firstIndex(of: $0.element) == $0.offset }.map(\.element)
    return distinct.map { "labourwatch \"\($0)\" labourwatch\n" }.joined()
  }

  static let hostAccess = """
    # The system's own user names decide (peer); there is no way in over the network.
    local all         all peer map=labourwatch
    local replication all peer map=labourwatch

    """

  /// Memory of the machine or of the control group, whichever is less.
  private static func memoryBytes() -> Int {
    let total = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    let limit = (try? TextFile.read("/sys/fs/cgroup/memory.max")).flatMap { Int($0.filter(\.isNumber)) }
    return min(total, limit ?? total)
  }

  /// Bytes that are free on the disk of a folder.
  static func freeBytes(_ folder: String) -> Int {
    var facts = statvfs()
    guard statvfs(folder, &facts) == 0 else { return Int.max }
    return Int(clamping: UInt64(facts.f_bavail) * UInt64(facts.f_frsize))
  }
}
