import Foundation
import Postgres
import TestSupport

extension Case {
  /// A portal that fails once, or stays broken: what other feeds bring is taken all the same, and the pull goes on behind its last complete page.
  func portalFails() throws {
    let failures = Portal.Failure.allCases.filter { $0 != .killed }
    let failure = failures[draw.ordinal % failures.count]
    try fail(.init(failure: failure, request: 0, lasts: below(3) > 0))
  }

  /// The program is killed in the middle of a pull.
  func killAtPull() throws { try fail(.init(failure: .killed, request: 0, lasts: false)) }

  private func fail(_ plan: Portal.Plan) throws {
    let reference = try workshop.reference(.pull, world)
    try prepare(reference)
    let portal = workshop.portal
    let number = ProcessNumber()
    portal.offer(
      world,
      failing: .init(
        failure: plan.failure, request: below(reference.requests.count), lasts: plan.lasts, share: below(100)
      ) { Glibc.kill(number.value, SIGKILL) })
    let child = try start(.pull)
    number.value = child.number
    let expected: Int32 = plan.failure == .killed ? 137 : plan.lasts ? 1 : reference.status
    let outcome = try end(child, [expected])
    guard let struck = portal.struck else { return complain("the request never came") }
    step = "\(struck): \(plan.failure.rawValue)\(plan.lasts ? ", for good" : "")"
    if plan.lasts {
      let list = struck.prefix { $0 != " " }
      if outcome?.log.contains("source of \(list) failed") == false { complain("the source is not named") }
      let untaken = try count(
        """
        select count(*) from unnest(array['\(reference.files.joined(separator: "', '"))']) name
         where not exists (select from labourwatch.run_files f where f.name = name and f.status = 'taken')
        """)
      if untaken > 0 { complain("\(untaken) files of the inbox were not taken") }
    }
    let asked = portal.asked
    portal.mend()
    try recover(.pull, reference)
    // The list that was broken off is not asked for what came complete: its next request is the one that failed.
    let list = struck.prefix { $0 != " " }
    let next = portal.asked.first { $0.prefix { $0 != " " } == list }
    if expected != reference.status, next != struck {
      complain("after \(asked) it went on with “\(next ?? "nothing")”, not with “\(struck)”")
    }
  }
}

// MARK: Full exports

extension Case {
  /// A full export that was cut on its way closes at most what it may, or is refused. Once the whole one came, the newest state of every record is
  /// that of the undisturbed run.
  func truncatedExport() throws {
    let reference = try workshop.reference(.nextExports, world)
    try prepare(reference)
    let file = world.exports[1][below(world.exports[1].count)]
    let path = "\(folder)/inbox/\(file.name)"
    let length = 1 + below(file.bytes.count - 1)
    try Scenario.put(Array(file.bytes.prefix(length)), path)
    step = "\(file.name), \(length) of \(file.bytes.count) bytes"
    let cut = try end(try start(.nextExports), [0, 1, 3])
    let taken = try workshop.server.connect(database).query(
      Query(
        name: "taken",
        text: "select read, closed from labourwatch.run_files where status = 'taken' and name = '\(file.name)'")
    ).map { (read: try $0.int(0), closed: try $0.int(1)) }
    guard let one = taken.first else {
      if cut?.status != 1 { complain("a cut file was passed over in silence") }
      if cut?.log.contains(file.name) == false { complain("the file is not named") }
      try Scenario.put(file.bytes, path)
      return try recover(.nextExports, reference)
    }
    step += ", \(one.closed) closed"
    if one.closed > one.read { complain("\(one.closed) records are closed by \(one.read) rows") }
    if file.name.hasSuffix(".gz") || file.name.hasSuffix(".xlsx") { complain("half an archive was taken") }
    try Scenario.put(file.bytes, path)
    guard let again = try rerun(.nextExports) else { return }
    if again.status != reference.status { complain("the run after it: \(again.status), \(Self.tail(again.log))") }
    let oracle = Oracle(server: workshop.server)
    for words in try oracle.outcome(database, folder: nil).violations { complain(words) }
    let mine = try newestStates(database)
    let wanted = try newestStates(reference.database)
    let lost = wanted.difference(mine)
    // The last row may have been cut where it still looks right; the whole export closes what it made.
    if !lost.isEmpty { complain("\(lost.count) records have another state: \(lost.first ?? "")") }
    if mine.difference(wanted).count > 1 { complain("\(mine.difference(wanted).first ?? "") is too much") }
  }

  /// The newest version of every posting and registration. On which day a record that no export lists was closed depends on the cut one.
  private func newestStates(_ database: String) throws -> [String] {
    let fields = "- array['city', 'known_at', 'received_at', 'run_id', 'file_no', 'line', 'content_hash']"
    return try workshop.server.connect(database).query(
      Query(
        name: "states",
        text: """
          (select distinct on (source, posting_id) (to_jsonb(v) \(fields))::text from labourwatch.vacancy_versions v
            order by source, posting_id, known_at desc, received_at desc, run_id desc, file_no desc, line desc)
          union all
          (select distinct on (person, registered_on)
                  ((to_jsonb(v) || jsonb_build_object('exited_on', v.exited_on is not null)) \(fields))::text from labourwatch.unemployment_versions v
            order by person, registered_on, known_at desc, received_at desc, run_id desc, file_no desc, line desc)
          """)
    ).map { try $0.string(0) }
  }
}
