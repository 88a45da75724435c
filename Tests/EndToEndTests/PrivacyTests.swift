import Foundation
import TestSupport
import Testing

@testable import LabourMarket
@testable import Tabular

@Suite("Persons never leave")
struct PrivacyTests {
  /// Identity numbers of no one: a valid check character behind a region that is not assigned.
  private static func person(_ number: Int) -> String {
    let prefix = "77000019900101" + String(format: "%03d", number)
    return prefix + String(decoding: [ResidentIdentityNumber.checkCharacter(for: prefix.utf8)], as: UTF8.self)
  }

  private static let mobiles = (0..<4).map { "1381234567\($0)" }
  private static let names = ["欧阳独一", "司马无双", "诸葛三生", "上官四海"]

  /// Rows that are taken, and rows that are rejected for every kind of reason, all with persons in them.
  private static func rows(creditCode: String) -> (unemployment: String, vacancies: String, secrets: [String]) {
    var secrets = mobiles + names
    func id(_ n: Int) -> String {
      secrets.append(person(n))
      return person(n)
    }
    let unemployment = [
      "person_id,name,region,occupation,education,last_credit_code,reason,registered_on,exited_on,exit_reason,updated_at,备注",
      "\(id(1)),\(names[0]),321302,6-13,高中,,电话\(mobiles[0])联系 \(id(2)),2021-03-01,,,2021-03-01T09:00:00,\(id(3))",
      "\(id(4)),\(names[1]),nowhere-\(mobiles[1]),6-13,高中,,,2021-03-01,,,2021-03-01T09:00:00,\(mobiles[2])",
      "\(person(5).dropLast())A,\(names[2]),321302,6-13,高中,,\(id(6)),2021-03-01,,,2021-03-01T09:00:00,",
      "\(id(7)),\(names[3]),321302,6-13,高中,,,\(id(8)),,,2021-03-01T09:00:00,",
      "\(id(9)),\(names[0]),321302,\(id(10)),高中,,,2021-03-01,,,2021-03-01T09:00:00,",
      "\(id(11)),\(names[1]),321302,6-13,高中,,,2021-03-01,,,2021-03-01T09:00:00,,,\(id(12)),",
      "\(id(13)),\(names[2]),321302,6-13,高中,,,2021-03-01,2021-04-01,找到工作 \(mobiles[3]),2021-04-01T09:00:00,",
    ]
    let vacancies = [
      "source,posting_id,credit_code,region,occupation,title,headcount,posted_on,updated_at",
      "hr-bureau,P1,\(creditCode),321302,6-13,缝纫工 请打\(mobiles[0])找\(id(14)),3,2021-03-01,2021-03-01T09:00:00",
      "hr-bureau,P2,\(id(15)),321302,6-13,缝纫工,3,2021-03-01,2021-03-01T09:00:00",
      "hr-bureau,P3,\(creditCode),321302,6-13,缝纫工,\(id(16)),2021-03-01,2021-03-01T09:00:00",
    ]
    secrets.append(String(person(5).dropLast()))
    return (unemployment.joined(separator: "\n") + "\n", vacancies.joined(separator: "\n") + "\n", secrets)
  }

  @Test("No identity number, name or mobile number in any table, log, summary, export or list")
  func nothing() throws {
    try Program.with { program in
      try City.fill(program, "inbox")
      let register = Columns(try program.text("inbox/enterprises.csv"))
      let (unemployment, vacancies, planted) = Self.rows(creditCode: register[register.rows[0], "credit_code"])
      try write(unemployment, to: program.folder + "/inbox/unemployment-hand.csv")
      try write(vacancies, to: program.folder + "/inbox/vacancies-hand.csv")
      try City.profile(
        program,
        changing: [
          "feeds/unemployment.yaml": { $0.replacingOccurrences(of: "0.5", with: "1") },
          "feeds/vacancies.yaml": { $0.replacingOccurrences(of: "0.5", with: "1") },
        ])
      var secrets = planted
      let simulated = Columns(try program.text("inbox/unemployment.csv"))
      secrets += Set(simulated.rows.map { simulated[$0, "person_id"] }).sorted().prefix(200)
      secrets += Set(simulated.rows.map { simulated[$0, "name"] }).sorted().filter { $0.count > 2 }.prefix(100)

      let night = try program.run(
        "nightly", "--profile", "profile", "--inbox", "inbox", "--out", "lists", "--now", City.now, "--summary",
        "summary.json", "--log-format", "json")
      #expect(night.status == 3, "\(night.log)")
      let rejected = try program.summary("summary.json").feeds?.first { $0.feed == "unemployment" }?.rejected ?? 0
      #expect(rejected >= 4)
      search(night.log + night.output, for: secrets, in: "the log")
      try FileManager.default.createDirectory(atPath: program.folder + "/export", withIntermediateDirectories: true)
      for what in ["forecast", "ledger", "quarantine", "alerts", "shortfalls", "surpluses"] {
        for form in ["csv", "jsonl"] {
          let export = try program.run("export", what, "--profile", "profile", "--output", "export/\(what).\(form)")
          #expect(export.status == 0, "\(export.log)")
        }
      }
      #expect(try program.text("export/quarantine.csv").contains("unknown_region"))
      for folder in ["export", "lists"] {
        for file in program.files(folder) { search(try text(of: file, folder, program), for: secrets, in: file.name) }
      }
      search(try program.text("summary.json"), for: secrets, in: "the summary")
      let dump = try tables(program)
      let holdsTitle = dump.contains("缝纫工")
      #expect(holdsTitle, "the row with persons in its free text was not taken")
      search(dump, for: secrets, in: "the tables")
    }
  }

  /// The text of a file; of a workbook, all its parts unpacked.
  private func text(of file: (name: String, bytes: Data), _ folder: String, _ program: Program) throws -> String {
    guard file.name.hasSuffix(".xlsx") else { return String(decoding: file.bytes, as: UTF8.self) }
    let table = try TableFile(path: "\(program.folder)/\(folder)/\(file.name)")
    var record = Record()
    var text = table.headers.joined(separator: "\t")
    while try table.next(&record) {
      text += "\n" + (0..<record.count).map { record.string($0) }.joined(separator: "\t")
    }
    #expect(text.count > 20)
    return text
  }

  /// Every row of every table as text; bytes also as the text that they may be.
  private func tables(_ program: Program) throws -> String {
    let connection = try program.database.connect()
    var dump = ""
    for row in try connection.query(
      "select table_name from information_schema.tables where table_schema = 'labourwatch' and table_type = 'BASE TABLE'"
    ) {
      let table = try row.string(0)
      let rows = try connection.query(
        .init(name: "dump", text: "select string_agg(to_jsonb(t)::text, E'\\n') from labourwatch.\(table) t"))
      dump += try rows.one().optionalString(0) ?? ""
    }
    let raw = try connection.query(
      "select string_agg(encode(raw, 'escape'), E'\\n'), count(*) from labourwatch.quarantine")
    #expect(try raw.one().int(1) >= 6)
    // `escape` writes bytes above 127 as \\nnn: names are searched for in the hexadecimal form of to_jsonb instead.
    return dump + (try raw.one().optionalString(0) ?? "")
  }

  /// Looks for the secrets as they are, and in the hexadecimal form that bytes have in a dump.
  private func search(_ text: String, for secrets: [String], in place: String) {
    let found = text.withCString { text in
      secrets.filter { secret in
        let hex = secret.utf8.map { byte in String(format: "%02x", byte) }.joined()
        return strstr(text, secret) != nil || strstr(text, hex) != nil
      }
    }
    #expect(found.isEmpty, "\(place) tells \(found.prefix(3))")
  }
}
