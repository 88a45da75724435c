import Glibc
import Postgres
import Synchronization
import TestSupport
import Testing

/// Clusters of their own: each test makes, breaks and stops one.
@Suite(.serialized) struct LocalClusterTests {
  private static let quick = ["fsync": "off", "shared_buffers": "16MB"]

  private func withHome(
    _ mode: mode_t = 0o755, named name: String = "home", _ body: (String, LocalCluster) throws -> Void
  ) throws {
    try withTemporaryDirectory { folder in
      chmod(folder, mode)
      let home = "\(folder)/\(name)"
      let cluster = LocalCluster(home: home, settings: Self.quick)
      defer {
        // A home out of the server's reach keeps its data elsewhere, in a folder of the same cluster.
        let data = (try? cluster.status()).flatMap { Self.data($0) }
        _ = try? cluster.stop()
        if let data, data.hasPrefix("/var/lib/labourwatch/") {
          removeTree(String(data.dropLast("/postgres/data".count)))
        }
      }
      try body(home, cluster)
    }
  }

  private static func data(_ status: LocalCluster.Status) -> String? {
    switch status {
    case .absent: nil
    case .stopped(let data): data
    case .running(_, _, let data): data
    }
  }

  private func process(_ cluster: LocalCluster) throws -> pid_t {
    guard case .running(_, let process, _) = try cluster.status() else { throw TestSupportError("no server runs") }
    return pid_t(process)
  }

  private func name(_ url: String) throws -> String {
    try Connection(url).query("select current_database() || ' ' || current_user").one().string(0)
  }

  @Test func startsStopsAndStartsAgain() throws {
    try withHome { home, cluster in
      #expect(try cluster.status() == .absent)
      #expect(throws: PostgresError.self) { try cluster.url() }
      let url = try cluster.ensureStarted()
      #expect(try name(url) == "labourwatch labourwatch")
      #expect(try cluster.url() == url)
      let connection = try Connection(url)
      let row = try connection.query(
        """
        select current_setting('data_checksums'), current_setting('listen_addresses'), current_setting('jit'),
          current_setting('fsync'), current_setting('server_encoding'), datcollate, datctype
        from pg_database where datname = current_database()
        """
      ).one()
      let values = try (0..<row.count).map { try row.string($0) }
      #expect(values == ["on", "", "off", "off", "UTF8", "C", "C.UTF-8"])
      var facts = stat()
      #expect(stat("\(home)/postgres", &facts) == 0 && facts.st_mode & 0o777 == 0o700)
      if geteuid() == 0 { #expect(facts.st_uid != 0) }
      let first = try process(cluster)
      #expect(try cluster.ensureStarted() == url)
      #expect(try process(cluster) == first)
      #expect(try cluster.stop())
      #expect(try !cluster.stop())
      guard case .stopped = try cluster.status() else {
        Issue.record("still runs")
        return
      }
      try cluster.ensureStarted()
      #expect(try access(cluster.psql(), X_OK) == 0)
    }
  }

  @Test func worksInAFolderThatTheServerCannotReach() throws {
    try withHome(0o700) { home, cluster in
      let url = try cluster.ensureStarted()
      #expect(try name(url) == "labourwatch labourwatch")
      guard geteuid() == 0, case .running(_, _, let data) = try cluster.status() else { return }
      #expect(data.hasPrefix("/var/lib/labourwatch/"))
      #expect(access("\(home)/location", R_OK) == 0)
      // A home that was removed begins anew, and its old server ends.
      let old = try process(cluster)
      removeTree(home)
      #expect(try cluster.status() == .absent)
      let second = try cluster.ensureStarted()
      #expect(second != url)
      for _ in 0..<200 where kill(old, 0) == 0 { usleep(20_000) }
      #expect(kill(old, 0) != 0)
      removeTree(String(data.dropLast("/postgres/data".count)))
    }
  }

  @Test func longPathsAndChineseNamesWork() throws {
    try withHome(named: "宿迁 'city', \(String(repeating: "long", count: 25))") { _, cluster in
      let url = try cluster.ensureStarted()
      #expect(url.contains("host=/tmp/labourwatch-"))
      #expect(try name(url) == "labourwatch labourwatch")
      if let folder = url.split(separator: "=").dropFirst().first?.split(separator: "&").first {
        var facts = stat()
        #expect(stat(String(folder), &facts) == 0 && facts.st_mode & 0o777 == 0o700)
        try cluster.stop()
        removeTree(String(folder))
      }
    }
  }

  @Test func pathThatToolsCannotTakeIsRefused() throws {
    try withHome(named: "a$b") { _, cluster in
      let error = #expect(throws: PostgresError.self) { try cluster.ensureStarted() }
      #expect(error?.description.contains("set LABOURWATCH_HOME") == true)
    }
  }

  @Test func killedServerStartsAgain() throws {
    try withHome { home, cluster in
      let url = try cluster.ensureStarted()
      let connection = try Connection(url)
      try connection.executeScript("create table public.t (a int); insert into public.t values (1); checkpoint")
      kill(try process(cluster), SIGKILL)
      #expect(throws: PostgresError.self) { for _ in 0..<100 { try connection.query("select pg_sleep(0.05)") } }
      #expect(try Connection(cluster.ensureStarted()).query("select a from public.t").one().int(0) == 1)
      // A postmaster.pid whose number belongs to another process by now.
      try cluster.stop()
      try write(
        "\(getpid())\n\(home)/postgres/data\n1\n5432\n\(home)/postgres/run\n",
        to: "\(home)/postgres/data/postmaster.pid")
      guard case .stopped = try cluster.status() else {
        Issue.record("a foreign process counts as server")
        return
      }
      #expect(try Connection(cluster.ensureStarted()).query("select a from public.t").one().int(0) == 1)
    }
  }

  @Test func severalAtOnceMakeOneCluster() throws {
    try withHome { _, cluster in
      let urls = Mutex<[String]>([])
      let threads = (0..<4).map { _ in
        Thread {
          let outcome = Result { try cluster.ensureStarted() }
          urls.withLock { $0.append((try? outcome.get()) ?? "\(outcome)") }
        }
      }
      threads.forEach { $0.join() }
      let distinct = Set(urls.withLock { $0 })
      let url = try cluster.url()
      #expect(distinct == [url])
    }
  }

  @Test("What a killed program left half made is taken away, also while its initdb still goes on")
  func halfMadeClusterIsMadeAnew() throws {
    try withHome { home, cluster in
      mkdir(home, 0o755)
      let base = "\(home)/postgres"
      mkdir(base, 0o700)
      mkdir("\(base)/data.new", 0o700)
      try write("half", to: "\(base)/data.new/PG_VERSION")
      var command = [try PostgresBinaries.find().path("initdb"), "-D", "\(base)/data.new-1", "--auth=peer"]
      if geteuid() == 0, let account = getpwnam("postgres")?.pointee {
        for path in [base, "\(base)/data.new"] { chown(path, account.pw_uid, account.pw_gid) }
        command = ["/usr/sbin/runuser", "-u", "postgres", "--"] + command
      }
      let orphan = try Child(command[0], Array(command.dropFirst()), in: home, environment: [:])
      while access("\(base)/data.new-1/base", F_OK) != 0, orphan.isRunning { usleep(2_000) }
      #expect(try name(cluster.ensureStarted()) == "labourwatch labourwatch")
      try orphan.wait()
      try cluster.stop()
      #expect(try name(cluster.ensureStarted()) == "labourwatch labourwatch")
      for left in ["data.new", "data.new-1", "data.new-\(getpid())"] { #expect(access("\(base)/\(left)", F_OK) != 0) }
    }
  }

  @Test func failuresSayWhatToDo() throws {
    try withHome { home, cluster in
      try cluster.ensureStarted()
      try cluster.stop()
      func failure() -> String {
        do {
          try cluster.ensureStarted()
          return "started"
        } catch { return "\(error)" }
      }
      try write("nonsense = 1\n", to: "\(home)/postgres/data/postgresql.auto.conf")
      #expect(failure().contains("unrecognized configuration parameter \"nonsense\""))
      try write("", to: "\(home)/postgres/data/postgresql.auto.conf")
      try write("9\n", to: "\(home)/postgres/data/PG_VERSION")
      #expect(failure().contains("made by PostgreSQL 9, which is not installed"))
      #expect(failure().contains("Next: apt-get install postgresql-9"))
      try write("15\n", to: "\(home)/postgres/data/PG_VERSION")
    }
    let error = #expect(throws: PostgresError.self) { try LocalCluster(home: "/proc/nowhere/home").ensureStarted() }
    #expect(error?.code == .cluster)
  }
}
