import Foundation
import Operations
import TestSupport
import Testing

@Suite("Wrong usage, wrong configuration, wrong files")
struct UsageTests {
  /// Checks how a command ended, that its message names what is wrong, and that it was written for people.
  private func check(_ outcome: Child.Outcome, _ status: Operations.ExitStatus, _ words: [String], _ what: String) {
    #expect(outcome.status == status.rawValue, "\(what): \(outcome.log)")
    for word in words { #expect(outcome.log.contains(word), "\(what): “\(word)” is not in: \(outcome.log)") }
    #expect(!outcome.log.contains("Error Domain") && !outcome.log.contains("Fatal error"), "\(what): \(outcome.log)")
    #expect(outcome.log.split(separator: "\n").count < 20, "\(what): \(outcome.log)")
  }

  @Test("Command lines that are wrong: 2, and a message that names the option")
  func commandLine() throws {
    try Program.with { program in
      let wrong: [([String], [String])] = [
        (["nightly", "--inbox", "inbox", "--out", "lists", "--fast"], ["--fast", "Usage"]),
        (["nightly", "--inbox", "inbox"], ["--out"]),
        (["nightly", "--out", "lists"], ["--inbox"]),
        (["nightlong"], ["nightlong"]),
        (
          ["nightly", "--inbox", "inbox", "--out", "lists", "--profile", "jobs/atlantis"],
          ["jobs/atlantis", "profile.yaml"]
        ),
        (["nightly", "--inbox", "inbox", "--out", "lists", "--now", "tomorrow"], ["--now", "tomorrow"]),
        (["nightly", "--inbox", "inbox", "--out", "lists", "--language", "fr"], ["--language", "fr", "zh-CN"]),
        (["nightly", "--inbox", "absent", "--out", "lists"], ["absent", "--inbox"]),
        (["nightly", "--inbox", ".", "--out", "/proc/lists"], ["/proc/lists", "--out"]),
        (["nightly", "--inbox", ".", "--out", "lists", "--summary", "absent/s.json"], ["absent/s.json", "--summary"]),
        (["forecast", "--as-of", "2022-13"], ["--as-of", "2022-13"]),
        (["forecast", "--as-of", "2022-03", "--now", "2022-03-10"], ["2022-03", "not over", "2022-02"]),
        (["forecast", "--horizon", "25"], ["--horizon", "24"]),
        (["forecast", "--horizon", "soon"], ["--horizon", "soon"]),
        (["export", "everything", "--output", "x.csv"], ["everything", "quarantine"]),
        (["export", "forecast", "--output", "x.xlsx"], ["x.xlsx", ".csv"]),
        (["ingest", "--inbox", ".", "--feed", "horoscopes"], ["horoscopes", "vacancies"]),
      ]
      for (arguments, words) in wrong {
        let outcome = try program.run(arguments)
        check(outcome, .usage, words, arguments.joined(separator: " "))
      }
      #expect(program.files("lists").isEmpty && program.files("home").isEmpty)
      #expect(!FileManager.default.fileExists(atPath: program.folder + "/x.csv"))
    }
  }

  @Test("A profile that is wrong: 2, and a message with file and key; nothing is taken")
  func profile() throws {
    let wrong: [(file: String, change: (String) -> String, words: [String])] = [
      ("profile.yaml", { $0 + "colour: red\n" }, ["profile.yaml", "colour"]),
      (
        "profile.yaml", { $0.replacingOccurrences(of: "Asia/Shanghai", with: "Asia/Atlantis") },
        ["profile.yaml", "Asia/Atlantis"]
      ),
      ("profile.yaml", { $0 + "name: [unclosed\n" }, ["profile.yaml"]),
      ("profile.yaml", { $0.replacingOccurrences(of: "\"321300\"", with: "\"999999\"") }, ["profile.yaml", "999999"]),
      ("feeds/vacancies.yaml", { $0 + "shoe_size: 43\n" }, ["vacancies.yaml", "shoe_size"]),
      (
        "feeds/vacancies.yaml", { $0.replacingOccurrences(of: "feed: vacancies", with: "feed: vacuums") },
        ["vacancies.yaml", "vacuums"]
      ),
      (
        "feeds/headcount.yaml", { $0.replacingOccurrences(of: "0.5", with: "half") },
        ["headcount.yaml", "max_rejected_share"]
      ),
      ("forecast.yaml", { $0 + "horoscope: true\n" }, ["forecast.yaml", "horoscope"]),
      ("alerts.yaml", { $0 + "purple: true\n" }, ["alerts.yaml", "purple"]),
    ]
    for (file, change, words) in wrong {
      try Program.with { program in
        try City.fill(program, "inbox")
        try City.profile(program, changing: [file: change])
        let night = try program.run(
          "nightly", "--profile", "profile", "--inbox", "inbox", "--out", "lists", "--now", City.now)
        check(night, .usage, words, file)
        #expect(program.files("lists").isEmpty, "\(file) \(words)")
        #expect(try program.count("select count(*) from labourwatch.vacancy_versions") == 0, "\(file) \(words)")
      }
    }
  }

  @Test("Files that are wrong as a whole: 1, refused by name, the others taken, the ledger shows it")
  func files() throws {
    try Program.with { program in
      try City.fill(program, "inbox") { feed, _, _ in feed == "enterprises" || feed == "headcount" }
      let inbox = program.folder + "/inbox/"
      try write("source,posting_id,headcount\nhr,P1,3\n", to: inbox + "vacancies-header.csv")
      try write("", to: inbox + "hiring_plans-empty.csv")
      try write("", to: inbox + "unemployment-empty.csv.gz")
      try write("not a workbook", to: inbox + "outcomes-text.xlsx")
      try FileManager.default.createDirectory(atPath: inbox + "supply_pipeline.csv", withIntermediateDirectories: false)
      #expect(mkfifo(inbox + "vacancies-pipe.csv", 0o600) == 0)
      let taken = try program.run("ingest", "--inbox", "inbox", "--now", City.now, "--summary", "summary.json")
      check(
        taken, .failed, ["vacancies-header.csv", "credit_code", "hiring_plans-empty.csv", "outcomes-text.xlsx"], "files"
      )
      let files = (try program.summary("summary.json").feeds ?? []).flatMap(\.files)
      let refused = files.filter { $0.status == "refused" }.map(\.name).sorted()
      let wanted = ["hiring_plans-empty.csv", "outcomes-text.xlsx", "supply_pipeline.csv", "unemployment-empty.csv.gz"]
      #expect(refused == wanted + ["vacancies-header.csv", "vacancies-pipe.csv"])
      #expect(files.filter { $0.status == "taken" }.map(\.name).sorted() == ["enterprises.csv", "headcount.csv"])
      #expect(try program.count("select count(*) from labourwatch.run_files where status = 'refused'") == 6)
      #expect(try program.count("select count(*) from labourwatch.runs where status = 'failed' and exit_code = 1") == 1)
      #expect(try program.count("select count(*) from labourwatch.vacancy_versions") == 0)
      #expect(try program.count("select count(*) from labourwatch.headcount_versions") > 0)
    }
  }

  @Test("A name with line ends and escapes stays one harmless line of the log; the profile is found from anywhere")
  func names() throws {
    try Program.with { program in
      try City.fill(program, "inbox", suffix: "\n\u{1B}[31m'; --") { feed, _, _ in
        feed == "headcount" || feed == "enterprises"
      }
      let taken = try program.run("ingest", "--inbox", "inbox", "--now", City.now)
      check(taken, .done, ["headcount\u{FFFD}\u{FFFD}[31m'; --.csv taken"], "names")
      #expect(!taken.log.contains("\u{1B}"), "\(taken.log)")
      #expect(try program.run("simulate", "--out", "city", "--enterprises", "3", "--months", "2").status == 0)
      #expect(program.files("city/feeds").contains { $0.name == "vacancies.csv" })
    }
  }

  @Test(
    "A sample ends as its file would: taken, with rejected rows, or refused; what it holds leaves the terminal alone")
  func samples() throws {
    try Program.with { program in
      let head = "source,posting_id,credit_code,region,occupation,title,headcount,posted_on,updated_at\n"
      func rows(_ regions: String...) -> String {
        head
          + regions.enumerated().map { "hr,\($0),9132132270000001X2,\($1),6-05,\u{1B}[2Jx,3,2021-01-01,2021-01-02\n" }
          .joined()
      }
      func sample(_ name: String) throws -> Child.Outcome {
        try program.run("feeds", "check", "\(repositoryRoot)/jobs/suqian/feeds/vacancies.yaml", "--sample", name)
      }
      for (text, status) in [
        (rows("321322", "321322"), ExitStatus.done), (rows("321322", "nowhere"), .incomplete),
        (rows("nowhere", "321322", "nowhere"), .failed), ("1\n2\n", .failed), ("{\n[\n", .failed),
      ] {
        try write(text, to: program.folder + "/sample.csv")
        let outcome = try sample("sample.csv")
        #expect(outcome.status == status.rawValue, "\(outcome.log)\(outcome.output)")
        #expect(!(outcome.log + outcome.output).contains("\u{1B}"))
        if status == .failed { #expect((outcome.log + outcome.output).contains("refused as a whole")) }
      }
      #expect(mkfifo(program.folder + "/pipe.csv", 0o600) == 0)
      check(try sample("pipe.csv"), .failed, ["pipe.csv is no file"], "a pipe")
    }
  }

  @Test("No postings at all: 3, and said so, because an empty list looks like good news")
  func emptyCity() throws {
    try Program.with { program in
      try City.fill(program, "inbox") { feed, _, _ in feed == "enterprises" }
      for inbox in ["inbox", "."] {
        let night = try program.run("nightly", "--inbox", inbox, "--out", "lists", "--now", City.now)
        check(night, .incomplete, ["No openings are known", City.asOf], inbox)
      }
    }
  }

  @Test("A server that is down or refuses: 1, with its address and without the password")
  func server() throws {
    try Program.with { program in
      try City.fill(program, "inbox")
      for url in [
        "postgresql://clerk:hush-hush@127.0.0.1:1/labour", "host=127.0.0.1 port=1 user=clerk password=hush-hush",
      ] {
        let night = try program.run("nightly", "--inbox", "inbox", "--out", "lists", "--database", url)
        check(night, .failed, ["127.0.0.1", "connect"], url)
        #expect(!night.log.contains("hush-hush"), "\(night.log)")
      }
      for url in ["mysql://clerk:hush-hush@127.0.0.1/labour", "postgresql://clerk:hush-hush@[/labour"] {
        let night = try program.run("nightly", "--inbox", "inbox", "--out", "lists", "--database", url)
        check(night, .usage, ["address", "postgresql://"], url)
        #expect(!night.log.contains("hush-hush"), "\(night.log)")
      }
      #expect(program.files("lists").isEmpty)
    }
  }

  @Test("A table that another session holds: 75 after a while, with what to do; the next run finishes the work")
  func lockedTable() throws {
    try Program.with { program in
      try City.fill(program, "inbox")
      let ingest = ["ingest", "--inbox", "inbox", "--now", City.now]
      let other = try program.database.connect()
      try other.transaction {
        try other.execute(
          .init(name: "lock", text: "lock table labourwatch.vacancy_versions in access exclusive mode"))
        let blocked = try program.run(ingest, ["PGOPTIONS": "-c lock_timeout=300ms"])
        check(blocked, .locked, ["lock", "try again"], "locked table")
      }
      #expect(try program.count("select count(*) from labourwatch.vacancy_versions") == 0)
      #expect(try program.run(ingest).status == 0)
      #expect(try program.count("select count(*) from labourwatch.vacancy_versions") > 100)
    }
  }
}
