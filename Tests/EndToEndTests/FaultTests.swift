import Foundation
import Operations
import TestSupport
import Testing

@Suite("Runs that are killed, and runs that meet")
struct FaultTests {
  private let night = ["nightly", "--inbox", "inbox", "--out", "lists", "--now", City.now]

  /// What a night leaves behind: digests of the versions, and the forecast without its run's number.
  private func state(_ program: Program) throws -> [String: String] {
    var state = try program.versions()
    #expect(try program.run("export", "forecast", "--output", "forecast.csv").status == 0)
    state["forecast"] = try program.text("forecast.csv")
    state["quarantine"] = "\(try program.count("select count(*) from labourwatch.quarantine"))"
    return state
  }

  private func stagedRows(_ program: Program) throws -> Int {
    let connection = try program.database.connect()
    let tables = try connection.query(
      "select table_name from information_schema.tables where table_schema = 'labourwatch' and table_name ~ '^staging_'"
    )
    #expect(tables.count >= 9, "one a feed, one for rejected rows, and their parts")
    return try tables.reduce(0) {
      $0 + (try program.count("select count(*) from labourwatch.\(try $1.string(0))"))
    }
  }

  @Test("Killed at eight moments, then run once more: as if nothing had happened")
  func kill() throws {
    let (undisturbed, lists, length) = try Program.with { program in
      try City.fill(program, "inbox")
      let began = ContinuousClock.now
      #expect(try program.start(night).wait().status == 0)
      let length = (ContinuousClock.now - began) / .microseconds(1)
      return (try state(program), program.files("lists"), length)
    }
    let seed: UInt64 = 20_220_310
    var random = SeededGenerator(seed: seed)
    try Program.with { program in
      try City.fill(program, "inbox")
      var killed = 0
      for turn in 0..<8 {
        let child = try program.start(night)
        // Half of them soon, while files are taken; half of them while the forecast or the lists are made. Later turns find
        // work done and may end before their moment.
        usleep(useconds_t(length * Double.random(in: turn % 2 == 0 ? 0.01...0.25 : 0.1...0.9, using: &random)))
        child.signal(SIGKILL)
        if try child.wait().status == 128 + SIGKILL { killed += 1 }
        #expect(try stagedRows(program) == 0, "seed \(seed), turn \(turn)")
        let halfFiles = program.files("lists").filter { file in
          !lists.contains { $0.name == file.name } && !file.name.hasPrefix(".")
        }
        #expect(halfFiles.isEmpty, "seed \(seed), turn \(turn): \(halfFiles.map(\.name))")
      }
      #expect(killed > 0, "seed \(seed): every run ended before it was killed")
      // What a run leaves that is killed while it makes lists; no process has that number.
      let leftover = program.folder + "/lists/.2022-03-09-999999999"
      try FileManager.default.createDirectory(atPath: leftover, withIntermediateDirectories: true)
      try write("half a list", to: leftover + "/list.csv")
      let last = try program.start(night).wait()
      #expect(last.status == 0, "\(last.log)")
      let after = try state(program)
      for (name, text) in undisturbed {
        let same = after[name] == text
        #expect(same, "seed \(seed): \(name) differs")
      }
      #expect(try program.count("select count(*) from labourwatch.runs where status = 'running'") == 0)
      #expect(try program.count("select count(*) from labourwatch.runs where status = 'abandoned'") > 0)
      let written = program.files("lists")
      #expect(written.map(\.name) == lists.map(\.name), "seed \(seed)")
      // Pages and workbooks name the run that made the forecast; tables in CSV hold nothing but what officers read.
      for (new, old) in zip(written, lists) where new.name.hasSuffix(".csv") {
        let same = new.bytes == old.bytes
        #expect(same, "seed \(seed): \(new.name) differs")
      }
    }
  }

  @Test("While one run holds the lock, a second one ends with 75 and says so; the first one is not disturbed")
  func lock() throws {
    try Program.with { program in
      try City.fill(program, "inbox")
      let first = try program.start(night)
      defer { first.signal(SIGKILL) }
      var attempts = 0
      while try program.count("select count(*) from labourwatch.runs where status = 'running'") == 0, attempts < 500 {
        usleep(20_000)
        attempts += 1
      }
      first.signal(SIGSTOP)
      #expect(first.isRunning)
      for command in [
        night, ["ingest", "--inbox", "inbox"], ["forecast", "--now", City.now], ["report", "--out", "other"],
      ] {
        let second = try program.start(command).wait()
        #expect(second.status == Operations.ExitStatus.locked.rawValue, "\(command[0]): \(second.log)")
        #expect(second.log.contains("suqian") && second.log.contains("again"), "\(second.log)")
      }
      #expect(program.files("other").isEmpty)
      first.signal(SIGCONT)
      let end = try first.wait()
      #expect(end.status == 0, "\(end.log)")
      #expect(try program.count("select count(*) from labourwatch.runs") == 1)
    }
  }
}
