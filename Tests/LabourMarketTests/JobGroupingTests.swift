import TestSupport
import Testing

@testable import LabourMarket

/// The definition of a job, word by word and without any index: what ``JobGrouping`` must give.
struct JobOracle {
  let rule: JobRule
  let links: [EnterpriseLink]

  func employer(_ code: String, _ day: CalendarDay) -> String {
    var code = code
    while let link = links.first(where: { $0.creditCode == code }), let next = link.successor,
      (link.seenFrom?.ordinal ?? .min) <= day.ordinal
    { code = next }
    return code
  }

  /// For every posting by `source:id` the one that began its job.
  func jobs(_ postings: [AnnouncedPosting]) -> [String: String] {
    func name(_ p: AnnouncedPosting) -> String { "\(p.source):\(p.id)" }
    let order = postings.sorted { ($0.knownAt, $0.source, $0.id) < ($1.knownAt, $1.source, $1.id) }
    var members: [(leader: AnnouncedPosting, all: [AnnouncedPosting])] = []
    var out: [String: String] = [:]
    for p in order {
      let day = p.knownOn
      let own = members.indices.filter { employer(members[$0].leader.creditCode, day) == employer(p.creditCode, day) }
      var job: Int?
      if let number = p.job {
        // The source's own number: the job that bore it first.
        let bearers = own.filter { members[$0].all.contains { $0.source == p.source && $0.job == number } }
        job = bearers.min { a, b in
          func first(_ i: Int) -> Int {
            order.firstIndex { $0.source == p.source && $0.job == number && members[i].all.contains($0) } ?? .max
          }
          return first(a) < first(b)
        }
      }
      if job == nil {
        let fits = own.filter { i in
          let leader = members[i].leader
          let isFree = !members[i].all.contains {
            $0.source == p.source && (rule.across == .sources || $0.channel == p.channel)
          }
          return isFree && abs(leader.postedOn - p.postedOn) <= rule.postedWithinDays
            && abs(leader.headcount - p.headcount) <= rule.headcountWithin
            && (!rule.same.contains(.occupation) || leader.occupation == p.occupation)
            && (!rule.same.contains(.region) || leader.region == p.region)
            && (!rule.same.contains(.title) || LooseText.folded(leader.title ?? "") == LooseText.folded(p.title ?? ""))
            && (!rule.same.contains(.salary) || (leader.salaryMin == p.salaryMin && leader.salaryMax == p.salaryMax))
            && (!rule.same.contains(.education) || leader.education == p.education)
        }
        job = fits.min { a, b in
          let (x, y) = (members[a].leader, members[b].leader)
          return (abs(x.postedOn - p.postedOn), abs(x.headcount - p.headcount), a)
            < (abs(y.postedOn - p.postedOn), abs(y.headcount - p.headcount), b)
        }
      }
      if let job {
        members[job].all.append(p)
        out[name(p)] = name(members[job].leader)
      } else {
        members.append((p, [p]))
        out[name(p)] = name(p)
      }
    }
    return out
  }
}

/// Postings so alike that repeats, near misses and one-to-one pairs abound.
func someAnnouncedPostings(_ count: Int, _ random: inout SeededGenerator) -> [AnnouncedPosting] {
  (0..<count).map { number in
    func pick<T>(_ items: [T]) -> T { items[Int.random(in: 0..<items.count, using: &random)] }
    let day = Int.random(in: 0..<20, using: &random)
    let salary: Double? = pick([nil, 4000, 5000])
    return AnnouncedPosting(
      source: pick(["hr", "portal-a", "portal-b"]), id: "P\(number)", creditCode: pick(["X", "X", "Y"]),
      knownAt: Int64(18_000 + day + Int.random(in: 0...3, using: &random)) * 86_400_000_000,
      postedOn: CalendarDay(ordinal: 18_000 + day), occupation: pick(["6-05", "6-05", "6-06"]), region: "321322",
      title: pick(["缝纫工", "缝纫 工", "裁剪工", nil]), headcount: pick([2, 2, 3]), salaryMin: salary,
      salaryMax: salary.map { $0 + 1000 }, education: nil, channel: pick(["云招聘", "周六市场"]),
      job: pick([nil, nil, nil, nil, "J1", "J2"]))
  }
}

@Suite struct JobGroupingTests {
  private func rule(_ random: inout SeededGenerator) -> JobRule {
    JobRule(
      same: Bool.random(using: &random) ? [.occupation, .region, .title, .salary] : [.occupation],
      headcountWithin: Int.random(in: 0...1, using: &random), postedWithinDays: Int.random(in: 0...6, using: &random),
      across: Bool.random(using: &random) ? .channels : .sources)
  }

  private func links(_ random: inout SeededGenerator) -> [EnterpriseLink] {
    Bool.random(using: &random)
      ? [
        EnterpriseLink(
          creditCode: "Y", kind: .recoded, successor: "X",
          validFrom: CalendarDay(ordinal: 18_000 + Int.random(in: 0..<20, using: &random)))
      ] : []
  }

  private func jobs(_ grouping: JobGrouping, _ postings: [AnnouncedPosting]) -> [String: String] {
    func name(_ p: AnnouncedPosting) -> String { "\(p.source):\(p.id)" }
    var out = Dictionary(uniqueKeysWithValues: postings.map { (name($0), name($0)) })
    for decision in grouping.decide(postings) {
      out[name(postings[decision.posting])] = name(postings[decision.leader])
    }
    return out
  }

  @Test(arguments: 1...60 as ClosedRange<UInt64>) func agreesWithTheOracle(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let rule = rule(&random)
    let links = links(&random)
    let postings = someAnnouncedPostings(Int.random(in: 1...40, using: &random), &random)
    let grouping = JobGrouping(rule: rule, links: try EmployerLinks(links))
    let expected = JobOracle(rule: rule, links: links).jobs(postings)
    #expect(jobs(grouping, postings) == expected, "seed \(seed)")
    #expect(
      jobs(grouping, postings.shuffled(using: &random)) == expected, "seed \(seed): the order that they were given in")
    // What was known by a day is decided as it was then.
    let day = Int64(18_000 + Int.random(in: 0..<22, using: &random)) * 86_400_000_000
    let early = postings.filter { $0.knownAt <= day }
    let then = jobs(grouping, early)
    #expect(then == expected.filter { then[$0.key] != nil }, "seed \(seed): later postings changed earlier decisions")
  }

  private func posting(_ id: String, _ source: String = "hr", day: Int = 0, known: Int? = nil) -> AnnouncedPosting {
    AnnouncedPosting(
      source: source, id: id, creditCode: "X", knownAt: Int64(18_000 + (known ?? day)) * 86_400_000_000,
      postedOn: CalendarDay(ordinal: 18_000 + day), occupation: "6-05", region: "321322", title: "缝纫工", headcount: 5,
      salaryMin: 4000, salaryMax: 5000, education: nil, channel: "", job: nil)
  }

  @Test func twoEqualPostingsOfOnePlaceAreTwoJobsAndTheirCopiesFollowOneEach() throws {
    let grouping = JobGrouping(rule: JobRule(), links: EmployerLinks())
    let postings = [posting("1"), posting("2"), posting("a", "portal", known: 1), posting("b", "portal", known: 2)]
    #expect(jobs(grouping, postings) == ["hr:1": "hr:1", "hr:2": "hr:2", "portal:a": "hr:1", "portal:b": "hr:2"])
    #expect(
      grouping.decide(postings).map(\.criteria)
        == [[String]](
          repeating: ["employer", "occupation", "region", "title", "salary", "headcount", "posted_on"], count: 2))
  }

  @Test func aJobDoesNotDriftAlongAChain() throws {
    let grouping = JobGrouping(rule: JobRule(postedWithinDays: 7), links: EmployerLinks())
    let postings = [posting("1", "a"), posting("2", "b", day: 6), posting("3", "c", day: 12)]
    #expect(jobs(grouping, postings) == ["a:1": "a:1", "b:2": "a:1", "c:3": "c:3"])
  }

  @Test func titlesMayBeAlike() throws {
    var other = posting("a", "portal", known: 1)
    other.title = "缝纫女工"
    let strict = JobGrouping(rule: JobRule(), links: EmployerLinks())
    #expect(strict.decide([posting("1"), other]).isEmpty)
    let loose = JobGrouping(
      rule: JobRule(same: [.occupation, .region, .salary], titleLikeness: 0.4), links: EmployerLinks())
    #expect(
      loose.decide([posting("1"), other]).map(\.criteria) == [
        ["employer", "occupation", "region", "salary", "title_likeness", "headcount", "posted_on"]
      ])
  }
}
