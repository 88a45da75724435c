import Foundation
import TestSupport
import Testing

/// Commands beside the night: employers and jobs, the accept list, another key of the pseudonyms.
@Suite struct CommandTests {
  private static let codes = ["914403001922038216", "91330100799655058B"]
  private static let wrongCode = "91350203M0001QAY9B"
  private static let header =
    "source,channel,posting_id,credit_code,enterprise_name,region,occupation,title,headcount,salary_min,salary_max,posted_on,updated_at"

  private static func posting(_ source: String, _ id: String, code: String = codes[0], day: Int = 1) -> String {
    "\(source),网站,\(id),\(code),宿迁甲纺织有限公司,321322,6-04,细纱挡车工,5,5000,6000,2022-01-0\(day),2022-01-0\(day)T09:00:00"
  }

  private func ingest(_ program: Program, _ files: [String: String], _ environment: [String: String] = [:]) throws
    -> Child.Outcome
  {
    try FileManager.default.createDirectory(atPath: program.folder + "/inbox", withIntermediateDirectories: true)
    for (name, text) in files { try write(text, to: "\(program.folder)/inbox/\(name)") }
    return try program.run(["ingest", "--profile", "profile", "--inbox", "inbox", "--now", "2022-01-10"], environment)
  }

  @Test func explainsAJobAndProposesAndListsLinks() throws {
    try Program.with { program in
      try City.profile(program)
      let register = """
        credit_code,enterprise_name,region
        \(Self.codes[0]),宿迁甲纺织有限公司,321322
        \(Self.codes[1]),宿迁甲纺织（有限公司）,321322

        """
      let postings = [Self.header, Self.posting("hr-bureau", "A1"), Self.posting("portal", "B7", day: 2)]
      let taken = try ingest(
        program, ["enterprises.csv": register, "vacancies.csv": postings.joined(separator: "\n") + "\n"])
      #expect([0, 3].contains(taken.status), "\(taken.log)")
      #expect(try program.run("jobs", "decide", "--profile", "profile", "--now", "2022-01-10").status == 0)
      let job = try program.run("jobs", "explain", "portal:B7", "--profile", "profile", "--now", "2022-01-10")
      #expect(job.status == 0 && job.output.hasPrefix("job hr-bureau:A1, 2 postings"), "\(job.output)\(job.log)")
      #expect(
        job.output.contains("portal:B7  same job since") && job.output.contains("hr-bureau:A1  announced the job"))
      let unknown = try program.run("jobs", "explain", "portal:B8", "--profile", "profile", "--now", "2022-01-10")
      #expect(unknown.status == 2 && unknown.log.contains("There is no posting portal:B8"), "\(unknown.log)")

      let none = try program.run("enterprises", "links", "--profile", "profile")
      #expect(none.status == 0 && none.output.contains("links no enterprises"), "\(none.output)")
      let propose = try program.run(
        "enterprises", "propose", "--profile", "profile", "--output", "proposals.csv", "--now", "2022-01-10")
      #expect(propose.status == 0, "\(propose.log)")
      let proposals = try program.text("proposals.csv")
      #expect(proposals.contains("same name: ") && Self.codes.allSatisfy { proposals.contains($0) }, "\(proposals)")
      // What an analyst copies into the reference data is what the next command knows.
      try write(proposals, to: program.folder + "/profile/reference/enterprise_links.csv")
      let links = try program.run("enterprises", "links", "--profile", "profile", "--now", "2022-02-01")
      #expect(links.status == 0 && Self.codes.allSatisfy { links.output.contains($0) }, "\(links.output)\(links.log)")
      let again = try program.run("enterprises", "propose", "--profile", "profile", "--now", "2022-01-10")
      #expect(again.status == 0 && !again.output.contains("same name"), "\(again.output)")
      let wrong = try program.run("enterprises", "propose", "--profile", "profile", "--output", "proposals.xlsx")
      #expect(wrong.status == 2 && wrong.log.contains("End the name in .csv"), "\(wrong.log)")
    }
  }

  @Test func acceptsListsAndWithdrawsCodes() throws {
    try Program.with { program in
      try City.profile(program)
      func file(_ id: String) -> String {
        [Self.header, Self.posting("s", id), Self.posting("s", id + "x", code: Self.wrongCode)].joined(separator: "\n")
          + "\n"
      }
      func accept(_ arguments: String...) throws -> Child.Outcome {
        try program.run(["quarantine", "accept"] + arguments + ["--profile", "profile", "--now", "2022-01-11"])
      }
      func postings() throws -> Int { try program.count("select count(*) from labourwatch.vacancy_versions") }
      #expect(try ingest(program, ["vacancies.csv": file("1")]).status == 3)
      #expect(try accept("--list").output.contains("No code was accepted"))
      #expect(try accept(Self.wrongCode).status == 2)
      let done = try accept(Self.wrongCode, "--by", "王敏", "--reason", "与营业执照一致")
      #expect(done.status == 0, "\(done.log)")
      #expect(try postings() == 2)
      let list = try accept("--list").output
      #expect([Self.wrongCode, "王敏", "与营业执照一致"].allSatisfy { list.contains($0) }, "\(list)")
      #expect(try accept("--list", "--undo").status == 2)
      let undone = try accept("--undo", Self.wrongCode, "--by", "李强", "--reason", "录入错误")
      #expect(undone.status == 0 && undone.log.contains("no longer accepted: \(Self.wrongCode)"), "\(undone.log)")
      let history = try accept("--list").output
      #expect(["王敏", "李强", "录入错误"].allSatisfy { history.contains($0) }, "\(history)")
      let twice = try accept("--undo", Self.wrongCode, "--by", "李强", "--reason", "录入错误")
      #expect(twice.status == 2 && twice.log.contains("does not stand on the accept list"), "\(twice.log)")
      // What was taken stays; the next row with the code is rejected.
      #expect(try ingest(program, ["vacancies-2.csv": file("2")]).status == 3)
      #expect(try postings() == 3)
      #expect(try program.count("select count(*) from labourwatch.quarantine where status = 'open'") == 1)
    }
  }

  @Test func refusesAnotherKeyOfThePseudonyms() throws {
    try Program.with { program in
      try City.profile(program)
      func file(_ day: Int) -> String {
        "person_id,name,region,registered_on,updated_at\n321322198401072635,周涛文,321322,2022-01-03,2022-01-0\(day)\n"
      }
      func persons() throws -> Int { try program.count("select count(*) from labourwatch.unemployment_versions") }
      #expect([0, 3].contains(try ingest(program, ["unemployment.csv": file(3)]).status))
      #expect(try persons() == 1)
      let other = try ingest(
        program, ["unemployment-2.csv": file(4)], ["LABOURWATCH_PSEUDONYM_KEY": "another key: 0123456789abcdef"])
      #expect(other.status == 2 && other.log.contains("is not the one under which the persons"), "\(other.log)")
      #expect(!other.log.contains("another key: 0123456789abcdef") && !other.log.contains(Program.key))
      #expect(try persons() == 1)
      #expect([0, 3].contains(try ingest(program, [:]).status))
      #expect(try persons() == 2)
      #expect(try program.count("select count(distinct person) from labourwatch.unemployment_versions") == 1)
    }
  }
}
